-- Making, refreshing and dropping continuous aggregates.

-- Only the rows of some buckets: first and last are times, both included. Where clocks change a local bucket can begin
-- before its own start; then the bucket itself decides, and the time only narrows the search.
CREATE FUNCTION tickbook._within(a tickbook.continuous_aggregate, first text, last text) RETURNS text
  LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  time_value CONSTANT text := format('%I.%I', a.source_alias, a.time_column);
BEGIN
  IF a.bucket LIKE '%::text%' THEN
    RETURN format('%1$s >= %2$s - interval ''1 day'' - interval %6$L AND %1$s <= %3$s + interval ''1 day'' + interval %6$L '
                  'AND %5$s >= %2$s AND %5$s <= %3$s', time_value, tickbook._to_time_type(a.time_type, first),
                  tickbook._to_time_type(a.time_type, last), NULL, format(a.bucket, time_value), a.bucket_width);
  END IF;
  RETURN format('%1$s >= %2$s AND %1$s <= %3$s', time_value, tickbook._to_time_type(a.time_type, first),
                tickbook._to_time_type(a.time_type, last));
END $$;
COMMENT ON FUNCTION tickbook._within(tickbook.continuous_aggregate, text, text) IS
  'Condition for the rows of the buckets between two times, given as SQL.';

-- The text of FROM is PostgreSQL's own, with every name in full, and the source stands in it once.
CREATE FUNCTION tickbook._reading(a tickbook.continuous_aggregate, other text) RETURNS text
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  head CONSTANT text := split_part(a.definition, E'\n   FROM ', 1);
BEGIN
  RETURN head || regexp_replace(substr(a.definition, length(head) + 1),
           '([ (])' || tickbook._regexp_literal(tickbook._qualified(a.source)) || '(?: ' || tickbook._regexp_literal(quote_ident(a.source_alias)) || ')?(?=[ )\n]|$)',
           '\1' || replace(other, '\', '\\') || ' ' || replace(quote_ident(a.source_alias), '\', '\\'));
END $$;
COMMENT ON FUNCTION tickbook._reading(tickbook.continuous_aggregate, text) IS
  'The query of an aggregate, reading something else that has the same columns.';

CREATE FUNCTION tickbook._between(a tickbook.continuous_aggregate, first text, last text) RETURNS text
  LANGUAGE sql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
  SELECT CASE WHEN a.source = a.storage OR NOT tickbook._is_hypertable(a.source) THEN tickbook._qualified(a.source)
              ELSE (SELECT format('%s.%I(%s, %s)', relnamespace::regnamespace, relname || '_between',
                                  tickbook._to_time_type(a.time_type, w.earliest), tickbook._to_time_type(a.time_type, w.after))
                      FROM pg_class WHERE oid = a.source) END
    FROM (SELECT CASE WHEN a.bucket LIKE '%::text%' THEN format('(%s - interval ''1 day'' - interval %L)', first, a.bucket_width) ELSE first END,
                 CASE WHEN a.bucket LIKE '%::text%' THEN format('(%s + interval ''1 day'' + interval %L)', last, a.bucket_width)
                      WHEN a.time_type = 'date'::regtype THEN format('(%s + interval ''1 day'')', last)
                      ELSE format('(%s + interval ''1 microsecond'')', last) END) w (earliest, after)
$$;
COMMENT ON FUNCTION tickbook._between(tickbook.continuous_aggregate, text, text) IS
  'What to read for the buckets between two times, given as SQL: the source, and where rows are packed only the batches needed.';

-- The view knows what it reads by number, the definition by name. After a restore the numbers are others and the names the
-- same, which the number of the view itself tells.
CREATE FUNCTION tickbook._names_read(a tickbook.continuous_aggregate) RETURNS text[]
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, tickbook, pg_temp SET quote_all_identifiers = off AS $$
BEGIN
  RETURN (
    SELECT a.relation::oid::text || coalesce(array_agg(DISTINCT concat_ws(' ', d.refobjid::regclass, c.attnum, c.attname)), '{}')
      FROM pg_rewrite w
      JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_class'::regclass
      LEFT JOIN pg_attribute c ON c.attrelid = d.refobjid AND c.attnum = d.refobjsubid
     WHERE w.ev_class = a.relation AND d.refobjid NOT IN (a.relation, a.materialized));
END $$;
COMMENT ON FUNCTION tickbook._names_read(tickbook.continuous_aggregate) IS
  'The OID of the view of an aggregate, and the tables and columns that it reads, as they are called now.';

CREATE FUNCTION tickbook._check_names(INOUT a tickbook.continuous_aggregate)
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  now_called CONSTANT text[] := tickbook._names_read(a);
BEGIN
  IF a.reads[1] IS DISTINCT FROM now_called[1] THEN
    UPDATE tickbook.continuous_aggregate c SET reads = now_called WHERE c.relation = a.relation;
    a.reads := now_called;
  ELSIF NOT a.reads <@ now_called THEN
    RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
      MESSAGE = format('continuous aggregate %s cannot be refreshed: what it reads as %s has another name now', a.relation,
                       (SELECT string_agg(regexp_replace(r, ' [0-9]+ ', '.'), ', ') FROM unnest(a.reads) r WHERE r <> ALL (now_called))),
      HINT = 'Give it its name back, or drop the aggregate and make it again.';
  END IF;
END $$;
COMMENT ON FUNCTION tickbook._check_names(tickbook.continuous_aggregate) IS
  'Raises an error if a table or column of the query was renamed: the view would follow it, and a refresh read another.';

CREATE FUNCTION tickbook._check_triggers(a tickbook.continuous_aggregate) RETURNS void
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  disabled record;
BEGIN
  -- What calls the function is found faster than all triggers of a name.
  SELECT t.tgname AS name, t.tgrelid::regclass AS relation INTO disabled FROM pg_trigger t
   WHERE t.tgenabled IN ('D', 'R') AND t.tgname LIKE format('tickbook\_aggregate\_%s\_%%', a.id)
     AND (t.tgrelid = a.storage OR t.oid IN (
           SELECT d.objid FROM pg_depend d
            WHERE d.classid = 'pg_trigger'::regclass AND d.refclassid = 'pg_proc'::regclass
              AND d.refobjid = 'tickbook._log_everything'::regproc))
   ORDER BY t.tgname LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
      MESSAGE = format('continuous aggregate %s cannot be refreshed: trigger %s of %s is disabled', a.relation, disabled.name, disabled.relation),
      HINT = format('Run ALTER TABLE %s ENABLE ALWAYS TRIGGER %I, and refresh with force => true what was written meanwhile.',
                    disabled.relation, disabled.name);
  END IF;
END $$;
COMMENT ON FUNCTION tickbook._check_triggers(tickbook.continuous_aggregate) IS
  'Raises an error if changes of the hypertable or of a joined table are not logged, so that no one takes what is refreshed for up to date.';

CREATE FUNCTION tickbook._show_aggregate(a tickbook.continuous_aggregate, real_time boolean DEFAULT true) RETURNS void
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp SET quote_all_identifiers = off AS $$
DECLARE
  columns CONSTANT text := (SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
                             WHERE attrelid = a.relation AND attnum > 0 AND NOT attisdropped);
  shown   text := format('SELECT %s FROM %s ".m"', columns, a.materialized);
BEGIN
  IF real_time THEN
    shown := format('%s WHERE NOT ((SELECT tickbook._pending(%s)) @> %s) UNION ALL '
                    'SELECT %s FROM tickbook._pending_ranges(%2$s) ".p" CROSS JOIN LATERAL (%5$s) ".q"', shown, a.id,
                    tickbook._from_time_type(a.time_type, format('".m".%I', a.bucket_column)),
                    (SELECT string_agg(format('".q".%I', attname), ', ' ORDER BY attnum) FROM pg_attribute
                      WHERE attrelid = a.relation AND attnum > 0 AND NOT attisdropped),
                    tickbook._with_condition(tickbook._reading(a, tickbook._between(a, '".p".first', '".p".last')),
                                             tickbook._within(a, '".p".first', '".p".last')));
  END IF;
  EXECUTE format('CREATE OR REPLACE VIEW %s AS %s', tickbook._qualified(a.relation), shown);
  UPDATE tickbook.continuous_aggregate c SET reads = tickbook._names_read(a) WHERE c.relation = a.relation;
END $$;
COMMENT ON FUNCTION tickbook._show_aggregate(tickbook.continuous_aggregate, boolean) IS
  'Makes the view of an aggregate: what is materialised and what is pending, or, for as long as its hypertable is being '
  'rebuilt, what is materialised only.';

CREATE FUNCTION tickbook._lock_aggregate(a tickbook.continuous_aggregate) RETURNS void
  LANGUAGE sql SET search_path = pg_catalog, tickbook, pg_temp AS $$
  SELECT pg_advisory_xact_lock('tickbook.continuous_aggregate'::regclass::oid::integer, a.id)
$$;
COMMENT ON FUNCTION tickbook._lock_aggregate(tickbook.continuous_aggregate) IS 'One session at a time refreshes an aggregate.';

CREATE FUNCTION tickbook._create_continuous_aggregate(name text, query text, with_data boolean, caller_path text)
  RETURNS regclass
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp SET quote_all_identifiers = off AS $$
DECLARE
  own_path CONSTANT text := current_setting('search_path');
  relation regclass;
  a        tickbook.continuous_aggregate;
  schema_id oid;
  base     name;
  columns  text;
  joined   regclass[];
BEGIN
  IF name IS NULL OR query IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'null_value_not_allowed',
      MESSAGE = format('continuous aggregate %s cannot be made: its name or its query is NULL', coalesce(name, 'NULL')),
      HINT = 'Give both: tickbook.create_continuous_aggregate(''daily'', ''SELECT ... GROUP BY ...'').';
  END IF;
  IF tickbook.engine() = 'timescaledb' THEN
    RETURN tickbook._timescaledb_create_continuous_aggregate(name, query, with_data, caller_path);
  END IF;
  PERFORM set_config('search_path', caller_path, true);
  EXECUTE format('CREATE VIEW %s AS %s', (SELECT string_agg(quote_ident(part), '.') FROM unnest(parse_ident(name)) part),
                 rtrim(query, E'; \n\t'));
  relation := (SELECT string_agg(quote_ident(part), '.') FROM unnest(parse_ident(name)) part);
  PERFORM set_config('search_path', own_path, true);
  a := tickbook._describe_query(name, relation);
  PERFORM pg_advisory_xact_lock('tickbook.continuous_aggregate'::regclass::oid::integer, 0);
  -- The first that is free above that of its source: an aggregate has a higher one than what it is made of.
  a.id := (SELECT coalesce((SELECT p.id FROM tickbook.continuous_aggregate p WHERE p.relation = a.source), 0) + 1);
  WHILE EXISTS (SELECT FROM tickbook.continuous_aggregate c WHERE c.id = a.id) LOOP
    a.id := a.id + 1;
  END LOOP;
  a.pending := '{(,)}';
  a.frozen := '{}';
  a.reads := '{}';
  SELECT relnamespace, relname INTO schema_id, base FROM pg_class WHERE oid = relation;
  base := tickbook._free_name(schema_id, base, '_materialized');
  EXECUTE format('CREATE TABLE %s.%I AS SELECT * FROM %s WITH NO DATA', schema_id::regnamespace, base, relation);
  a.materialized := format('%s.%I', schema_id::regnamespace, base);
  EXECUTE format('ALTER TABLE %s REPLICA IDENTITY FULL', a.materialized);  -- as that of tickbook.invalidation
  EXECUTE format('COMMENT ON TABLE %s IS %L', a.materialized,
                 format('What is materialised of the continuous aggregate %s; written by tickbook only.', relation));
  -- What it is read by: its other groups and the bucket, or the bucket alone.
  SELECT string_agg(quote_ident(t #>> '{resname,0}'), ', ' ORDER BY i) INTO columns
    FROM jsonb_array_elements(tickbook._parse_tree(relation) #> '{targetList,0}') WITH ORDINALITY x (t, i)
   WHERE t #>> '{ressortgroupref,0}' <> '0' AND t #>> '{resname,0}' <> a.bucket_column
     AND EXISTS (SELECT FROM pg_attribute c JOIN pg_opclass o ON o.opcintype = c.atttypid OR o.opcintype = 'text'::regtype AND c.atttypid = 'varchar'::regtype
                  JOIN pg_am m ON m.oid = o.opcmethod AND m.amname = 'btree'
                  WHERE c.attrelid = relation AND c.attname = t #>> '{resname,0}' AND o.opcdefault);
  EXECUTE format('CREATE INDEX ON %s (%I)', a.materialized, a.bucket_column);
  IF columns IS NOT NULL THEN
    EXECUTE format('CREATE INDEX ON %s (%s, %I)', a.materialized, columns, a.bucket_column);
  END IF;
  joined := ARRAY(SELECT tickbook._joined_tables(a.source)
                   UNION
                  SELECT (e #>> '{relid,0}')::oid::regclass
                    FROM jsonb_array_elements(tickbook._parse_tree(relation) #> '{rtable,0}') e
                   WHERE e #>> '{rtekind,0}' = '0'
                     AND (e #>> '{relid,0}')::oid NOT IN (relation, a.source));
  PERFORM tickbook._check_isolation(a.storage);  -- what others have just written would be in no bucket and in no log
  PERFORM tickbook._watch(a.id, a.storage, joined);
  INSERT INTO tickbook.continuous_aggregate SELECT a.*;
  PERFORM tickbook._show_aggregate(a);
  IF with_data THEN
    WHILE tickbook._refresh_step(relation, NULL, NULL) LOOP END LOOP;
  END IF;
  RETURN relation;
END $$;
COMMENT ON FUNCTION tickbook._create_continuous_aggregate(text, text, boolean, text) IS
  'create_continuous_aggregate() with the search path of its caller.';

CREATE FUNCTION tickbook.create_continuous_aggregate(name text, query text, with_data boolean DEFAULT true) RETURNS regclass
  LANGUAGE sql
  RETURN tickbook._create_continuous_aggregate(name, query, with_data, current_setting('search_path'));
COMMENT ON FUNCTION tickbook.create_continuous_aggregate(text, text, boolean) IS
  'Makes a view of this name that always gives what the query gives, and keeps computed buckets in a table beside it '
  '(name_materialized: read that for what is materialised only). The query groups by tickbook.time_bucket of a '
  'hypertable''s time column, or of the bucket column of another continuous aggregate. Writers of the hypertable wait '
  'until this ends: for a large one pass with_data => false and call refresh_continuous_aggregate().';

-- first and last in a query whose groups and time are unique: each group has one row with its earliest time, and looking
-- that row up costs a fraction of carrying its value through the grouping. Packed rows cannot be looked up; array_agg gives
-- the same there, in a third of the time.
CREATE FUNCTION tickbook._with_lookups(a tickbook.continuous_aggregate, source text, packed boolean, first text, last text) RETURNS text
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  as_it_is CONSTANT text := tickbook._reading(a, source);
  parts   text[] := string_to_array(as_it_is, E'\n   FROM ');
  prefix  CONSTANT text := '(?:' || tickbook._regexp_literal(quote_ident(a.source_alias)) || '\.)?';
  column_ CONSTANT text := '("(?:[^"]|"")+"|[a-z_][a-z0-9_]*)';
  ordered CONSTANT text := prefix || tickbook._regexp_literal(quote_ident(a.time_column));
  groups  text;
  same    text;
  lookup  text;
BEGIN
  IF cardinality(parts) <> 2 OR a.definition ~ '[\\@%]' OR position('''' IN regexp_replace(parts[1], '''[^'']*''::interval', '', 'g')) > 0
     OR split_part(split_part(a.definition, E'\n   FROM ', 2), E'\n  GROUP BY ', 1) ~ 'JOIN|,' THEN
    RETURN as_it_is;
  END IF;
  groups := split_part(a.definition, E'\n  GROUP BY ', 2);
  -- A unique key, apart from the time, must be among the groups.
  SELECT string_agg(format('".i".%1$I = %2$I.%1$I', c.attname, a.source_alias), ' AND ')
    INTO same
    FROM (SELECT x.indkey::smallint[] AS key FROM pg_index x
           WHERE x.indrelid = a.storage AND x.indisunique AND x.indisvalid AND x.indpred IS NULL AND x.indexprs IS NULL
             AND NOT EXISTS (SELECT FROM unnest((x.indkey::smallint[])[0:x.indnkeyatts - 1]) k
                               JOIN pg_attribute c ON c.attrelid = a.storage AND c.attnum = k
                              WHERE c.attname <> a.time_column
                                AND NOT (c.attnotnull AND groups ~ ('(^|, )\(?' || prefix || tickbook._regexp_literal(quote_ident(c.attname)) || '\)?(,|$)')))
           LIMIT 1) u, unnest(u.key) k
    JOIN pg_attribute c ON c.attrelid = a.storage AND c.attnum = k AND c.attname <> a.time_column;
  IF same IS NULL THEN
    RETURN as_it_is;
  END IF;
  IF packed THEN
    IF EXISTS (SELECT FROM pg_attribute c JOIN pg_type t ON t.oid = c.atttypid
                WHERE c.attrelid = a.storage AND c.attnum > 0 AND NOT c.attisdropped AND t.typcategory = 'A') THEN
      RETURN as_it_is;  -- an array of arrays must be rectangular
    END IF;
    lookup := format('(array_agg(%1$I.\2 ORDER BY %1$I.%2$I%%s))[1]', a.source_alias, a.time_column);
    RETURN regexp_replace(regexp_replace(parts[1],
        '(tickbook\.)first\(' || prefix || column_ || ', ' || ordered || '\)(?! FILTER)', format(lookup, ''), 'g'),
        '(tickbook\.)last\(' || prefix || column_ || ', ' || ordered || '\)(?! FILTER)', format(lookup, ' DESC'), 'g')
      || E'\n   FROM ' || parts[2];
  END IF;
  lookup := format('(SELECT ".i".\2 FROM %s ".i" WHERE %s AND ".i".%I = @@(%I.%I) AND ".i".%3$I >= %6$s AND ".i".%3$I <= %7$s)', source,
                   same, a.time_column, a.source_alias, a.time_column, tickbook._to_time_type(a.time_type, first),
                   tickbook._to_time_type(a.time_type, last));
  RETURN regexp_replace(regexp_replace(regexp_replace(regexp_replace(parts[1],
      '(tickbook\.)first\(' || prefix || column_ || ', ' || ordered || '\)(?! FILTER)', replace(lookup, '@@', 'min'), 'g'),
      '(tickbook\.)last\(' || prefix || column_ || ', ' || ordered || '\)(?! FILTER)', replace(lookup, '@@', 'max'), 'g'),
      '(\()array_agg\(' || prefix || column_ || ' ORDER BY ' || ordered || '\)\)\[1\]', replace(lookup, '@@', 'min'), 'g'),
      '(\()array_agg\(' || prefix || column_ || ' ORDER BY ' || ordered || ' DESC\)\)\[1\]', replace(lookup, '@@', 'max'), 'g')
    || E'\n   FROM ' || parts[2];
END $$;
COMMENT ON FUNCTION tickbook._with_lookups(tickbook.continuous_aggregate, text, boolean, text, text) IS
  'The query of an aggregate with first and last as lookups, where that gives the same, or the query as it is.';

-- If all rows of the buckets are in one chunk, it is read by its own name: planning does not look at the others then, and
-- its statistics tell how many groups to expect. Where rows are packed, a lock keeps more of them from being packed until
-- they are read. Conditions of row-level security are on the hypertable only.
CREATE FUNCTION tickbook._can_read_chunk(a tickbook.continuous_aggregate, chunk regclass, buckets tstzrange) RETURNS boolean
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  batches regclass;
  packed  boolean := false;
BEGIN
  IF a.bucket LIKE '%::text%' OR tickbook._is_aggregate(a.source) OR NOT has_table_privilege(chunk, 'SELECT')
     OR (SELECT relrowsecurity FROM pg_class WHERE oid = a.storage) THEN
    RETURN false;
  END IF;
  SELECT c.batches INTO batches FROM tickbook.compression c WHERE c.relation = a.source;
  IF FOUND THEN
    IF NOT pg_try_advisory_xact_lock_shared('tickbook.compressed_chunk'::regclass::oid::integer, chunk::oid::integer) THEN
      RETURN false;
    END IF;
    EXECUTE format('SELECT EXISTS (SELECT FROM %s WHERE ".last" >= %L AND ".first" < %L)', batches, lower(buckets), upper(buckets)) INTO packed;
  END IF;
  RETURN NOT packed;
END $$;
COMMENT ON FUNCTION tickbook._can_read_chunk(tickbook.continuous_aggregate, regclass, tstzrange) IS
  'Whether a chunk, which covers the time of some buckets, has all their rows.';

-- A sort of all rows is not worth it: groups are few. Nor is compiling, which PostgreSQL would do because it takes every
-- row for a group of its own.
CREATE FUNCTION tickbook._compute(
  a tickbook.continuous_aggregate, buckets tstzrange, chunk regclass DEFAULT NULL, of_chunk tstzrange DEFAULT NULL
) RETURNS bigint
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp SET timezone = 'UTC' SET datestyle = 'ISO' SET intervalstyle = 'postgres' SET jit = off
  SET enable_sort = off SET quote_all_identifiers = off AS $$
DECLARE
  first     CONSTANT text := format('%L::timestamptz', coalesce(lower(buckets), '-infinity'));
  last      CONSTANT text := format('%L::timestamptz', coalesce(upper(buckets) - interval '1 microsecond', 'infinity'));
  by_name   CONSTANT boolean := coalesce(of_chunk @> buckets, false) AND chunk IS NOT NULL AND tickbook._can_read_chunk(a, chunk, buckets);
  condition CONSTANT text := CASE WHEN by_name AND of_chunk = buckets THEN 'true' ELSE tickbook._within(a, first, last) END;
  computed  bigint;
BEGIN
  EXECUTE format('DELETE FROM %1$s WHERE %2$I >= %3$s AND %2$I <= %4$s', a.materialized, a.bucket_column,
                 tickbook._to_time_type(a.time_type, first), tickbook._to_time_type(a.time_type, last));
  EXECUTE format('INSERT INTO %s %s', a.materialized, tickbook._with_condition(
    CASE WHEN by_name THEN tickbook._with_lookups(a, tickbook._qualified(chunk), false, first, last)
         WHEN tickbook._is_aggregate(a.source) THEN a.definition
         ELSE tickbook._with_lookups(a, tickbook._between(a, first, last), a.source <> a.storage, first, last) END, condition));
  GET DIAGNOSTICS computed = ROW_COUNT;
  RETURN computed;
END $$;
COMMENT ON FUNCTION tickbook._compute(tickbook.continuous_aggregate, tstzrange, regclass, tstzrange) IS
  'Computes buckets anew; returns how many rows they have. chunk, whose range of time is of_chunk, may be read instead of '
  'the hypertable if the buckets lie in it.';

-- The log is emptied before the rows are read, so a writer who commits in between is still in the log afterwards.
CREATE FUNCTION tickbook._take_log(INOUT a tickbook.continuous_aggregate)
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  ranges tstzmultirange;
BEGIN
  PERFORM tickbook._resolve_inserts(a, i.chunk)
    FROM (SELECT DISTINCT l.chunk FROM tickbook.invalidation l JOIN pg_inherits h ON h.inhrelid = l.chunk
           WHERE l.aggregate = a.id AND h.inhparent = a.storage) i;
  -- A chunk that was logged since then stays for the next time; one that is none any more has no rows to compute.
  WITH taken AS (
    DELETE FROM tickbook.invalidation l WHERE l.aggregate = a.id
       AND (l.chunk IS NULL OR NOT EXISTS (SELECT FROM pg_inherits h WHERE h.inhrelid = l.chunk AND h.inhparent = a.storage))
      RETURNING l.*)
  SELECT range_agg(tickbook._log_range(first, last)) INTO ranges FROM taken WHERE chunk IS NULL;
  IF ranges IS NOT NULL THEN
    a.pending := a.pending + tickbook._aligned(a, ranges);
  END IF;
END $$;
COMMENT ON FUNCTION tickbook._take_log(tickbook.continuous_aggregate) IS
  'Moves what is logged to what is pending; returns the row with that, to be stored by the caller.';

-- Parsing the query locks what it reads; what stands behind false is neither planned nor run. A table that was renamed is
-- not found, and then _check_names() knows more.
CREATE FUNCTION tickbook._lock_sources(a tickbook.continuous_aggregate) RETURNS void
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
BEGIN
  EXECUTE format('SELECT CASE WHEN false THEN EXISTS (%s) END', a.definition);
EXCEPTION WHEN undefined_table OR undefined_column OR invalid_schema_name THEN
  PERFORM tickbook._check_names(a);
  RAISE;
END $$;
COMMENT ON FUNCTION tickbook._lock_sources(tickbook.continuous_aggregate) IS
  'Locks the tables that the query of an aggregate reads as a reader does, in the order of the query.';

-- A step does some chunks, so that what it costs besides is paid once, and ends after the first that makes it longer than
-- a tenth of a second, so that its locks are short and a refresh that is killed loses little.
--
-- Its locks are in the order of every reader: the tables in the order of the query, then chunks. Chunks alone, by name,
-- could be in another order than those of a TRUNCATE, or be dropped before they are read.
--
-- Where a chunk cannot be computed, the step keeps the chunks before, and it is left to the next one to say why.
CREATE FUNCTION tickbook._refresh_step(
  relation regclass, range_start timestamptz, range_end timestamptz, force boolean DEFAULT false
) RETURNS boolean
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp SET timezone = 'UTC' AS $$
DECLARE
  a        tickbook.continuous_aggregate := tickbook._continuous_aggregate(relation);
  due      tstzmultirange;
  piece    tstzmultirange;
  part     tstzrange;
  chunks   regclass[];
  ranges   tstzrange[];
  pieces   tstzrange[];
  began    timestamptz;
BEGIN
  PERFORM tickbook._check_isolation(relation);  -- an old snapshot misses rows that have moved since, and so would be stored
  PERFORM tickbook._lock_aggregate(a);
  PERFORM tickbook._lock_sources(a);
  PERFORM tickbook._check_triggers(a);
  began := clock_timestamp();
  a := tickbook._take_log(tickbook._check_names(tickbook._continuous_aggregate(relation)));
  -- Whole buckets inside the given range, as TimescaleDB has it.
  due := CASE WHEN isfinite(range_start) OR isfinite(range_end) THEN tickbook._inside(a, range_start, range_end) ELSE '{(,)}' END;
  IF force THEN
    a.frozen := a.frozen - due;
    a.pending := a.pending + due;
    WITH RECURSIVE above AS (
      SELECT c.id, c.relation FROM tickbook.continuous_aggregate c WHERE c.source = a.relation AND c.id > a.id
      UNION ALL
      SELECT c.id, c.relation FROM above JOIN tickbook.continuous_aggregate c ON c.source = above.relation AND c.id > above.id)
    INSERT INTO tickbook.invalidation (aggregate, first, last)
      SELECT above.id, coalesce(lower(r), '-infinity'), coalesce(upper(r) - interval '1 microsecond', 'infinity')
        FROM above JOIN pg_class v ON v.oid = above.relation, unnest(due) r;
  END IF;
  a.pending := a.pending - a.frozen;
  due := a.pending * due;
  -- A piece goes from where the one before ended to where a chunk's last bucket does, the last one to the end of time.
  SELECT array_agg(c.chunk ORDER BY c.range_end), array_agg(tstzrange(c.range_start, c.range_end) ORDER BY c.range_end),
         array_agg(tstzrange(c.range_end - interval '1 microsecond', c.range_end) ORDER BY c.range_end)
    INTO chunks, ranges, pieces
    FROM tickbook._native_chunks(a.storage) c WHERE due && tstzrange(c.range_start, c.range_end);
  IF EXISTS (SELECT FROM unnest(ranges) r WHERE due @> upper(r)) THEN
    pieces := tickbook._widened(a, pieces);
  END IF;
  FOR i IN 1 .. coalesce(cardinality(chunks), 0) + 1 LOOP
    piece := due * tstzmultirange(tstzrange(NULL, upper(pieces[i])));
    BEGIN
      FOR part IN SELECT unnest(piece) LOOP
        PERFORM tickbook._compute(a, part, chunks[i], ranges[i]);
      END LOOP;
    EXCEPTION WHEN OTHERS THEN
      IF i = 1 THEN
        RAISE;
      END IF;
      EXIT;
    END;
    due := due - piece;
    a.pending := a.pending - piece;
    EXIT WHEN isempty(due) OR clock_timestamp() > began + interval '100 ms';
  END LOOP;
  EXECUTE format('SELECT %s + interval %L FROM %s',
                 tickbook._from_time_type(a.time_type, format('max(%I)', a.bucket_column)), a.bucket_width, a.materialized)
    INTO a.watermark;
  UPDATE tickbook.continuous_aggregate c
     SET pending = a.pending, frozen = a.frozen, watermark = a.watermark, refreshed_at = clock_timestamp()
   WHERE c.relation = a.relation;
  RETURN NOT isempty(due);
END $$;
COMMENT ON FUNCTION tickbook._refresh_step(regclass, timestamptz, timestamptz, boolean) IS
  'Computes the pending buckets of the oldest chunks that have some, for a tenth of a second; returns whether there are more.';

CREATE FUNCTION tickbook._inside(a tickbook.continuous_aggregate, range_start timestamptz, range_end timestamptz)
  RETURNS tstzmultirange
  LANGUAGE sql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
  SELECT '{(,)}' - tickbook._aligned(a, tstzmultirange(tstzrange(NULL, nullif(range_start, '-infinity')))
                                        * CASE WHEN isfinite(range_start) THEN '{(,)}'::tstzmultirange ELSE '{}' END
                                        + CASE WHEN isfinite(range_end) THEN tstzmultirange(tstzrange(range_end, NULL)) ELSE '{}' END)
$$;
COMMENT ON FUNCTION tickbook._inside(tickbook.continuous_aggregate, timestamptz, timestamptz) IS
  'The buckets that lie wholly between two times; NULL and infinity are no bound.';

-- A procedure that commits cannot have SET clauses, so the body names everything in full.
CREATE PROCEDURE tickbook.refresh_continuous_aggregate(
  name regclass, range_start timestamptz DEFAULT NULL, range_end timestamptz DEFAULT NULL, force boolean DEFAULT false
)
  LANGUAGE plpgsql AS $$
DECLARE
  more boolean := true;
BEGIN
  IF range_start OPERATOR(pg_catalog.>=) range_end THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
      MESSAGE = pg_catalog.format('%s to %s is not a range of continuous aggregate %s', range_start, range_end, name),
      HINT = 'Give the earlier time first, and NULL for no bound.';
  END IF;
  IF tickbook._timescaledb_is_aggregate(name) THEN
    CALL tickbook._timescaledb_refresh(name, range_start, range_end, force);
    RETURN;
  END IF;
  LOOP
    COMMIT;  -- the first, because the CALL has a snapshot already
    SET TRANSACTION ISOLATION LEVEL READ COMMITTED;  -- whatever the default is, see _check_isolation()
    EXIT WHEN NOT more;
    more := tickbook._refresh_step(name, range_start, range_end, force);
    force := false;
  END LOOP;
END $$;
COMMENT ON PROCEDURE tickbook.refresh_continuous_aggregate(regclass, timestamptz, timestamptz, boolean) IS
  'Computes the buckets that changed and lie wholly between range_start and range_end (NULL, infinity: no bound), in '
  'transactions of a tenth of a second or of one chunk; so call it outside a transaction block. force computes all buckets of the '
  'range again, those too whose raw rows retention has dropped.';

CREATE FUNCTION tickbook.drop_continuous_aggregate(name regclass, if_exists boolean DEFAULT false) RETURNS void
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  a tickbook.continuous_aggregate;
  above text;
BEGIN
  IF name IS NULL AND if_exists THEN
    RETURN;
  ELSIF tickbook._timescaledb_is_aggregate(name) THEN
    EXECUTE format('DROP MATERIALIZED VIEW %s', name);
    RETURN;
  END IF;
  a := tickbook._continuous_aggregate(name);
  SELECT string_agg(relation::text, ', ') INTO above FROM tickbook.continuous_aggregate c WHERE c.source = a.relation;
  IF above IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'dependent_objects_still_exist',
      MESSAGE = format('cannot drop continuous aggregate %s because %s is made of it', name, above),
      HINT = format('Drop %s first.', above);
  END IF;
  PERFORM tickbook._lock_aggregate(a);
  PERFORM tickbook._unwatch(a.id);
  DELETE FROM tickbook.invalidation WHERE aggregate = a.id;
  DELETE FROM tickbook.job j WHERE j.relation = a.relation;
  DELETE FROM tickbook.continuous_aggregate c WHERE c.relation = a.relation;
  EXECUTE format('DROP VIEW %s', a.relation);
  EXECUTE format('DROP TABLE %s', a.materialized);
END $$;
COMMENT ON FUNCTION tickbook.drop_continuous_aggregate(regclass, boolean) IS
  'Drops a continuous aggregate with what it has materialised and its policy; the hypertable stays as it is.';
