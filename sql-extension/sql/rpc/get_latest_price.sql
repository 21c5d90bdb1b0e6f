-- Planning takes longer than the answer, so plans are kept, and leave out chunks when they begin to run.
CREATE FUNCTION tickbook.get_latest_price(symbol text, "interval" text DEFAULT '1d', as_of timestamptz DEFAULT 'infinity')
  RETURNS TABLE ("time" timestamptz, known_at timestamptz, open numeric, high numeric, low numeric, close numeric, volume bigint, vwap numeric)
  LANGUAGE plpgsql STABLE ROWS 1 SET search_path = pg_catalog, tickbook, pg_temp SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
  length CONSTANT interval := tickbook._bar_length("interval");
  start  timestamptz;
  -- After the last batch there are rows only, and their index has the latest one at its end.
  unpacked boolean := to_regclass('market.market_data_batches') IS NOT NULL;
BEGIN
  PERFORM tickbook._check_argument(symbol IS NOT NULL, 'get_latest_price', 'symbol', symbol, 'Name a symbol, as market.market_data has it.');
  PERFORM tickbook._check_argument(as_of IS NOT NULL, 'get_latest_price', 'as_of', as_of::text, 'Leave it out for what is known now.');
  PERFORM tickbook._need_tables('market_data', 'market_data_versions');
  FOREACH start IN ARRAY tickbook._starts_back(symbol, "interval", as_of, 1) LOOP
    IF unpacked THEN
      RETURN QUERY
        SELECT k.* FROM (
          (SELECT b.time, tickbook._closes_at(b.time, length), b.open, b.high, b.low, b.close, b.volume, b.vwap
             FROM market.market_data_rows b
            WHERE b.symbol = get_latest_price.symbol AND b.interval = get_latest_price.interval AND b.time >= start AND b.time < as_of AND tickbook._closes_at(b.time, length) <= as_of
              AND NOT EXISTS (SELECT FROM market.market_data_versions v
                               WHERE v.symbol = get_latest_price.symbol AND v.interval = get_latest_price.interval AND v.time = b.time)
            ORDER BY b.time DESC LIMIT 1)
          UNION ALL
          (SELECT v.time, v.known_at, v.open, v.high, v.low, v.close, v.volume, v.vwap
             FROM market.market_data_versions v
            WHERE v.symbol = get_latest_price.symbol AND v.interval = get_latest_price.interval AND v.time >= start AND v.known_at <= as_of
              AND v.close IS NOT NULL
              AND NOT EXISTS (SELECT FROM market.market_data_versions n
                               WHERE n.symbol = v.symbol AND n.interval = v.interval AND n.time = v.time AND n.known_at > v.known_at AND n.known_at <= as_of)
            ORDER BY v.time DESC LIMIT 1)) k
         ORDER BY k.time DESC LIMIT 1;
    ELSE
      RETURN QUERY
        SELECT k.* FROM (
          (SELECT b.time, tickbook._closes_at(b.time, length), b.open, b.high, b.low, b.close, b.volume, b.vwap
             FROM market.market_data_between(start, as_of) b
            WHERE b.symbol = get_latest_price.symbol AND b.interval = get_latest_price.interval AND tickbook._closes_at(b.time, length) <= as_of
              AND NOT EXISTS (SELECT FROM market.market_data_versions v
                               WHERE v.symbol = get_latest_price.symbol AND v.interval = get_latest_price.interval AND v.time = b.time)
            ORDER BY b.time DESC LIMIT 1)
          UNION ALL
          (SELECT v.time, v.known_at, v.open, v.high, v.low, v.close, v.volume, v.vwap
             FROM market.market_data_versions v
            WHERE v.symbol = get_latest_price.symbol AND v.interval = get_latest_price.interval AND v.time >= start AND v.known_at <= as_of
              AND v.close IS NOT NULL
              AND NOT EXISTS (SELECT FROM market.market_data_versions n
                               WHERE n.symbol = v.symbol AND n.interval = v.interval AND n.time = v.time AND n.known_at > v.known_at AND n.known_at <= as_of)
            ORDER BY v.time DESC LIMIT 1)) k
         ORDER BY k.time DESC LIMIT 1;
    END IF;
    EXIT WHEN FOUND;
    unpacked := false;
  END LOOP;
END $$;
COMMENT ON FUNCTION tickbook.get_latest_price(text, text, timestamptz) IS
  'Latest bar of a symbol: no row or one. time: when it opens; known_at: since when its values are known, a time to come for a bar that is '
  'still open. With as_of: the latest bar that had closed by then, with the values that were known then. Prices in the currency of the '
  'symbol, times UTC. Errors: 22023 for a symbol or an interval that cannot be, 42P01 where the migrations did not run.';
