-- What Tickbook is, which engine does the work, and the tables that PostgreSQL's own catalog has no room for.

CREATE FUNCTION tickbook.version() RETURNS text
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN '1.0.0'::text;
COMMENT ON FUNCTION tickbook.version() IS 'Version of Tickbook that is installed in this database.';

CREATE FUNCTION tickbook.engine() RETURNS text
  LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, tickbook, pg_temp
  RETURN CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_extension WHERE extname = 'timescaledb')
              THEN 'timescaledb' ELSE 'native' END;
COMMENT ON FUNCTION tickbook.engine() IS
  'Who does the work in this database: timescaledb where that extension is installed, else native.';

-- One row per native hypertable. Columns, keys and chunk ranges are not repeated here: PostgreSQL's catalog has them.
CREATE TABLE tickbook.hypertable (
  relation         regclass PRIMARY KEY,      -- the public name
  storage          regclass NOT NULL UNIQUE,  -- the partitioned table; differs once a view takes the public name
  chunk_interval   interval NOT NULL CHECK (chunk_interval > interval '0'),
  space_partitions integer  CHECK (space_partitions > 1),
  created_at       timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE tickbook.hypertable IS 'Native hypertables; read the view tickbook.hypertables instead.';

-- Everything runs as the caller, so every owner of a table must be able to write its row, and no one else's.
-- A trigger says so rather than row-level security, because row-level security would make pg_dump refuse the table.
CREATE FUNCTION tickbook._only_table_owner() RETURNS trigger
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  touched regclass;
BEGIN
  FOREACH touched IN ARRAY
    CASE WHEN TG_OP = 'DELETE' THEN ARRAY[OLD.relation]
         WHEN TG_OP = 'UPDATE' THEN ARRAY[OLD.relation, NEW.relation]
         ELSE ARRAY[NEW.relation] END
  LOOP
    IF EXISTS (SELECT FROM pg_class WHERE oid = touched AND NOT pg_has_role(relowner, 'USAGE')) THEN
      RAISE EXCEPTION USING
        ERRCODE = 'insufficient_privilege',
        MESSAGE = format('must be owner of table %s', touched),
        HINT = 'Run this as the table''s owner, or as a member of the role that owns it.';
    END IF;
  END LOOP;
  RETURN coalesce(NEW, OLD);
END $$;

CREATE TRIGGER only_table_owner BEFORE INSERT OR UPDATE OR DELETE ON tickbook.hypertable
  FOR EACH ROW EXECUTE FUNCTION tickbook._only_table_owner();

-- Readers need USAGE on the schema as well, which only its owner grants.
GRANT SELECT, INSERT, UPDATE, DELETE ON tickbook.hypertable TO PUBLIC;

-- pg_dump takes the rows of an extension's tables only where it is told to.
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_catalog.pg_extension WHERE extname = 'tickbook') THEN
    PERFORM pg_catalog.pg_extension_config_dump('tickbook.hypertable',
      'WHERE EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid = relation)');
  END IF;
END $$;
