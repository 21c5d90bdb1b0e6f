-- Rows that could not be stored, so that nothing is lost: mend them, and load them again.
SET LOCAL search_path = pg_catalog, pg_temp;

CREATE TABLE IF NOT EXISTS market.ingest_rejects (
  reject_id   bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  rejected_at timestamptz NOT NULL DEFAULT now(),
  stream      text        NOT NULL,
  source      text        NOT NULL,
  line        bigint      NOT NULL,
  reason      text        NOT NULL,
  sqlstate    text,
  raw         text        NOT NULL
);
-- The same row is rejected once, however often its source is loaded.
CREATE UNIQUE INDEX IF NOT EXISTS ingest_rejects_once ON market.ingest_rejects (stream, hashtextextended(source, 0), line, hashtextextended(reason, 0), hashtextextended(raw, 0));
CREATE INDEX IF NOT EXISTS ingest_rejects_newest ON market.ingest_rejects (rejected_at DESC);
COMMENT ON TABLE market.ingest_rejects IS
  'Rows of sources that were not stored, and why. Delete what has been dealt with; a row that is mended and loaded again does not go from here by itself.';
COMMENT ON COLUMN market.ingest_rejects.stream IS 'What the row was to be: prices, ticks, news, insider_trades, sentiment, government_events, options or corporate_actions.';
COMMENT ON COLUMN market.ingest_rejects.source IS 'What the source calls itself: the name of a file, or what was asked of a service.';
COMMENT ON COLUMN market.ingest_rejects.line IS 'Line of the file, counted from 1; number of the row where there are no lines.';
COMMENT ON COLUMN market.ingest_rejects.sqlstate IS 'The server''s code where the server refused the row; NULL where it was refused before.';
COMMENT ON COLUMN market.ingest_rejects.raw IS 'The row as the source has it, at most 2,000 characters of it.';

-- For the roles of the migration before. Whoever runs that file again, because the roles are new, runs this one after it.
DO $$
DECLARE
  grantee name;
BEGIN
  FOR grantee IN SELECT rolname FROM pg_catalog.pg_roles WHERE rolname IN ('tickbook_readonly', 'tickbook_writer', 'tickbook_backup') LOOP
    EXECUTE pg_catalog.format('GRANT SELECT ON market.ingest_rejects TO %I', grantee);
    IF grantee = 'tickbook_writer' THEN
      EXECUTE pg_catalog.format('GRANT INSERT ON market.ingest_rejects TO %I', grantee);
    ELSIF grantee = 'tickbook_backup' THEN
      EXECUTE pg_catalog.format('GRANT SELECT ON SEQUENCE market.ingest_rejects_reject_id_seq TO %I', grantee);
    END IF;
  END LOOP;
END $$;
