-- Mentions on social platforms by the hour, known when the hour is over.
SET LOCAL search_path = pg_catalog, pg_temp;

CREATE TABLE market.social_sentiment (
  time         timestamptz  NOT NULL CHECK (date_bin('1 hour', time, '2000-01-01 00:00+00') = time),
  symbol       text         NOT NULL,
  platform     text         NOT NULL,
  mentions     bigint       NOT NULL CHECK (mentions >= 0),
  positive     bigint       CHECK (positive >= 0),
  negative     bigint       CHECK (negative >= 0),
  sentiment    numeric(5,4) CHECK (sentiment BETWEEN -1 AND 1),
  retracted    boolean      NOT NULL DEFAULT false,
  corrected_at timestamptz  CHECK (corrected_at > time + interval '1 hour'),
  known_at     timestamptz  NOT NULL GENERATED ALWAYS AS (coalesce(corrected_at, ((time AT TIME ZONE 'UTC') + interval '1 hour') AT TIME ZONE 'UTC')) STORED,
  PRIMARY KEY (symbol, platform, time, known_at)
);
COMMENT ON TABLE market.social_sentiment IS
  'Mentions of a symbol on a platform in the hour that begins at time (UTC), known when it is over. A correction is another row for the same hour with corrected_at.';
COMMENT ON COLUMN market.social_sentiment.sentiment IS 'Mean over the mentions, from -1 to 1.';
SELECT tickbook.create_hypertable('market.social_sentiment', 'time', chunk_interval => '30 days');
SELECT market.only_grows('market.social_sentiment');
