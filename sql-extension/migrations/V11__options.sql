-- Option quotes, known when quoted.
SET LOCAL search_path = pg_catalog, pg_temp;

CREATE TABLE market.options (
  time               timestamptz   NOT NULL,
  contract_symbol    text          NOT NULL,
  symbol             text          NOT NULL,
  type               text          NOT NULL CHECK (type IN ('call', 'put')),
  expiry             date          NOT NULL,
  strike             numeric(15,4) NOT NULL CHECK (strike > 0),
  underlying         numeric(15,4),
  bid                numeric(15,4),
  ask                numeric(15,4),
  last               numeric(15,4),
  volume             bigint,
  open_interest      bigint,
  implied_volatility numeric(9,6),
  delta              numeric(9,6),
  gamma              numeric(12,9),
  theta              numeric(15,6),
  vega               numeric(15,6),
  rho                numeric(15,6),
  in_the_money       boolean,
  PRIMARY KEY (symbol, contract_symbol, time)
);
CREATE INDEX options_chain ON market.options (symbol, expiry, strike, time DESC);
COMMENT ON TABLE market.options IS 'Quotes of calls and puts, known at time (UTC). A quote is not corrected: the next one replaces it.';
COMMENT ON COLUMN market.options.volume IS 'Contracts traded so far that day.';
COMMENT ON COLUMN market.options.symbol IS 'The underlying.';
COMMENT ON COLUMN market.options.implied_volatility IS 'Per year, as a fraction.';
COMMENT ON COLUMN market.options.theta IS 'Change of the price per day.';
COMMENT ON COLUMN market.options.vega IS 'Change of the price per point of volatility (0.01).';
COMMENT ON COLUMN market.options.rho IS 'Change of the price per point of the rate (0.01).';
SELECT tickbook.create_hypertable('market.options', 'time', chunk_interval => '30 days');
SELECT market.only_grows('market.options', 'A quote is not corrected: insert the next one.');
SELECT tickbook.enable_compression('market.options', segment_by => '{symbol}');
SELECT tickbook.add_compression_policy('market.options', INTERVAL '30 days');
