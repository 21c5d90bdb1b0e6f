-- Measures of the market as a whole, such as breadth, or of a sector, such as its performance; known when computed.
SET LOCAL search_path = pg_catalog, pg_temp;

CREATE TABLE market.market_analytics (
  time         timestamptz NOT NULL,
  metric       text        NOT NULL,
  sector       text        NOT NULL DEFAULT '',
  value        double precision NOT NULL,
  details      jsonb,
  retracted    boolean     NOT NULL DEFAULT false,
  computed_at  timestamptz NOT NULL DEFAULT clock_timestamp() CHECK (computed_at >= time),
  PRIMARY KEY (metric, sector, time, computed_at)
);
COMMENT ON TABLE market.market_analytics IS
  'Measures of the market or of a sector as of time (UTC), known since computed_at; computing one again adds a row.';
COMMENT ON COLUMN market.market_analytics.metric IS 'For example sector_performance (return, as a fraction), advancing, declining, new_highs, new_lows.';
COMMENT ON COLUMN market.market_analytics.sector IS 'Empty: the whole market.';
SELECT tickbook.create_hypertable('market.market_analytics', 'time', chunk_interval => '90 days');
CREATE INDEX market_analytics_time ON market.market_analytics USING brin (time);
SELECT market.only_grows('market.market_analytics', 'Insert the measure again with a later computed_at; retracted => true takes it back.');
