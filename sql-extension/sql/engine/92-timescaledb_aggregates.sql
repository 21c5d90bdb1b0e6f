-- Continuous aggregates of the other engine; dynamic SQL for the same reason as before.

CREATE FUNCTION tickbook._timescaledb_aggregates() RETURNS TABLE (
    relation regclass, hypertable regclass, materialized regclass, definition text, bucket_width text, materialized_only boolean)
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
BEGIN
  IF tickbook._timescaledb_schema() IS NOT NULL THEN
    RETURN QUERY EXECUTE $query$
      SELECT format('%I.%I', view_schema, view_name)::regclass, format('%I.%I', hypertable_schema, hypertable_name)::regclass,
             format('%I.%I', materialization_hypertable_schema, materialization_hypertable_name)::regclass,
             rtrim(view_definition, '; '), NULL::text, materialized_only
        FROM timescaledb_information.continuous_aggregates$query$;
  END IF;
END $$;
COMMENT ON FUNCTION tickbook._timescaledb_aggregates() IS 'Continuous aggregates that TimescaleDB keeps.';

CREATE FUNCTION tickbook._timescaledb_is_aggregate(relation regclass) RETURNS boolean
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
BEGIN
  RETURN tickbook._timescaledb_schema() IS NOT NULL AND EXISTS (
    SELECT FROM tickbook._timescaledb_aggregates() a WHERE a.relation = _timescaledb_is_aggregate.relation);
END $$;
COMMENT ON FUNCTION tickbook._timescaledb_is_aggregate(regclass) IS 'Whether TimescaleDB keeps this continuous aggregate.';

CREATE FUNCTION tickbook._timescaledb_create_continuous_aggregate(name text, query text, with_data boolean, caller_path text)
  RETURNS regclass
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  own_path CONSTANT text := current_setting('search_path');
  view_name text := (SELECT string_agg(quote_ident(part), '.') FROM unnest(parse_ident(name)) part);
  relation  regclass;
BEGIN
  PERFORM set_config('search_path', caller_path, true);
  EXECUTE format('CREATE MATERIALIZED VIEW %s WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS %s WITH NO DATA',
    view_name, regexp_replace(rtrim(query, E'; \n\t'), '\mtickbook\.(time_bucket|first|last)\(', tickbook._timescaledb_schema() || '.\1(', 'g'));
  relation := view_name;
  PERFORM set_config('search_path', own_path, true);
  IF with_data THEN
    RAISE NOTICE '% is computed when it is read until CALL tickbook.refresh_continuous_aggregate(%)', relation, quote_literal(relation)
      USING HINT = 'TimescaleDB cannot fill a continuous aggregate inside a function.';
  END IF;
  RETURN relation;
END $$;
COMMENT ON FUNCTION tickbook._timescaledb_create_continuous_aggregate(text, text, boolean, text) IS
  'Has TimescaleDB make the continuous aggregate, with its own time_bucket, first and last.';

-- TimescaleDB commits while it refreshes, which it can do only if it is called by a plain CALL, not by EXECUTE. So its schema
-- is put into the search path, where no one else's procedure of that name may be.
CREATE PROCEDURE tickbook._timescaledb_refresh(name regclass, range_start timestamptz, range_end timestamptz, force boolean)
  LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_catalog.set_config('search_path', tickbook._timescaledb_path(), true);
  IF force THEN
    CALL refresh_continuous_aggregate(name, range_start, range_end, force => true);
  ELSE
    CALL refresh_continuous_aggregate(name, range_start, range_end);
  END IF;
END $$;
COMMENT ON PROCEDURE tickbook._timescaledb_refresh(regclass, timestamptz, timestamptz, boolean) IS 'Has TimescaleDB refresh its continuous aggregate.';

CREATE FUNCTION tickbook._timescaledb_path() RETURNS text
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  other regprocedure;
BEGIN
  SELECT p.oid INTO other FROM pg_proc p
   WHERE p.proname = 'refresh_continuous_aggregate' AND p.pronamespace = quote_ident(tickbook._timescaledb_schema())::regnamespace
     AND NOT EXISTS (SELECT FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid
                      WHERE d.objid = p.oid AND d.deptype = 'e' AND e.extname = 'timescaledb');
  IF FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'ambiguous_function', MESSAGE = format('%s would be called in place of TimescaleDB''s', other),
      HINT = format('Drop it: DROP ROUTINE %s.', other);
  END IF;
  RETURN quote_ident(tickbook._timescaledb_schema());
END $$;
COMMENT ON FUNCTION tickbook._timescaledb_path() IS
  'A search path on which refresh_continuous_aggregate() is TimescaleDB''s, or an error.';
