-- The other engine: where TimescaleDB is installed in the database it makes the hypertables, and the public functions
-- hand the work to what is here. All of it is dynamic SQL, because TimescaleDB may come, or go, after Tickbook.

CREATE FUNCTION tickbook._timescaledb_schema() RETURNS name
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
BEGIN
  RETURN (SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'timescaledb');
END $$;
COMMENT ON FUNCTION tickbook._timescaledb_schema() IS 'Schema that TimescaleDB''s functions are in, or NULL.';

CREATE FUNCTION tickbook._timescaledb_hypertables()
  RETURNS TABLE (
    relation regclass, time_column name, chunk_interval interval, space_column name, space_partitions integer)
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
BEGIN
  IF tickbook._timescaledb_schema() IS NOT NULL THEN
    RETURN QUERY EXECUTE $query$
      SELECT format('%I.%I', h.hypertable_schema, h.hypertable_name)::regclass, t.column_name, t.time_interval,
             s.column_name, s.num_partitions::integer
        FROM timescaledb_information.hypertables h
        JOIN timescaledb_information.dimensions t USING (hypertable_schema, hypertable_name)
        LEFT JOIN timescaledb_information.dimensions s
          ON s.hypertable_schema = h.hypertable_schema AND s.hypertable_name = h.hypertable_name
            AND s.dimension_number = 2
       WHERE t.dimension_number = 1
    $query$;
  END IF;
END $$;
COMMENT ON FUNCTION tickbook._timescaledb_hypertables() IS 'Hypertables that TimescaleDB keeps.';

CREATE FUNCTION tickbook._is_timescaledb_hypertable(relation regclass) RETURNS boolean
  LANGUAGE sql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
  SELECT EXISTS (SELECT FROM tickbook._timescaledb_hypertables() h
    WHERE h.relation = _is_timescaledb_hypertable.relation)
$$;
COMMENT ON FUNCTION tickbook._is_timescaledb_hypertable(regclass) IS 'Whether TimescaleDB keeps this hypertable.';

CREATE FUNCTION tickbook._timescaledb_chunks(relation regclass)
  RETURNS TABLE (chunk regclass, range_start timestamptz, range_end timestamptz)
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
BEGIN
  RETURN QUERY EXECUTE $query$
    SELECT format('%I.%I', c.chunk_schema, c.chunk_name)::regclass, c.range_start, c.range_end
      FROM timescaledb_information.chunks c
      JOIN pg_namespace n ON n.nspname = c.hypertable_schema
      JOIN pg_class r ON r.relname = c.hypertable_name AND r.relnamespace = n.oid
     WHERE r.oid = $1
     ORDER BY 2, 1::text
  $query$ USING relation;
END $$;
COMMENT ON FUNCTION tickbook._timescaledb_chunks(regclass) IS
  'Chunks of a hypertable that TimescaleDB keeps, oldest first.';

CREATE FUNCTION tickbook._timescaledb_create_hypertable(
  relation regclass, time_column name, chunk_interval interval, space_column name, space_partitions integer,
  migrate_data boolean
) RETURNS void
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
BEGIN
  EXECUTE format('SELECT %I.create_hypertable($1, $2, chunk_time_interval => $3, partitioning_column => $4, '
                 'number_partitions => $5, migrate_data => $6, create_default_indexes => false)',
                     tickbook._timescaledb_schema())
    USING relation, time_column, chunk_interval, space_column, space_partitions, migrate_data;
END $$;
COMMENT ON FUNCTION tickbook._timescaledb_create_hypertable(regclass, name, interval, name, integer, boolean) IS
  'Has TimescaleDB make the hypertable.';

CREATE FUNCTION tickbook._timescaledb_has_policies(relation regclass) RETURNS boolean
  LANGUAGE sql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
  SELECT tickbook._is_timescaledb_hypertable(relation) AND current_setting('timescaledb.license', true) = 'timescale'
$$;
COMMENT ON FUNCTION tickbook._timescaledb_has_policies(regclass) IS
  'Whether TimescaleDB can have policies on this relation.';

CREATE FUNCTION tickbook._timescaledb_jobs()
  RETURNS TABLE (relation regclass, job text, schedule_interval interval, config jsonb, next_start timestamptz,
      failures integer,
                 started_at timestamptz, finished_at timestamptz, status text)
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
BEGIN
  IF tickbook._timescaledb_schema() IS NOT NULL THEN
    RETURN QUERY EXECUTE $query$
      SELECT format('%I.%I', j.hypertable_schema, j.hypertable_name)::regclass,
          regexp_replace(j.proc_name::text, '^policy_(refresh_)?', ''),
             j.schedule_interval, j.config, j.next_start, NULL::integer, nullif(s.last_run_started_at, '-infinity'),
             nullif(s.last_run_started_at, '-infinity') + s.last_run_duration,
             CASE s.last_run_status WHEN 'Success' THEN 'succeeded' WHEN 'Failed' THEN 'failed' END
        FROM timescaledb_information.jobs j
        LEFT JOIN timescaledb_information.job_stats s USING (job_id)
       WHERE j.hypertable_name IS NOT NULL
    $query$;
  END IF;
END $$;
COMMENT ON FUNCTION tickbook._timescaledb_jobs() IS 'TimescaleDB''s policies, in the words of tickbook.jobs.';

CREATE FUNCTION tickbook._timescaledb_job_runs()
  RETURNS TABLE (relation regclass, job text, started_at timestamptz, finished_at timestamptz, status text, error text)
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
BEGIN
  IF to_regclass('timescaledb_information.job_history') IS NOT NULL THEN
    RETURN QUERY EXECUTE $query$
      SELECT format('%I.%I', j.hypertable_schema, j.hypertable_name)::regclass,
          regexp_replace(j.proc_name::text, '^policy_(refresh_)?', ''),
             h.start_time, h.finish_time,
             CASE WHEN h.succeeded THEN 'succeeded' WHEN h.finish_time IS NULL THEN 'running'
                 ELSE 'failed' END, h.err_message
        FROM timescaledb_information.job_history h
        JOIN timescaledb_information.jobs j USING (job_id)
       WHERE j.hypertable_name IS NOT NULL
    $query$;
  END IF;
END $$;
COMMENT ON FUNCTION tickbook._timescaledb_job_runs() IS
  'TimescaleDB''s job history, in the words of tickbook.job_runs.';
