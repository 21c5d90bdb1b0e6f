CREATE FUNCTION tickbook.market_state_at(at timestamptz, symbols text[] DEFAULT NULL, "interval" text DEFAULT '1d', max_age interval DEFAULT '10 days')
  RETURNS TABLE (symbol text, "time" timestamptz, known_at timestamptz, open numeric, high numeric, low numeric, close numeric, volume bigint, vwap numeric)
  LANGUAGE plpgsql STABLE ROWS 1000 SET search_path = pg_catalog, tickbook, pg_temp SET plan_cache_mode = force_custom_plan SET jit = off AS $$
#variable_conflict use_column
DECLARE
  length CONSTANT interval := tickbook._bar_length("interval");
  oldest timestamptz;
BEGIN
  PERFORM tickbook._check_argument(isfinite(at), 'market_state_at', 'at', at::text, 'Give a moment, such as now().');
  PERFORM tickbook._check_argument(max_age > interval '0' AND max_age < interval '1000 years', 'market_state_at', 'max_age', max_age::text, 'For example INTERVAL ''10 days''.');
  PERFORM tickbook._check_argument(array_position(symbols, NULL) IS NULL, 'market_state_at', 'symbols', symbols::text, 'Leave out what is NULL; NULL for the array itself means all.');
  PERFORM tickbook._need_tables('market_data', 'market_data_versions');
  oldest := tickbook._closes_at(tickbook._closes_at(at, -max_age), -length);
  RETURN QUERY
    SELECT DISTINCT ON (k.symbol) k.* FROM (
      SELECT b.symbol, b.time, tickbook._closes_at(b.time, length) AS known_at, b.open, b.high, b.low, b.close, b.volume, b.vwap
        FROM market.market_data_between(oldest, at) b
       WHERE b.interval = market_state_at.interval AND (symbols IS NULL OR b.symbol = ANY (symbols)) AND tickbook._closes_at(b.time, length) <= at
         AND NOT EXISTS (SELECT FROM market.market_data_versions v WHERE v.symbol = b.symbol AND v.interval = market_state_at.interval AND v.time = b.time)
      UNION ALL
      (SELECT v.symbol, v.time, v.known_at, v.open, v.high, v.low, v.close, v.volume, v.vwap FROM (
         SELECT DISTINCT ON (v.symbol, v.time) v.* FROM market.market_data_versions v
          WHERE v.interval = market_state_at.interval AND v.time >= oldest AND v.time < at AND v.known_at <= at
            AND (symbols IS NULL OR v.symbol = ANY (symbols))
          ORDER BY v.symbol, v.time, v.known_at DESC) v WHERE v.close IS NOT NULL)) k
     ORDER BY k.symbol, k.time DESC;
END $$;
COMMENT ON FUNCTION tickbook.market_state_at(timestamptz, text[], text, interval) IS
  'The market as it was known at a moment: per symbol the last bar of the given interval that had closed by then, with the values that were '
  'known then; ordered by symbol. Symbols without a bar that closed within max_age before (days of UTC) are left out. symbols NULL: all. Adjusted closes '
  'are not shown, because they tell of later splits and dividends. Times UTC. Errors: 22023 for arguments that cannot be, 42P01 where the '
  'migrations did not run.';
