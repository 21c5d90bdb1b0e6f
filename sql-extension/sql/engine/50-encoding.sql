-- How a column of a batch becomes bytes, and a value again. Whatever the column holds is one of two things:
--   scaled  a whole number: value = (base + step * (i - 1) + unit * code[i] + reference) * scale; for integers, dates,
--           timestamps, and decimals that are exact in it;
--   plain   the values as they are, or their dictionary and code[i], the place in it.
-- Codes below 65,536 are kept as planes, one string of the low bytes and one of the high bytes: a byte is found faster than
-- an element of an array, and high bytes, being much alike, are squeezed by TOAST. Wider codes, and those of a scaled
-- column with NULLs, are an integer[]. A batch in which one value is not exact as a scaled number stores that column
-- plainly: nothing is ever rounded.

CREATE AGGREGATE tickbook._gcd(bigint) (sfunc = pg_catalog.gcd, stype = bigint, combinefunc = pg_catalog.gcd, parallel = safe);
COMMENT ON AGGREGATE tickbook._gcd(bigint) IS 'Greatest common divisor; NULLs do not count.';

-- Two planes of 980 bytes fill one chunk of TOAST.
CREATE FUNCTION tickbook._batch_rows() RETURNS integer
  LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN 980;
COMMENT ON FUNCTION tickbook._batch_rows() IS 'Rows of a full batch.';

CREATE FUNCTION tickbook._not_exact(subject text) RETURNS bigint
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'numeric_value_out_of_range',
    MESSAGE = format('%s has a value that is not a scaled integer', subject),
    HINT = 'It is caught where chunks are packed, which then stores the column plainly.';
END $$;
COMMENT ON FUNCTION tickbook._not_exact(text) IS 'Raises the error that sends a chunk to the careful way of packing.';

-- The unit is the greatest common divisor of the numbers. The codes themselves are computed where the frame is asked
-- for: an array that goes through a PL/pgSQL function costs more than the arithmetic.
CREATE FUNCTION tickbook._frame(low bigint, high bigint, divisor bigint, has_nulls boolean, OUT base bigint, OUT unit bigint, OUT bytes integer)
  LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, tickbook, pg_temp AS $$
BEGIN
  IF low IS NULL OR low < -4000000000000000000 OR high > 4000000000000000000 THEN
    RETURN;
  END IF;
  unit := CASE WHEN divisor BETWEEN 1 AND 1099511627776 THEN divisor ELSE 1 END;
  bytes := CASE WHEN (high - low) / unit >= 2147483648 THEN NULL WHEN has_nulls OR (high - low) / unit >= 65536 THEN 4
                WHEN (high - low) / unit >= 256 THEN 2 ELSE 1 END;
  base := CASE WHEN bytes IS NOT NULL THEN low END;
END $$;
COMMENT ON FUNCTION tickbook._frame(bigint, bigint, bigint, boolean) IS
  'Base and unit of codes for whole numbers from low to high, and how many bytes a code takes, or NULLs where 4 do not do.';

-- The unit of a sloped column is that of its differences. It rises by one unit each row where it is a grid with gaps, which
-- leaves runs of one number for TOAST to squeeze, else evenly; offsets holds what is left, to be framed like any other.
CREATE FUNCTION tickbook._slope(
  raw bigint[], low bigint, high bigint, unit bigint, smallest_step bigint, OUT step bigint, OUT offsets bigint[], OUT low_offset bigint, OUT high_offset bigint
) LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  n CONSTANT integer := cardinality(raw);
BEGIN
  step := 0;
  IF smallest_step > 0 AND n > 1 AND low > -4000000000000000000 AND high < 4000000000000000000 THEN
    step := CASE WHEN smallest_step = unit THEN unit ELSE (high - low) / unit / (n - 1) * unit END;
  END IF;
  offsets := ARRAY(SELECT r - step * (i - 1) FROM unnest(raw) WITH ORDINALITY u (r, i) ORDER BY i);
  SELECT min(o), max(o) INTO low_offset, high_offset FROM unnest(offsets) o;
END $$;
COMMENT ON FUNCTION tickbook._slope(bigint[], bigint, bigint, bigint, bigint) IS
  'What is left of numbers that rise with every row once step times the row is taken off.';

-- Values are grouped by their text, which tells apart what only compares as equal (1.0 and 1.00). Code 0 is NULL: there
-- is no such place in an array.
CREATE FUNCTION tickbook._dictionary(
  vals anyarray, OUT words anyarray, OUT low bytea, OUT high bytea
) LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  codes integer[];
BEGIN
  WITH v AS (SELECT value, value::text AS image, i FROM unnest(vals) WITH ORDINALITY u (value, i)),
       w AS (SELECT image, (array_agg(value))[1] AS word, row_number() OVER (ORDER BY min(i)) AS code
               FROM v WHERE image IS NOT NULL GROUP BY image)
  SELECT (SELECT array_agg(word ORDER BY code) FROM w), (SELECT array_agg(coalesce(w.code, 0)::integer ORDER BY v.i) FROM v LEFT JOIN w USING (image))
    INTO words, codes;
  IF words IS NULL OR 2 * cardinality(words) > cardinality(vals) THEN
    words := vals;
    RETURN;
  END IF;
  SELECT string_agg(set_byte('\x00', 0, code & 255), ''), string_agg(set_byte('\x00', 0, code >> 8), '') FILTER (WHERE cardinality(words) > 255)
    INTO low, high FROM (SELECT unnest(codes) AS code) c;
END $$;
COMMENT ON FUNCTION tickbook._dictionary(anyarray) IS
  'Distinct values and the place of each in them as planes, or the values as they are where fewer than half repeat. '
  'Only for types whose text tells all values apart.';

CREATE FUNCTION tickbook._base_type(type_id oid, modifier integer, OUT base regtype, OUT base_modifier integer)
  LANGUAGE sql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
  WITH RECURSIVE t AS (
    SELECT type_id AS oid, modifier
    UNION ALL
    SELECT p.typbasetype, p.typtypmod FROM t JOIN pg_type p ON p.oid = t.oid WHERE p.typtype = 'd')
  SELECT t.oid::regtype, t.modifier FROM t JOIN pg_type p ON p.oid = t.oid WHERE p.typtype <> 'd'
$$;
COMMENT ON FUNCTION tickbook._base_type(oid, integer) IS 'The type beneath a domain, with its modifier.';

CREATE TYPE tickbook._packed_column AS (
  name      name,
  type      text,     -- as it is written in a column definition
  base      regtype,  -- beneath domains
  packing   text,     -- segment, scaled or plain
  scale     integer,  -- decimals that the type prescribes; NULL where each chunk has its own
  sloped    boolean,  -- rows are ordered by it
  boxed     boolean,  -- an array, or of a type that has no arrays: see tickbook._box()
  wordy     boolean,  -- its text tells all values apart, so it may have a dictionary
  equal     boolean,  -- only the same is equal
  collated  text     -- COLLATE clause, where it is not the type's own
);

CREATE FUNCTION tickbook._packed_columns(storage regclass, segment_by name[], order_by name) RETURNS SETOF tickbook._packed_column
  LANGUAGE sql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
  SELECT a.attname, format_type(a.atttypid, a.atttypmod), t.base,
         CASE WHEN a.attname = ANY (segment_by) THEN 'segment'
              WHEN t.base IN ('smallint', 'integer', 'bigint', 'date', 'timestamp', 'timestamptz', 'numeric', 'real', 'double precision')
              THEN 'scaled' ELSE 'plain' END,
         CASE WHEN t.base IN ('real', 'double precision') THEN NULL
              WHEN t.base <> 'numeric'::regtype THEN 0
              WHEN t.base_modifier >= 4 AND m.digits <= 18 AND m.decimals BETWEEN 0 AND m.digits THEN m.decimals END,
         a.attname = order_by,
         p.typcategory = 'A' OR p.typarray = 0,
         e.equal OR t.base IN ('numeric', 'jsonb', 'real', 'double precision'), e.equal,
         CASE WHEN a.attcollation <> p.typcollation THEN format('%s.%I', l.collnamespace::regnamespace, l.collname) END
    FROM pg_attribute a
   CROSS JOIN LATERAL tickbook._base_type(a.atttypid, a.atttypmod) t
   CROSS JOIN LATERAL (SELECT (t.base_modifier - 4) >> 16 & 65535 AS digits,
                              (((t.base_modifier - 4) & 2047) # 1024) - 1024 AS decimals) m
    JOIN pg_type p ON p.oid = t.base
    LEFT JOIN pg_collation l ON l.oid = a.attcollation
   CROSS JOIN LATERAL (SELECT coalesce(l.collisdeterministic, true) AND (p.typtype = 'e' OR t.base IN (
           'text', 'varchar', 'name', 'boolean', 'uuid', 'smallint', 'integer', 'bigint', 'date', 'timestamp', 'timestamptz',
           'inet', 'cidr', 'macaddr')) AS equal) e
   WHERE a.attrelid = storage AND a.attnum > 0 AND NOT a.attisdropped
   ORDER BY a.attnum
$$;
COMMENT ON FUNCTION tickbook._packed_columns(regclass, name[], name) IS 'How each column of a table is packed.';

-- A value as a whole number. Where it has no exact one: NULL if careful, else an error.
CREATE FUNCTION tickbook._scaled(c tickbook._packed_column, value text, decimals integer, careful boolean) RETURNS text
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  factor text := '1' || repeat('0', decimals);
  number text;
  fits   text;
BEGIN
  CASE
    WHEN c.base IN ('smallint', 'integer') THEN
      RETURN format('%s::bigint', value);
    WHEN c.base = 'bigint'::regtype THEN
      number := format('%s::bigint', value);
      fits := format('%s BETWEEN -4000000000000000000 AND 4000000000000000000', value);
    WHEN c.base = 'date'::regtype THEN
      number := format('(%s::date - date ''2000-01-01'')::bigint', value);
      fits := format('isfinite(%s::date)', value);
    WHEN c.base IN ('timestamp', 'timestamptz') THEN
      -- In double precision, which is faster, microseconds are exact while they are fewer than 2 to the 51st.
      number := format('CASE WHEN %1$s BETWEEN %2$s ''1970-01-01 00:00:00+00'' AND %2$s ''2038-01-01 00:00:00+00'' '
                       'THEN (date_part(''epoch'', %1$s) * 1000000)::bigint ELSE (extract(epoch FROM %1$s) * 1000000)::bigint END '
                       '- 946684800000000', value, c.base);
      fits := format('%1$s BETWEEN %2$s ''1800-01-01 00:00:00+00'' AND %2$s ''2200-01-01 00:00:00+00''', value, c.base);
    WHEN c.base = 'numeric'::regtype THEN
      number := format('(%s * %s)::bigint', value, factor);
      fits := format('%1$s > -1e%2$s AND %1$s < 1e%2$s', value, 18 - decimals)
              || CASE WHEN c.scale IS NULL THEN format(' AND scale(%s) = %s', value, decimals) ELSE '' END;
      IF c.scale IS NOT NULL AND NOT careful THEN
        RETURN number;  -- NaN has no bigint, so this is exact or an error
      END IF;
    ELSE
      number := format('round(%s * 1e%s::double precision)::bigint', value, decimals);
      RETURN format('CASE WHEN %1$s > -1e%2$s AND %1$s < 1e%2$s THEN CASE WHEN (%3$s / 1e%4$s::double precision)::%5$s = %1$s '
                    'AND (%1$s <> 0 OR float8send(%1$s) = ''\x0000000000000000'') THEN %3$s END END',
                    value, 15 - decimals, number, decimals, c.base);
  END CASE;
  RETURN format('CASE WHEN %s THEN %s%s END', fits, number,
    CASE WHEN NOT careful THEN format(' WHEN %s IS NOT NULL THEN tickbook._not_exact(%L)', value, c.name) ELSE '' END);
END $$;
COMMENT ON FUNCTION tickbook._scaled(tickbook._packed_column, text, integer, boolean) IS
  'Expression that makes a whole number of a value: times the power of ten, or microseconds or days since 2000.';

CREATE FUNCTION tickbook._unscaled(c tickbook._packed_column, number text) RETURNS text
  LANGUAGE sql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
  SELECT CASE
    WHEN c.base = 'date'::regtype THEN format('date ''2000-01-01'' + (%s)::integer', number)
    WHEN c.base = 'timestamp'::regtype THEN format('timestamp ''2000-01-01 00:00:00'' + (%s) * interval ''1 microsecond''', number)
    WHEN c.base = 'timestamptz'::regtype THEN format('timestamptz ''2000-01-01 00:00:00+00'' + (%s) * interval ''1 microsecond''', number)
    WHEN c.base IN ('smallint', 'integer', 'bigint') OR c.scale = 0 THEN number
    WHEN c.scale IS NOT NULL THEN format('(%s) * %s', number, '0.' || lpad('1', c.scale, '0'))
    WHEN c.base = 'numeric'::regtype THEN format('(%s) * a.%I', number, c.name || '.u')
    ELSE format('(%s) / a.%I', number, c.name || '.u') END
$$;
COMMENT ON FUNCTION tickbook._unscaled(tickbook._packed_column, text) IS 'The inverse of _scaled().';

-- A column may be packed as what is left of it after another has told most of it: {"kind": "lag", "of": ["close"]} in the
-- row before, greatest or least of this row's values of one or two, greatest_lag or least_lag of this row and the one before.
-- Such an expression is the same for packing and unpacking but for how it names a number.
CREATE FUNCTION tickbook._reference(kind text, here text[], before text) RETURNS text
  LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
  SELECT CASE kind WHEN 'lag' THEN format('COALESCE(%s, %s, 0)', before, here[1])
                   WHEN 'greatest_lag' THEN format('COALESCE(GREATEST(%s, %s), 0)', here[1], before)
                   WHEN 'least_lag' THEN format('COALESCE(LEAST(%s, %s), 0)', here[1], before)
                   WHEN 'greatest' THEN format('COALESCE(GREATEST(%s), 0)', array_to_string(here, ', '))
                   WHEN 'least' THEN format('COALESCE(LEAST(%s), 0)', array_to_string(here, ', ')) END
$$;
COMMENT ON FUNCTION tickbook._reference(text, text[], text) IS 'Expression of what a column is measured against.';

CREATE FUNCTION tickbook._code(column_name text, wide boolean, place text) RETURNS text
  LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
  SELECT format('CASE WHEN a.%2$I IS NOT NULL THEN get_byte(a.%1$I, %3$s) | (get_byte(a.%2$I, %3$s) << 8) ', column_name || '.1', column_name || '.2', place)
         || CASE WHEN wide THEN format('WHEN a.%1$I IS NOT NULL THEN get_byte(a.%1$I, %3$s) ELSE a.%2$I[%3$s] END', column_name || '.1', column_name || '.4', place)
                 ELSE format('ELSE get_byte(a.%I, %s) END', column_name || '.1', place) END
$$;
COMMENT ON FUNCTION tickbook._code(text, boolean, text) IS
  'Expression of a column''s code in a row of a batch; wide if it can be an integer[].';

CREATE FUNCTION tickbook._number(c tickbook._packed_column, refs jsonb, place text) RETURNS text
  LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  ref    jsonb := refs -> c.name::text;
  others text[];
  other  tickbook._packed_column;
BEGIN
  IF ref IS NULL THEN
    RETURN format(CASE WHEN c.sloped THEN 'a.%1$I + a.%3$I * (%5$s - 1) + a.%2$I * %4$s' ELSE 'a.%1$I + a.%2$I * %4$s' END,
                  c.name || '.b', c.name || '.g', c.name || '.s', tickbook._code(c.name, true, place), place);
  END IF;
  FOR other.name IN SELECT jsonb_array_elements_text(ref -> 'of') LOOP
    others := others || tickbook._number(other, refs, place);
  END LOOP;
  RETURN format('a.%I + a.%I * %s + %s', c.name || '.b', c.name || '.g', tickbook._code(c.name, true, place),
    tickbook._reference(ref ->> 'kind', others, tickbook._number(other, refs, place || ' - 1')));
END $$;
COMMENT ON FUNCTION tickbook._number(tickbook._packed_column, jsonb, text) IS
  'Expression of a column''s whole number in a row of a batch.';

CREATE FUNCTION tickbook._decoded(c tickbook._packed_column, refs jsonb) RETURNS text
  LANGUAGE sql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
  SELECT CASE WHEN c.packing = 'segment' THEN format('a.%I', c.name) ELSE
    format('(CASE %sWHEN a.%2$I IS NULL THEN %3$s ELSE %4$s END)::%5$s%6$s',
      CASE WHEN c.packing <> 'scaled' THEN ''
           WHEN c.base = 'numeric'::regtype AND refs -> c.name::text IS NULL AND NOT c.sloped THEN
             -- The short way: one multiplication less, and the unit of the batch already has the scale.
             format('WHEN a.%1$I IS NOT NULL THEN (a.%1$I + %2$s) * a.%3$I ', c.name || '.h', tickbook._code(c.name, true, 'n.i'), c.name || '.m')
           ELSE format('WHEN a.%I IS NOT NULL THEN (%s)::%s ', c.name || '.b', tickbook._unscaled(c, tickbook._number(c, refs, 'n.i')), c.base) END,
      c.name || '.1', format(CASE WHEN c.boxed THEN '(a.%I[n.i]).v' ELSE 'a.%I[n.i]' END, c.name || '.v'),
      format(CASE WHEN c.boxed THEN '(a.%I[%s]).v' ELSE 'a.%I[%s]' END, c.name || '.v', tickbook._code(c.name, false, 'n.i')),
      c.type, ' COLLATE ' || c.collated) END
$$;
COMMENT ON FUNCTION tickbook._decoded(tickbook._packed_column, jsonb) IS
  'Expression of a column''s value in a row of a batch.';

-- array_append() leaves an expanded array, in which any element is found at once, NULLs and texts or not. A plane gets its
-- first byte twice: places count from 1, and before the first row is the first row.
CREATE FUNCTION tickbook._opened(c tickbook._packed_column) RETURNS text
  LANGUAGE sql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
  SELECT CASE WHEN c.packing = 'segment' THEN format('b.%I', c.name) ELSE
         CASE WHEN c.packing = 'scaled' THEN
           format('b.%1$I[1] AS %2$I, b.%1$I[2] AS %3$I, CASE WHEN b.%4$I IS NOT NULL THEN array_append(b.%4$I, NULL) END AS %4$I, ',
                  c.name || '.f', c.name || '.b', c.name || '.g', c.name || '.4')
           || CASE WHEN c.sloped THEN format('b.%I[3] AS %I, ', c.name || '.f', c.name || '.s') ELSE '' END
           || CASE WHEN c.scale IS NULL THEN format('(''1e%s'' || b.%I[4])::%s AS %I, ', CASE WHEN c.base = 'numeric'::regtype THEN '-' ELSE '' END,
                     c.name || '.f', CASE WHEN c.base = 'numeric'::regtype THEN 'numeric' ELSE 'double precision' END, c.name || '.u') ELSE '' END
           || CASE WHEN c.base = 'numeric'::regtype THEN format('b.%1$I[1] / b.%1$I[2] AS %2$I, b.%1$I[2] * (''1e-'' || b.%1$I[4])::numeric AS %3$I, ',
                     c.name || '.f', c.name || '.h', c.name || '.m') ELSE '' END
         ELSE '' END
      || format('substr(b.%1$I, 1, 1) || b.%1$I AS %1$I, substr(b.%2$I, 1, 1) || b.%2$I AS %2$I, '
                'CASE WHEN b.%3$I IS NOT NULL THEN array_append(b.%3$I, NULL) END AS %3$I',
                c.name || '.1', c.name || '.2', c.name || '.v') END
$$;
COMMENT ON FUNCTION tickbook._opened(tickbook._packed_column) IS
  'What a query selects per batch so that _decoded() can be computed per row.';
