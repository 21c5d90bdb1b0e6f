-- Retention: a policy is a row in tickbook.job, and what it does is drop_chunks(). Where TimescaleDB keeps the
-- hypertable and its licence includes policies, the policy is TimescaleDB's, and its background workers see to it.

CREATE FUNCTION tickbook.add_retention_policy(
  relation regclass, drop_after interval, if_not_exists boolean DEFAULT false
) RETURNS void
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
BEGIN
  IF drop_after IS NULL OR drop_after <= interval '0' THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
      MESSAGE = format('drop_after of the retention policy on %s must be greater than zero', relation),
      HINT = 'For example INTERVAL ''2 years''.';
  END IF;
  IF tickbook._timescaledb_has_policies(relation) THEN
    EXECUTE format('SELECT %I.add_retention_policy($1, drop_after => $2, if_not_exists => $3)',
        tickbook._timescaledb_schema())
      USING relation, drop_after, if_not_exists;
  ELSE
    PERFORM tickbook._add_job(relation, 'retention', interval '1 day', jsonb_build_object('drop_after', drop_after),
        if_not_exists);
  END IF;
END $$;
COMMENT ON FUNCTION tickbook.add_retention_policy(regclass, interval, boolean) IS
  'From now on run_jobs(), or TimescaleDB, drops, once a day, the chunks that lie wholly further back than drop_after.';

CREATE FUNCTION tickbook.remove_retention_policy(relation regclass, if_exists boolean DEFAULT false) RETURNS void
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
BEGIN
  IF tickbook._timescaledb_has_policies(relation) THEN
    EXECUTE format('SELECT %I.remove_retention_policy($1, if_exists => $2)', tickbook._timescaledb_schema())
        USING relation, if_exists;
  ELSE
    PERFORM tickbook._remove_job(relation, 'retention', if_exists);
  END IF;
END $$;
COMMENT ON FUNCTION tickbook.remove_retention_policy(regclass, boolean) IS 'Nothing is dropped any more.';

CREATE FUNCTION tickbook._job_retention(relation regclass, config jsonb) RETURNS bigint
  LANGUAGE sql SET search_path = pg_catalog, tickbook, pg_temp AS $$
  SELECT count(*) FROM tickbook.drop_chunks(relation, (config ->> 'drop_after')::interval)
$$;
COMMENT ON FUNCTION tickbook._job_retention(regclass, jsonb) IS
  'Drops chunks older than config.drop_after; returns how many.';

-- Segments ------------------------------------------------------------------------------------------------------------
-- A chunk is dropped as a whole, but minute and daily bars in one table are not kept for equally long. What a segment
-- column tells apart can be deleted earlier: packed rows a batch at a time, without unpacking them.

CREATE FUNCTION tickbook.add_segment_retention_policy(
  relation regclass, drop_after interval, segment_column name, keep text[], if_not_exists boolean DEFAULT false
) RETURNS void
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
BEGIN
  IF drop_after IS NULL OR drop_after <= interval '0' THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
      MESSAGE = format('drop_after of the segment retention policy on %s must be greater than zero', relation),
      HINT = 'For example INTERVAL ''2 years''.';
  END IF;
  IF NOT tickbook._is_timescaledb_hypertable(relation)
     AND segment_column <> ALL ((tickbook._compression(relation)).segment_by) OR segment_column IS NULL OR keep IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
      MESSAGE = format('the segment retention policy on %s cannot go by column %s', relation, coalesce(quote_ident(segment_column), 'NULL')),
      HINT = 'Name one of the columns that it is segmented by, see enable_compression(), and the values whose rows stay.';
  END IF;
  PERFORM tickbook._add_job(relation, 'segment_retention', interval '1 day',
    jsonb_build_object('drop_after', drop_after, 'column', segment_column, 'keep', keep), if_not_exists);
END $$;
COMMENT ON FUNCTION tickbook.add_segment_retention_policy(regclass, interval, name, text[], boolean) IS
  'From now on run_jobs() deletes, once a day, rows further back than drop_after whose segment_column has none of the values '
  'in keep. Packed rows go once their whole batch is as old as that. The hypertable has compression segmented by that column, '
  'or is TimescaleDB''s.';

CREATE FUNCTION tickbook.remove_segment_retention_policy(relation regclass, if_exists boolean DEFAULT false) RETURNS void
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
BEGIN
  PERFORM tickbook._remove_job(relation, 'segment_retention', if_exists);
END $$;
COMMENT ON FUNCTION tickbook.remove_segment_retention_policy(regclass, boolean) IS 'No rows are deleted by their segment any more.';

-- Rows are deleted from chunks and batches themselves, past the triggers of the hypertable: being old is no change of
-- them, so aggregates keep what they made of them. On TimescaleDB triggers fire, and can ask for the setting
-- tickbook.retention.
CREATE FUNCTION tickbook._job_segment_retention(relation regclass, config jsonb) RETURNS bigint
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  h       tickbook.hypertable;
  before  CONSTANT timestamptz := now() - (config ->> 'drop_after')::interval;
  others  CONSTANT text := format('%I <> ALL ($2)', config ->> 'column');
  keep    CONSTANT text[] := ARRAY(SELECT jsonb_array_elements_text(config -> 'keep'));
  chunk   regclass;
  touched bigint;
  total   bigint := 0;
BEGIN
  IF tickbook._is_timescaledb_hypertable(relation) THEN
    PERFORM set_config('tickbook.retention', 'on', true);
    EXECUTE format('DELETE FROM %s WHERE %I < $1 AND %s', relation,
      (SELECT t.time_column FROM tickbook._timescaledb_hypertables() t WHERE t.relation = _job_segment_retention.relation), others)
      USING before, keep;
    GET DIAGNOSTICS total = ROW_COUNT;
    PERFORM set_config('tickbook.retention', '', true);
    RETURN total;
  END IF;
  h := tickbook._native_hypertable(relation);
  EXECUTE format('WITH gone AS (DELETE FROM %s WHERE ".last" < $1 AND %s RETURNING ".rows") SELECT coalesce(sum(".rows"), 0) FROM gone',
                 (tickbook._compression(relation)).batches, others) INTO total USING before, keep;
  FOR chunk IN SELECT k.chunk FROM tickbook._native_chunks(h.storage) k WHERE k.range_start < before LOOP
    EXECUTE format('DELETE FROM %s WHERE %I < $1 AND %s', chunk, tickbook._key_column(h.storage), others) USING before, keep;
    GET DIAGNOSTICS touched = ROW_COUNT;
    total := total + touched;
  END LOOP;
  RETURN total;
END $$;
COMMENT ON FUNCTION tickbook._job_segment_retention(regclass, jsonb) IS
  'Deletes rows older than config.drop_after whose segment is not in config.keep; returns how many.';
