CREATE FUNCTION tickbook.check_data_completeness(symbols text[] DEFAULT NULL, "interval" text DEFAULT '1d', first_day date DEFAULT NULL, last_day date DEFAULT NULL)
  RETURNS TABLE (symbol text, day date, expected_bars integer, found_bars integer, missing_bars integer)
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, tickbook, pg_temp SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
DECLARE
  length CONSTANT interval := tickbook._bar_length("interval");
  first  CONSTANT date := CASE WHEN first_day IS NOT NULL THEN greatest(first_day, '1998-01-01') END;
  last   CONSTANT date := CASE WHEN last_day IS NOT NULL THEN least(last_day, (now() AT TIME ZONE 'UTC')::date) END;
BEGIN
  PERFORM tickbook._check_argument(length <= interval '1 day', 'check_data_completeness', 'interval', "interval", 'Only bars of a day or less can be checked.');
  PERFORM tickbook._check_argument(coalesce(first_day <= last_day, true), 'check_data_completeness', 'the range', format('%s to %s', first_day, last_day), 'The first day comes first.');
  PERFORM tickbook._check_argument(array_position(symbols, NULL) IS NULL, 'check_data_completeness', 'symbols', symbols::text, 'Leave out what is NULL; NULL for the array itself means all.');
  PERFORM tickbook._need_tables('market_data');
  RETURN QUERY
    WITH bars AS MATERIALIZED (  -- a daily bar opens at midnight UTC of its day, others in the session
      SELECT b.symbol, (b.time AT TIME ZONE CASE WHEN length = interval '1 day' THEN 'UTC' ELSE 'America/New_York' END)::date AS day, b.time
        FROM market.market_data_between(coalesce(first::timestamp AT TIME ZONE 'UTC', '-infinity'), coalesce((last + 2)::timestamp AT TIME ZONE 'UTC', 'infinity')) b
       WHERE b.interval = check_data_completeness.interval AND (symbols IS NULL OR b.symbol = ANY (symbols))
    ), spans AS (
      SELECT s.symbol, greatest(coalesce(first, min(b.day)), '1998-01-01') AS first_day, coalesce(last, max(b.day)) AS last_day
        FROM (SELECT unnest(symbols) UNION SELECT DISTINCT b.symbol FROM bars b) s (symbol) LEFT JOIN bars b ON b.symbol = s.symbol GROUP BY s.symbol
    ), calendar AS MATERIALIZED (
      SELECT t.* FROM (SELECT min(s.first_day) AS a, max(s.last_day) AS z FROM spans s) r, tickbook.trading_days(r.a, r.z) t WHERE r.a IS NOT NULL AND r.z IS NOT NULL
    ), found AS (
      SELECT b.symbol, b.day, count(*) FILTER (WHERE length = interval '1 day' OR b.time >= c.opens AND b.time < c.closes)::integer AS bars
        FROM bars b JOIN calendar c ON c.day = b.day GROUP BY b.symbol, b.day
    ), expected AS (
      SELECT s.symbol, c.day, CASE WHEN length = interval '1 day' THEN 1
               ELSE ceil(extract(epoch FROM c.closes - c.opens) / extract(epoch FROM length))::integer END AS bars
        FROM spans s JOIN calendar c ON c.day BETWEEN s.first_day AND s.last_day)
    SELECT e.symbol, e.day, e.bars, coalesce(f.bars, 0), e.bars - coalesce(f.bars, 0)
      FROM expected e LEFT JOIN found f ON f.symbol = e.symbol AND f.day = e.day
     WHERE coalesce(f.bars, 0) < e.bars ORDER BY e.symbol, e.day;
END $$;
COMMENT ON FUNCTION tickbook.check_data_completeness(text[], text, date, date) IS
  'Trading days of the US stock exchanges on which a symbol lacks bars: one row per symbol and day, with how many bars the session should have, has '
  'and lacks; found_bars 0 is a missing day. Weekends and holidays are no gaps, see tickbook.trading_days(). Checked are the days from first_day to '
  'last_day, or else from the first to the last bar of the symbol; none before 1998 or after today. symbols NULL: all that have bars of that '
  'interval. Only bars that open within the session count. Errors: 22023 for arguments that cannot be, 42P01 where the migrations did not run.';
