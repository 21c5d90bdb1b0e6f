CREATE FUNCTION tickbook.insider_activity_before(at timestamptz, symbols text[] DEFAULT NULL, max_age interval DEFAULT '90 days', max_rows integer DEFAULT 1000)
  RETURNS TABLE (trade_id bigint, symbol text, insider text, role text, type text, trade_date date, filing_date date, known_at timestamptz,
                 shares bigint, price numeric, value numeric, cluster_insiders integer)
  LANGUAGE plpgsql STABLE ROWS 100 SET search_path = pg_catalog, tickbook, pg_temp SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
BEGIN
  PERFORM tickbook._check_argument(isfinite(at), 'insider_activity_before', 'at', at::text, 'Give a moment, such as now().');
  PERFORM tickbook._check_argument(max_age > interval '0' AND max_age < interval '1000 years', 'insider_activity_before', 'max_age', max_age::text, 'For example INTERVAL ''90 days''.');
  PERFORM tickbook._check_argument(max_rows > 0, 'insider_activity_before', 'max_rows', max_rows::text, 'Ask for one row or more.');
  PERFORM tickbook._need_tables('insider_trades');
  RETURN QUERY
    WITH known AS MATERIALIZED (
      SELECT t.* FROM market.insider_trades t
       WHERE t.known_at <= at AND NOT t.retracted AND t.filing_date >= ((at AT TIME ZONE 'UTC') - max_age)::date AND (symbols IS NULL OR t.symbol = ANY (symbols))
         AND NOT EXISTS (SELECT FROM market.insider_trades n WHERE n.trade_id = t.trade_id AND n.known_at > t.known_at AND n.known_at <= at)
    ), weeks AS (  -- distinct insiders on one side in the seven days from each day of trading
      SELECT a.symbol, a.type, a.trade_date AS first_day, count(DISTINCT b.insider)::integer AS insiders
        FROM (SELECT DISTINCT k.symbol, k.type, k.trade_date FROM known k) a
        JOIN known b ON b.symbol = a.symbol AND b.type = a.type AND b.trade_date BETWEEN a.trade_date AND a.trade_date + 6
       GROUP BY a.symbol, a.type, a.trade_date)
    SELECT k.trade_id, k.symbol, k.insider, k.role, k.type, k.trade_date, k.filing_date, k.known_at, k.shares, k.price, k.value,
           (SELECT max(w.insiders) FROM weeks w WHERE w.symbol = k.symbol AND w.type = k.type AND w.insiders >= 3
               AND k.trade_date BETWEEN w.first_day AND w.first_day + 6)
      FROM known k ORDER BY k.filing_date DESC, k.trade_date DESC, k.trade_id DESC LIMIT max_rows;
END $$;
COMMENT ON FUNCTION tickbook.insider_activity_before(timestamptz, text[], interval, integer) IS
  'Trades of insiders whose filing was public at a moment and not older than max_age, by filing date, the latest first, at most max_rows. A '
  'filing counts from the end of its day in New York, unless the table has accepted_at. cluster_insiders: NULL, or, if the trade belongs to '
  'a cluster, how many insiders: three or more who traded the same symbol in the same direction within seven days, as far as had been filed within max_age. '
  'price in the currency of the symbol, value = shares * price. Times UTC. Errors: 22023 for arguments that cannot be, 42P01 where the migrations did not run.';
