CREATE FUNCTION tickbook.news_before(at timestamptz, symbols text[] DEFAULT NULL, max_rows integer DEFAULT 100)
  RETURNS TABLE (news_id bigint, published_at timestamptz, known_at timestamptz, about text[], headline text, category text, impact text, sentiment numeric, source text)
  LANGUAGE plpgsql STABLE ROWS 100 SET search_path = pg_catalog, tickbook, pg_temp SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
BEGIN
  PERFORM tickbook._check_argument(at IS NOT NULL, 'news_before', 'at', at::text, 'Give a moment, such as now().');
  PERFORM tickbook._check_argument(max_rows > 0, 'news_before', 'max_rows', max_rows::text, 'Ask for one row or more.');
  PERFORM tickbook._need_tables('news_events');
  RETURN QUERY
    SELECT e.news_id, e.published_at, e.known_at, e.symbols, e.headline, e.category, e.impact, e.sentiment, e.source
      FROM market.news_events e
     WHERE e.published_at <= at AND e.known_at <= at AND NOT e.retracted AND (news_before.symbols IS NULL OR e.symbols && news_before.symbols)
       AND NOT EXISTS (SELECT FROM market.news_events n WHERE n.news_id = e.news_id AND n.known_at > e.known_at AND n.known_at <= at)
     ORDER BY e.published_at DESC, e.news_id DESC LIMIT max_rows;
END $$;
COMMENT ON FUNCTION tickbook.news_before(timestamptz, text[], integer) IS
  'News that had been published by a moment, as it read then, the latest first, at most max_rows. symbols: only news about at least one of '
  'these; NULL: all. about: the symbols that a row is about; known_at: when it was published, or corrected. Times UTC. Errors: 22023 for '
  'arguments that cannot be, 42P01 where the migrations did not run.';
