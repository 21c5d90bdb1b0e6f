CREATE FUNCTION tickbook.government_events_before(at timestamptz, sectors text[] DEFAULT NULL, max_rows integer DEFAULT 100)
  RETURNS TABLE (event_id bigint, published_at timestamptz, known_at timestamptz, agency text, category text, title text, sector text, impact text, expected numeric, actual numeric)
  LANGUAGE plpgsql STABLE ROWS 100 SET search_path = pg_catalog, tickbook, pg_temp SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
BEGIN
  PERFORM tickbook._check_argument(at IS NOT NULL, 'government_events_before', 'at', at::text, 'Give a moment, such as now().');
  PERFORM tickbook._check_argument(max_rows > 0, 'government_events_before', 'max_rows', max_rows::text, 'Ask for one row or more.');
  PERFORM tickbook._need_tables('government_events');
  RETURN QUERY
    SELECT e.event_id, e.published_at, e.known_at, e.agency, e.category, e.title, e.sector, e.impact, e.expected, e.actual
      FROM market.government_events e
     WHERE e.published_at <= at AND e.known_at <= at AND NOT e.retracted AND (sectors IS NULL OR e.sector IS NULL OR e.sector = ANY (sectors))
       AND NOT EXISTS (SELECT FROM market.government_events n WHERE n.event_id = e.event_id AND n.known_at > e.known_at AND n.known_at <= at)
     ORDER BY e.published_at DESC, e.event_id DESC LIMIT max_rows;
END $$;
COMMENT ON FUNCTION tickbook.government_events_before(timestamptz, text[], integer) IS
  'What agencies had published by a moment, as it stood then, the latest first, at most max_rows. sectors: only what concerns one of these or '
  'all sectors (sector NULL); NULL: everything. expected and actual are in the unit of the figure. Times UTC. Errors: 22023 for arguments that '
  'cannot be, 42P01 where the migrations did not run.';
