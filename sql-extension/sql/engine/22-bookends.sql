-- first(value, time) and last(value, time): the value in the row with the earliest or latest time.
-- The state keeps that time and the value's text form, which every type reads back exactly (floats too, unless
-- extra_float_digits is below its default). PL/pgSQL, because an SQL function called per row takes three times as long.
-- As in TimescaleDB: the first row met wins a tie, a row without a time counts only while there is no other, and the
-- value can be NULL.

CREATE TYPE tickbook._bookend AS (at timestamptz, value text);
COMMENT ON TYPE tickbook._bookend IS
  'State of first and last; a timestamp without time zone is kept as if it were UTC.';

-- Two text forms lose something: of a time in another style than ISO the zone can be ambiguous, and the cast of a
-- character(n) takes its blanks. The steps ask themselves whether they need this, because it is slow.
CREATE FUNCTION tickbook._bookend_text(value anyelement) RETURNS text
  LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET datestyle = 'ISO' AS $$
BEGIN
  RETURN CASE WHEN value IS NOT DISTINCT FROM NULL THEN NULL ELSE pg_catalog.format('%s', value) END;
END $$;
COMMENT ON FUNCTION tickbook._bookend_text(anyelement) IS
  'Text form of a value that reads back as the same value whatever the DateStyle.';

CREATE FUNCTION tickbook._first_step(state tickbook._bookend, value anyelement, ts timestamptz)
  RETURNS tickbook._bookend
  LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  IF ts OPERATOR(pg_catalog.<) state.at
     OR state.at IS NULL AND (ts IS NOT NULL OR state IS NOT DISTINCT FROM NULL) THEN
    RETURN (ts, CASE WHEN pg_catalog.current_setting('datestyle') OPERATOR(pg_catalog.~~) 'ISO%'
                       AND pg_catalog.pg_typeof(value) OPERATOR(pg_catalog.<>) 'pg_catalog.bpchar'::pg_catalog.regtype
                      THEN value::pg_catalog.text ELSE tickbook._bookend_text(value) END)::tickbook._bookend;
  END IF;
  RETURN state;
END $$;

CREATE FUNCTION tickbook._last_step(state tickbook._bookend, value anyelement, ts timestamptz) RETURNS tickbook._bookend
  LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  IF ts OPERATOR(pg_catalog.>) state.at
     OR state.at IS NULL AND (ts IS NOT NULL OR state IS NOT DISTINCT FROM NULL) THEN
    RETURN (ts, CASE WHEN pg_catalog.current_setting('datestyle') OPERATOR(pg_catalog.~~) 'ISO%'
                       AND pg_catalog.pg_typeof(value) OPERATOR(pg_catalog.<>) 'pg_catalog.bpchar'::pg_catalog.regtype
                      THEN value::pg_catalog.text ELSE tickbook._bookend_text(value) END)::tickbook._bookend;
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

-- A composite type is the one kind that PL/pgSQL cannot assign a text to. Like the steps this runs under the caller's
-- search path, because names of tables and the like (regclass) are written and read under it.
CREATE FUNCTION tickbook._from_text(value text, typed anyelement, OUT result anyelement)
  LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  IF EXISTS (SELECT FROM pg_catalog.pg_type t
              WHERE t.oid OPERATOR(pg_catalog.=) pg_catalog.pg_typeof(typed)
                AND t.typtype OPERATOR(pg_catalog.=) 'c') THEN
    EXECUTE pg_catalog.format('SELECT (%L::%s).*', value, pg_catalog.pg_typeof(typed)) INTO result;
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
  LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  best rank%TYPE := state[1];
BEGIN
  IF rank OPERATOR(pg_catalog.<) best OR best IS NULL AND (rank IS NOT NULL OR state IS NULL) THEN
    RETURN ARRAY[rank::pg_catalog.text, CASE WHEN pg_catalog.current_setting('datestyle') OPERATOR(pg_catalog.~~) 'ISO%'
                       AND pg_catalog.pg_typeof(value) OPERATOR(pg_catalog.<>) 'pg_catalog.bpchar'::pg_catalog.regtype
                      THEN value::pg_catalog.text ELSE tickbook._bookend_text(value) END];
  END IF;
  RETURN state;
END $$;

CREATE FUNCTION tickbook._last_step(state text[], value anyelement, rank anycompatible) RETURNS text[]
  LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  best rank%TYPE := state[1];
BEGIN
  IF rank OPERATOR(pg_catalog.>) best OR best IS NULL AND (rank IS NOT NULL OR state IS NULL) THEN
    RETURN ARRAY[rank::pg_catalog.text, CASE WHEN pg_catalog.current_setting('datestyle') OPERATOR(pg_catalog.~~) 'ISO%'
                       AND pg_catalog.pg_typeof(value) OPERATOR(pg_catalog.<>) 'pg_catalog.bpchar'::pg_catalog.regtype
                      THEN value::pg_catalog.text ELSE tickbook._bookend_text(value) END];
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
  FOR f IN SELECT p.oid FROM pg_catalog.pg_proc p WHERE p.pronamespace = 'tickbook'::regnamespace
              AND p.proname IN ('_first_step', '_last_step', '_first_merge', '_last_merge', '_bookend_value') LOOP
    EXECUTE pg_catalog.format('COMMENT ON FUNCTION %s IS %L', f,
      'Part of the aggregates first and last: a step takes a row into the state, a merge joins the states of two '
      'parallel workers, _bookend_value gives the result.');
  END LOOP;
  FOR f IN SELECT p.oid FROM pg_catalog.pg_proc p
            WHERE p.pronamespace = 'tickbook'::regnamespace AND p.proname IN ('first', 'last') LOOP
    EXECUTE pg_catalog.format('COMMENT ON AGGREGATE %s IS %L', f,
      'The value in the row with the earliest (first) or latest (last) time, which can be NULL; NULL without rows.');
  END LOOP;
END $$;
