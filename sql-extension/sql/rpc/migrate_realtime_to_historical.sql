CREATE FUNCTION tickbook.migrate_realtime_to_historical() RETURNS bigint
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  changed bigint;
BEGIN
  PERFORM tickbook._need_tables('stock_prices_realtime', 'stock_prices_historical');
  LOCK TABLE market.stock_prices_historical IN SHARE ROW EXCLUSIVE MODE;  -- two at once would both insert
  -- From the last price of each day, and what is there already for days of which no realtime row is left.
  CREATE TEMPORARY TABLE wanted_prices ON COMMIT DROP AS
    SELECT d.*, lead(d.day) OVER (PARTITION BY d.symbol ORDER BY d.day) - 1 AS end_date FROM (
      SELECT r.symbol, r.day, r.price, r.volume, r.realtime_id FROM tickbook.get_latest_realtime_per_date() r
      UNION ALL
      SELECT h.symbol, h.start_date, h.price, h.volume, h.realtime_id FROM market.stock_prices_historical h
       WHERE NOT EXISTS (SELECT FROM market.stock_prices_realtime r WHERE r.symbol = h.symbol
                            AND r.time >= h.start_date::timestamp AT TIME ZONE 'UTC' AND r.time < (h.start_date + 1)::timestamp AT TIME ZONE 'UTC')) d;
  -- Rows that end go first: only one per symbol may be current.
  WITH ended AS (
    UPDATE market.stock_prices_historical h SET end_date = w.end_date, price = w.price, volume = w.volume, realtime_id = w.realtime_id
      FROM pg_temp.wanted_prices w
     WHERE (h.symbol, h.start_date) = (w.symbol, w.day)
       AND (h.end_date, h.price, h.volume, h.realtime_id) IS DISTINCT FROM (w.end_date, w.price, w.volume, w.realtime_id)
    RETURNING 1)
  SELECT count(*) INTO changed FROM ended;
  WITH added AS (
    INSERT INTO market.stock_prices_historical (symbol, start_date, end_date, price, volume, realtime_id)
    SELECT w.symbol, w.day, w.end_date, w.price, w.volume, w.realtime_id FROM pg_temp.wanted_prices w
     WHERE NOT EXISTS (SELECT FROM market.stock_prices_historical h WHERE (h.symbol, h.start_date) = (w.symbol, w.day))
    RETURNING 1)
  SELECT changed + count(*) INTO changed FROM added;
  DROP TABLE pg_temp.wanted_prices;
  RETURN changed;
END $$;
COMMENT ON FUNCTION tickbook.migrate_realtime_to_historical() IS
  'Brings stock_prices_historical up to date with the last realtime price of each symbol and day (UTC): each is in force until the day before the next '
  'one, the last one is current. Realtime rows stay. Returns how many rows were inserted or changed, 0 when it is called again. The caller needs to write '
  'stock_prices_historical. Errors: 42P01 where the migrations did not run, 42501 without the privilege.';
