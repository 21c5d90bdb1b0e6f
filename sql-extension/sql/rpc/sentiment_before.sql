CREATE FUNCTION tickbook.sentiment_before(at timestamptz, symbols text[] DEFAULT NULL, lookback interval DEFAULT '24 hours')
  RETURNS TABLE (symbol text, platform text, hours bigint, first_hour timestamptz, last_hour timestamptz, mentions numeric, positive numeric, negative numeric, sentiment double precision)
  LANGUAGE plpgsql STABLE ROWS 100 SET search_path = pg_catalog, tickbook, pg_temp SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
BEGIN
  PERFORM tickbook._check_argument(isfinite(at), 'sentiment_before', 'at', at::text, 'Give a moment, such as now().');
  PERFORM tickbook._check_argument(lookback >= interval '1 hour' AND lookback < interval '1000 years', 'sentiment_before', 'lookback', lookback::text, 'Give an hour or more.');
  PERFORM tickbook._need_tables('social_sentiment');
  RETURN QUERY
    SELECT s.symbol, s.platform, count(*), min(s.time), max(s.time), sum(s.mentions), sum(s.positive), sum(s.negative),
           (sum(s.sentiment * s.mentions) FILTER (WHERE s.sentiment IS NOT NULL)
              / nullif(sum(s.mentions) FILTER (WHERE s.sentiment IS NOT NULL), 0))::double precision
      FROM (SELECT DISTINCT ON (h.symbol, h.platform, h.time) h.* FROM market.social_sentiment h
             WHERE h.time >= tickbook._closes_at(at, -lookback) AND h.time < at AND h.known_at <= at AND (symbols IS NULL OR h.symbol = ANY (symbols))
             ORDER BY h.symbol, h.platform, h.time, h.known_at DESC) s
     WHERE NOT s.retracted
     GROUP BY s.symbol, s.platform ORDER BY s.symbol, s.platform;
END $$;
COMMENT ON FUNCTION tickbook.sentiment_before(timestamptz, text[], interval) IS
  'What was said on social platforms in the hours that began within lookback before a moment and were over by then, as it was known: one row '
  'per symbol and platform. hours: how many of them had data; sentiment: mean over the mentions, from -1 to 1, NULL without any. Times UTC. '
  'Errors: 22023 for arguments that cannot be, 42P01 where the migrations did not run.';
