CREATE FUNCTION tickbook.query_performance(max_rows integer DEFAULT 20)
  RETURNS TABLE (query text, calls bigint, mean_ms double precision, max_ms double precision, total_ms double precision, rows bigint, cache_hit_ratio double precision)
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  home name := (SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'pg_stat_statements');
BEGIN
  PERFORM tickbook._check_argument(max_rows > 0, 'query_performance', 'max_rows', max_rows::text, 'Ask for one row or more.');
  IF home IS NULL OR position('pg_stat_statements' IN current_setting('shared_preload_libraries')) = 0 THEN
    RAISE NOTICE USING MESSAGE = 'extension pg_stat_statements is not at work here, so nothing is known',
      HINT = 'Add it to shared_preload_libraries, restart the server, and run CREATE EXTENSION pg_stat_statements.';
    RETURN;
  END IF;
  RETURN QUERY EXECUTE format(
    'SELECT s.query, s.calls, s.mean_exec_time, s.max_exec_time, s.total_exec_time, s.rows, '
    '       s.shared_blks_hit::double precision / nullif(s.shared_blks_hit + s.shared_blks_read, 0) '
    '  FROM %I.pg_stat_statements s WHERE s.dbid = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database()) '
    ' ORDER BY s.total_exec_time DESC LIMIT $1', home) USING max_rows;
END $$;
COMMENT ON FUNCTION tickbook.query_performance(integer) IS
  'The statements that took most time in this database, from pg_stat_statements, times in ms; cache_hit_ratio: share of blocks that were in shared '
  'memory. No row, and a notice that says what to do, where pg_stat_statements is not at work. Errors: 22023 for max_rows below 1.';
