-- first(value, time) and last(value, time): the value in the row with the earliest or latest time.
-- The state keeps that time and the value's text form, which every type reads back exactly (floats too, unless
-- extra_float_digits is below its default). PL/pgSQL, because an SQL function called per row takes three times as long.
-- As in TimescaleDB: the first row met wins a tie, a row without a time counts only while there is no other, and the
-- value can be NULL.

CREATE TYPE tickbook._bookend AS (at timestamptz, value text);
COMMENT ON TYPE tickbook._bookend IS
  'State of first and last; a timestamp without time zone is kept as if it were UTC.';

CREATE FUNCTION tickbook._first_step(state tickbook._bookend, value anyelement, ts timestamptz)
  RETURNS tickbook._bookend
  LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  IF ts OPERATOR(pg_catalog.<) state.at
     OR state.at IS NULL AND (ts IS NOT NULL OR state IS NOT DISTINCT FROM NULL) THEN
    RETURN (ts, value::pg_catalog.text)::tickbook._bookend;
  END IF;
  RETURN state;
END $$;

CREATE FUNCTION tickbook._last_step(state tickbook._bookend, value anyelement, ts timestamptz) RETURNS tickbook._bookend
  LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  IF ts OPERATOR(pg_catalog.>) state.at
     OR state.at IS NULL AND (ts IS NOT NULL OR state IS NOT DISTINCT FROM NULL) THEN
    RETURN (ts, value::pg_catalog.text)::tickbook._bookend;
  END IF;
  RETURN state;
END $$;

CREATE FUNCTION tickbook._first_step(state tickbook._bookend, value anyelement, ts timestamp) RETURNS tickbook._bookend
  LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  RETURN tickbook._first_step(state, value, ts AT TIME ZONE 'UTC');
END $$;

CREATE FUNCTION tickbook._last_step(state tickbook._bookend, value anyelement, ts timestamp) RETURNS tickbook._bookend
  LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  RETURN tickbook._last_step(state, value, ts AT TIME ZONE 'UTC');
END $$;

-- Parallel workers hand in one state each.
CREATE FUNCTION tickbook._first_merge(a tickbook._bookend, b tickbook._bookend) RETURNS tickbook._bookend
  LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  RETURN CASE WHEN b IS NOT DISTINCT FROM NULL THEN a ELSE tickbook._first_step(a, b.value, b.at) END;
END $$;

CREATE FUNCTION tickbook._last_merge(a tickbook._bookend, b tickbook._bookend) RETURNS tickbook._bookend
  LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  RETURN CASE WHEN b IS NOT DISTINCT FROM NULL THEN a ELSE tickbook._last_step(a, b.value, b.at) END;
END $$;

-- A composite type is the one kind that PL/pgSQL cannot assign a text to.
CREATE FUNCTION tickbook._from_text(value text, typed anyelement, OUT result anyelement)
  LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, tickbook, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM pg_type WHERE oid = pg_typeof(typed) AND typtype = 'c') THEN
    EXECUTE format('SELECT (%L::%s).*', value, pg_typeof(typed)) INTO result;
  ELSE
    result := value;
  END IF;
END $$;
COMMENT ON FUNCTION tickbook._from_text(text, anyelement) IS
  'Reads a value of the type of the second argument from its text form.';

CREATE FUNCTION tickbook._bookend_value(state tickbook._bookend, value anyelement, ts timestamptz) RETURNS anyelement
  LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  RETURN tickbook._from_text(state.value, value);
END $$;

CREATE FUNCTION tickbook._bookend_value(state tickbook._bookend, value anyelement, ts timestamp) RETURNS anyelement
  LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  RETURN tickbook._from_text(state.value, value);
END $$;

CREATE AGGREGATE tickbook.first(value anyelement, "time" timestamptz) (
  SFUNC = tickbook._first_step, STYPE = tickbook._bookend, COMBINEFUNC = tickbook._first_merge,
  FINALFUNC = tickbook._bookend_value, FINALFUNC_EXTRA, PARALLEL = SAFE);
CREATE AGGREGATE tickbook.last(value anyelement, "time" timestamptz) (
  SFUNC = tickbook._last_step, STYPE = tickbook._bookend, COMBINEFUNC = tickbook._last_merge,
  FINALFUNC = tickbook._bookend_value, FINALFUNC_EXTRA, PARALLEL = SAFE);
CREATE AGGREGATE tickbook.first(value anyelement, "time" timestamp) (
  SFUNC = tickbook._first_step, STYPE = tickbook._bookend, COMBINEFUNC = tickbook._first_merge,
  FINALFUNC = tickbook._bookend_value, FINALFUNC_EXTRA, PARALLEL = SAFE);
CREATE AGGREGATE tickbook.last(value anyelement, "time" timestamp) (
  SFUNC = tickbook._last_step, STYPE = tickbook._bookend, COMBINEFUNC = tickbook._last_merge,
  FINALFUNC = tickbook._bookend_value, FINALFUNC_EXTRA, PARALLEL = SAFE);

-- Anything else that has an order can stand for the time: numbers, text, uuid. It is kept as text too.
CREATE FUNCTION tickbook._first_step(state text[], value anyelement, rank anycompatible) RETURNS text[]
  LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  best rank%TYPE := state[1];
BEGIN
  IF rank < best OR best IS NULL AND (rank IS NOT NULL OR state IS NULL) THEN
    RETURN ARRAY[rank::text, value::text];
  END IF;
  RETURN state;
END $$;

CREATE FUNCTION tickbook._last_step(state text[], value anyelement, rank anycompatible) RETURNS text[]
  LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  best rank%TYPE := state[1];
BEGIN
  IF rank > best OR best IS NULL AND (rank IS NOT NULL OR state IS NULL) THEN
    RETURN ARRAY[rank::text, value::text];
  END IF;
  RETURN state;
END $$;

CREATE FUNCTION tickbook._bookend_value(state text[], value anyelement, rank anycompatible) RETURNS anyelement
  LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  RETURN tickbook._from_text(state[2], value);
END $$;

CREATE AGGREGATE tickbook.first(value anyelement, "time" anycompatible) (
  SFUNC = tickbook._first_step, STYPE = text[], FINALFUNC = tickbook._bookend_value, FINALFUNC_EXTRA, PARALLEL = SAFE);
CREATE AGGREGATE tickbook.last(value anyelement, "time" anycompatible) (
  SFUNC = tickbook._last_step, STYPE = text[], FINALFUNC = tickbook._bookend_value, FINALFUNC_EXTRA, PARALLEL = SAFE);

DO $$
DECLARE
  f regprocedure;
BEGIN
  FOR f IN SELECT p.oid FROM pg_catalog.pg_proc p
            WHERE p.pronamespace = 'tickbook'::regnamespace AND p.proname IN ('first', 'last') LOOP
    EXECUTE pg_catalog.format('COMMENT ON AGGREGATE %s IS %L', f,
      'The value in the row with the earliest (first) or latest (last) time, which can be NULL; NULL without rows.');
  END LOOP;
END $$;
