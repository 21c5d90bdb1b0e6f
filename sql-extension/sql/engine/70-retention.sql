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
