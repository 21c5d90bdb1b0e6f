CREATE FUNCTION tickbook.get_latest_realtime_per_date()
  RETURNS TABLE (symbol text, day date, realtime_id bigint, "time" timestamptz, price numeric, volume bigint)
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
#variable_conflict use_column
BEGIN
  PERFORM tickbook._need_tables('stock_prices_realtime');
  RETURN QUERY
    SELECT DISTINCT ON (r.symbol, (r.time AT TIME ZONE 'UTC')::date) r.symbol, (r.time AT TIME ZONE 'UTC')::date, r.realtime_id, r.time, r.price, r.volume
      FROM market.stock_prices_realtime r
     ORDER BY r.symbol, (r.time AT TIME ZONE 'UTC')::date, r.time DESC, r.realtime_id DESC;
END $$;
COMMENT ON FUNCTION tickbook.get_latest_realtime_per_date() IS
  'Last realtime price of each symbol on each day (UTC): of the rows with the latest time, the one with the highest realtime_id. Ordered by '
  'symbol and day. Errors: 42P01 where the migrations did not run.';
