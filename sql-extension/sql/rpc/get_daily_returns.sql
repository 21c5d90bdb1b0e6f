CREATE FUNCTION tickbook.get_daily_returns(symbol text, range_start timestamptz, range_end timestamptz, as_of timestamptz DEFAULT 'infinity')
  RETURNS TABLE ("time" timestamptz, known_at timestamptz, close numeric, daily_return double precision, volatility double precision)
  LANGUAGE plpgsql STABLE ROWS 300 SET search_path = pg_catalog, tickbook, pg_temp AS $$
#variable_conflict use_column
BEGIN
  PERFORM tickbook._check_argument(symbol IS NOT NULL, 'get_daily_returns', 'symbol', symbol, 'Name a symbol, as market.market_data has it.');
  PERFORM tickbook._check_argument(range_start < range_end, 'get_daily_returns', 'the range', format('%s to %s', range_start, range_end),
                                   'The first time is included, the second, later one is not.');
  PERFORM tickbook._check_argument(as_of IS NOT NULL, 'get_daily_returns', 'as_of', as_of::text, 'Leave it out for what is known now.');
  PERFORM tickbook._need_tables('market_data', 'market_data_versions');
  RETURN QUERY
    WITH bars AS (
      SELECT * FROM tickbook._known_bars(symbol, '1d', range_start, range_end, as_of)
      UNION ALL
      -- Twenty returns before the first day take 21 bars before it.
      SELECT * FROM tickbook._last_bars(symbol, '1d', range_start, as_of, 21)
    ), returns AS (
      SELECT b.*, (b.close / nullif(lag(b.close) OVER (ORDER BY b.time), 0) - 1)::double precision AS change FROM bars b)
    SELECT r.time, r.known_at, r.close, r.change, r.volatility FROM (
      SELECT r.*, CASE WHEN count(r.change) OVER w = 20 THEN stddev_samp(r.change) OVER w * sqrt(252) END AS volatility
        FROM returns r WINDOW w AS (ORDER BY r.time ROWS 19 PRECEDING)) r
     WHERE r.time >= range_start ORDER BY r.time;
END $$;
COMMENT ON FUNCTION tickbook.get_daily_returns(text, timestamptz, timestamptz, timestamptz) IS
  'Return of each daily bar against the bar before, as a fraction, and annual volatility: the sample standard deviation of the last 20 returns, '
  'that day''s included, times sqrt(252); NULL where there are fewer. A bar looks at itself and back, never forward; prices are not adjusted '
  'for splits. Times UTC. Errors: 22023 for arguments that cannot be, 42P01 where the migrations did not run.';
