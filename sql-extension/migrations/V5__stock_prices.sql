-- Prices as they come in, and the daily history that tickbook.migrate_realtime_to_historical() makes of them.
SET LOCAL search_path = pg_catalog, pg_temp;

CREATE TABLE market.stock_prices_realtime (
  realtime_id bigint GENERATED ALWAYS AS IDENTITY,
  symbol      text          NOT NULL,
  time        timestamptz   NOT NULL,
  price       numeric(15,4) NOT NULL,
  volume      bigint,
  bid         numeric(15,4),
  ask         numeric(15,4),
  source      text,
  received_at timestamptz   NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (realtime_id, time)
);
-- The latest price of a symbol, and of a day, is read from the index alone.
CREATE INDEX stock_prices_realtime_latest ON market.stock_prices_realtime (symbol, time DESC, realtime_id DESC) INCLUDE (price, volume);
COMMENT ON TABLE market.stock_prices_realtime IS
  'Prices as they come in. Rows are only inserted: a symbol can have many for one time, and the highest realtime_id is the last word.';
COMMENT ON COLUMN market.stock_prices_realtime.time IS 'When the price was made, UTC.';
SELECT tickbook.create_hypertable('market.stock_prices_realtime', 'time', chunk_interval => '7 days');
SELECT market.only_grows('market.stock_prices_realtime', 'Insert another row: of one symbol and time the highest realtime_id counts.');

CREATE TABLE market.stock_prices_historical (
  symbol      text          NOT NULL,
  start_date  date          NOT NULL,
  end_date    date,
  is_current  boolean       NOT NULL GENERATED ALWAYS AS (end_date IS NULL) STORED,
  price       numeric(15,4) NOT NULL,
  volume      bigint,
  realtime_id bigint        NOT NULL,
  PRIMARY KEY (symbol, start_date),
  CHECK (end_date >= start_date)
);
CREATE UNIQUE INDEX stock_prices_historical_current ON market.stock_prices_historical (symbol) INCLUDE (price, start_date) WHERE is_current;
COMMENT ON TABLE market.stock_prices_historical IS
  'Last price of each day (UTC), in force from start_date to end_date, which is the day before the next one. tickbook.migrate_realtime_to_historical() fills it.';
COMMENT ON COLUMN market.stock_prices_historical.realtime_id IS 'Row of stock_prices_realtime that it came from.';

-- A notification per statement, and no more than ids, because one may hold 8,000 bytes and listeners may have missed some:
-- whoever listens remembers the last realtime_id that they read, and reads what came after it.
CREATE FUNCTION market.notify_realtime() RETURNS trigger
  LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM pg_notify('tickbook_realtime', p.payload) FROM (
    SELECT json_build_object('table', TG_TABLE_NAME, 'rows', count(*), 'first_id', min(n.realtime_id), 'last_id', max(n.realtime_id),
                             'symbols', CASE WHEN count(DISTINCT n.symbol) <= 50 AND octet_length(string_agg(DISTINCT n.symbol, '')) <= 1000 THEN json_agg(DISTINCT n.symbol) END)::text AS payload
      FROM new_rows n HAVING count(*) > 0) p;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION market.notify_realtime() IS
  'Trigger function: after rows were inserted into stock_prices_realtime, notifies channel tickbook_realtime, on commit, with '
  '{"table", "rows", "first_id", "last_id", "symbols"}: ids are realtime_id, symbols is null where there are more than 50 or 1,000 bytes of them.';
CREATE TRIGGER notify AFTER INSERT ON market.stock_prices_realtime REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION market.notify_realtime();
