-- The bars of all symbols and intervals.
CREATE SCHEMA IF NOT EXISTS market;

CREATE TABLE market.market_data (
  time           timestamptz    NOT NULL,
  symbol         text           NOT NULL,
  interval       text           NOT NULL,
  open           numeric(15,4),
  high           numeric(15,4),
  low            numeric(15,4),
  close          numeric(15,4)  NOT NULL,
  adjusted_close numeric(15,4),
  volume         bigint,
  PRIMARY KEY (symbol, interval, time)
);

COMMENT ON TABLE market.market_data IS 'Bars: one row per symbol, interval and time. Known when they close, at time + interval.';
COMMENT ON COLUMN market.market_data.time IS 'When the bar opens, UTC. A daily bar opens at midnight UTC of its trading day.';
COMMENT ON COLUMN market.market_data.interval IS 'Length of the bar: 1m, 5m, 1h, 1d …';
COMMENT ON COLUMN market.market_data.open IS 'First price, in the currency of the symbol; NULL where the source gives closes only.';
COMMENT ON COLUMN market.market_data.adjusted_close IS 'Close, corrected for later splits and dividends.';
COMMENT ON COLUMN market.market_data.volume IS 'Shares or contracts traded; NULL where the source gives none.';

SELECT tickbook.create_hypertable('market.market_data', 'time', chunk_interval => '30 days');
