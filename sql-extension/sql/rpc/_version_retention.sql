-- The job that market.apply_retention() adds: the versions of bars go when the bars went.
CREATE FUNCTION tickbook._job_version_retention(relation regclass, config jsonb) RETURNS bigint
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
BEGIN
  RETURN market.forget_versions(now() - (config ->> 'daily')::interval)
       + market.forget_versions(now() - (config ->> 'intraday')::interval, ARRAY(SELECT jsonb_array_elements_text(config -> 'keep')));
END $$;
COMMENT ON FUNCTION tickbook._job_version_retention(regclass, jsonb) IS 'Deletes the versions of bars that retention deleted; returns how many.';
