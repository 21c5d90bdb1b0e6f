-- Compression: the rows of a chunk are packed into batches, one row per batch and segment, in a table beside the
-- hypertable's storage; a view that has the public name shows the rows of both. Packing is one statement that deletes
-- rows and inserts what it deleted as batches, so it needs no table lock, and every snapshot sees each row exactly once.

CREATE TABLE tickbook.compression (
  relation   regclass PRIMARY KEY,     -- the public name: a view
  batches    regclass NOT NULL UNIQUE,
  segment_by name[] NOT NULL,
  order_by   name NOT NULL,
  refs       jsonb NOT NULL DEFAULT '{}'  -- see tickbook._reference()
);
COMMENT ON TABLE tickbook.compression IS
  'Hypertables with compression; read the view tickbook.compression_stats instead.';

CREATE TABLE tickbook.compressed_chunk (
  relation      regclass NOT NULL REFERENCES tickbook.compression ON DELETE CASCADE,
  chunk         regclass PRIMARY KEY,
  bytes_per_row double precision NOT NULL,  -- of table and indexes before it was compressed
  emptied_by    xid8 NOT NULL,
  compressed_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE tickbook.compressed_chunk IS
  'Chunks that were compressed; read the view tickbook.compression_stats instead.';

CREATE TRIGGER only_table_owner BEFORE INSERT OR UPDATE OR DELETE ON tickbook.compression
  FOR EACH ROW EXECUTE FUNCTION tickbook._only_table_owner();
CREATE TRIGGER only_table_owner BEFORE INSERT OR UPDATE OR DELETE ON tickbook.compressed_chunk
  FOR EACH ROW EXECUTE FUNCTION tickbook._only_table_owner();
GRANT SELECT, INSERT, UPDATE, DELETE ON tickbook.compression, tickbook.compressed_chunk TO PUBLIC;

DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_catalog.pg_extension WHERE extname = 'tickbook') THEN
    PERFORM pg_catalog.pg_extension_config_dump('tickbook.compression',
      'WHERE EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid = relation)');
    PERFORM pg_catalog.pg_extension_config_dump('tickbook.compressed_chunk',
      'WHERE EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid = chunk)');
  END IF;
END $$;

CREATE FUNCTION tickbook._compression(relation regclass) RETURNS tickbook.compression
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  found tickbook.compression;
BEGIN
  SELECT c.* INTO found FROM tickbook.compression c WHERE c.relation = (tickbook._native_hypertable(_compression.relation)).relation;
  IF found.relation IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
      MESSAGE = format('compression is not enabled on %s', relation),
      HINT = format('Enable it with tickbook.enable_compression(%L, segment_by => ...).', relation);
  END IF;
  RETURN found;
END $$;
COMMENT ON FUNCTION tickbook._compression(regclass) IS 'Catalog row of a hypertable with compression, or an error.';

CREATE FUNCTION tickbook._hypertable_of_chunk(chunk regclass) RETURNS tickbook.hypertable
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  found tickbook.hypertable;
BEGIN
  SELECT h.* INTO found FROM tickbook.hypertable h JOIN pg_inherits i ON i.inhparent = h.storage
   WHERE i.inhrelid = chunk AND chunk <> tickbook._default_chunk(h.storage);
  IF found.relation IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'wrong_object_type',
      MESSAGE = format('%s is not a chunk', coalesce(chunk::text, 'NULL')),
      HINT = 'Name one that tickbook.show_chunks(relation) shows.';
  END IF;
  RETURN found;
END $$;
COMMENT ON FUNCTION tickbook._hypertable_of_chunk(regclass) IS
  'Catalog row of the hypertable that a chunk belongs to, or an error.';

CREATE FUNCTION tickbook._has_packed(batches regclass, p tickbook._packed_column) RETURNS boolean
  LANGUAGE sql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
  SELECT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = batches AND NOT a.attisdropped
                    AND a.attname = p.name || CASE WHEN p.packing = 'segment' THEN '' ELSE '.1' END)
$$;
COMMENT ON FUNCTION tickbook._has_packed(regclass, tickbook._packed_column) IS
  'Whether batches have a column; one that ALTER TABLE has just added they have not.';

-- Queries that unpack -------------------------------------------------------------------------------------------------

-- Arrays must be taken out of TOAST once per batch, not once per row. The set-returning generate_series(1, 1) in the
-- select list does that: it keeps the planner from merging the two levels, and yet lets it push conditions on segments
-- and times down, drop the columns that a query does not read, and work in parallel. (OFFSET 0 or LATERAL would not.)
CREATE FUNCTION tickbook._unpacked(storage regclass, c tickbook.compression, source text, with_ctid boolean DEFAULT false) RETURNS text
  LANGUAGE sql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
  SELECT format('SELECT %s%s FROM (SELECT %sb.".rows", b.".first", b.".last", %s, generate_series(1, 1) AS ".one" FROM %s b) a '
                'CROSS JOIN generate_series(1, a.".rows") AS n (i)',
                CASE WHEN with_ctid THEN 'a.".ctid", ' ELSE '' END, string_agg(format('%s AS %I', tickbook._decoded(p, c.refs), p.name), ', '),
                CASE WHEN with_ctid THEN 'b.ctid AS ".ctid", ' ELSE '' END, string_agg(tickbook._opened(p), ', '), source)
    FROM tickbook._packed_columns(storage, c.segment_by, c.order_by) p WHERE tickbook._has_packed(c.batches, p)
$$;
COMMENT ON FUNCTION tickbook._unpacked(regclass, tickbook.compression, text, boolean) IS
  'Query that shows the rows of the batches that source has.';

CREATE FUNCTION tickbook._column_list(storage regclass, prefix text DEFAULT '') RETURNS text
  LANGUAGE sql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
  SELECT string_agg(prefix || quote_ident(attname), ', ' ORDER BY attnum)
    FROM pg_attribute WHERE attrelid = storage AND attnum > 0 AND NOT attisdropped
$$;
COMMENT ON FUNCTION tickbook._column_list(regclass, text) IS 'All columns, generated ones too.';

-- Enabling ------------------------------------------------------------------------------------------------------------

-- Which operator means the same is the index's to say: with citext, say, it is not the one in pg_catalog.
CREATE FUNCTION tickbook._equality(index_id oid, place integer) RETURNS text
  LANGUAGE sql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
  SELECT format('OPERATOR(%I.%s)', n.nspname, o.oprname)
    FROM pg_index x JOIN pg_opclass c ON c.oid = x.indclass[place - 1]
    JOIN pg_amop m ON m.amopfamily = c.opcfamily AND m.amoplefttype = c.opcintype AND m.amoprighttype = c.opcintype AND m.amopstrategy = 3
    JOIN pg_operator o ON o.oid = m.amopopr JOIN pg_namespace n ON n.oid = o.oprnamespace
   WHERE x.indexrelid = index_id
$$;
COMMENT ON FUNCTION tickbook._equality(oid, integer) IS 'The = of a column of a btree index, the first column being 1.';

CREATE FUNCTION tickbook._unique_keys(storage regclass)
  RETURNS TABLE (constraint_name name, columns name[], operators text[], nulls_equal boolean)
  LANGUAGE sql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
  SELECT i.relname, k.columns, k.operators, x.indnullsnotdistinct
    FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
   CROSS JOIN LATERAL (SELECT array_agg(a.attname ORDER BY u.place), array_agg(tickbook._equality(x.indexrelid, u.place::integer) ORDER BY u.place)
                         FROM unnest(x.indkey::smallint[]) WITH ORDINALITY u (attnum, place)
                         JOIN pg_attribute a ON a.attrelid = storage AND a.attnum = u.attnum
                        WHERE u.place <= x.indnkeyatts) k (columns, operators)
   WHERE x.indrelid = storage AND x.indisunique AND x.indisvalid
   ORDER BY NOT x.indisprimary, x.indexrelid
$$;
COMMENT ON FUNCTION tickbook._unique_keys(regclass) IS
  'Unique keys of a table, the primary key first, with the operator that each column is compared by and whether two NULLs are the same.';

CREATE FUNCTION tickbook._dependents(relation regclass) RETURNS SETOF text
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
BEGIN
  RETURN QUERY
    SELECT DISTINCT pg_describe_object(CASE WHEN w.oid IS NULL THEN d.classid ELSE 'pg_class'::regclass END, coalesce(w.ev_class, d.objid), 0)
      FROM pg_depend d LEFT JOIN pg_rewrite w ON d.classid = 'pg_rewrite'::regclass AND w.oid = d.objid
     WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = relation AND d.classid IN ('pg_rewrite'::regclass, 'pg_proc'::regclass)
       AND w.ev_class IS DISTINCT FROM relation
       AND NOT EXISTS (SELECT FROM tickbook.continuous_aggregate a WHERE a.relation = w.ev_class);
END $$;
COMMENT ON FUNCTION tickbook._dependents(regclass) IS
  'Views that read a table or view, and functions that PostgreSQL knows to do so; not continuous aggregates, which follow by themselves.';

CREATE FUNCTION tickbook._check_compressible(storage regclass, segment_by name[], order_by name) RETURNS void
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  enabled  CONSTANT boolean := (SELECT h.relation <> h.storage FROM tickbook.hypertable h WHERE h.storage = _check_compressible.storage);
  obstacle text;
BEGIN
  IF array_position(segment_by, NULL) IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
      MESSAGE = format('segment_by of %s must not contain NULL', storage),
      HINT = format('Name some of its columns: %s.', tickbook._column_list(storage));
  END IF;
  SELECT s INTO obstacle FROM unnest(segment_by || order_by) s
   WHERE NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = storage AND a.attname = s AND a.attnum > 0 AND NOT a.attisdropped);
  IF FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'undefined_column',
      MESSAGE = format('column "%s" of %s does not exist', obstacle, storage),
      HINT = format('Its columns are %s.', tickbook._column_list(storage));
  END IF;
  IF order_by = ANY (segment_by) OR tickbook._key_column(storage) = ANY (segment_by) THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
      MESSAGE = format('%s cannot be segmented by its time column or by what it is ordered by', storage),
      HINT = 'Segment by what queries select by, such as a symbol: each segment should have at least some hundred rows per chunk.';
  END IF;
  SELECT s INTO obstacle FROM unnest(segment_by) s GROUP BY s HAVING count(*) > 1;
  IF FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
      MESSAGE = format('segment_by of %s names column "%s" twice', storage, obstacle), HINT = 'Name each column once.';
  END IF;
  FOREACH obstacle IN ARRAY segment_by || order_by LOOP
    BEGIN
      EXECUTE format('SELECT FROM %s ORDER BY %I LIMIT 0', storage, obstacle);
    EXCEPTION WHEN undefined_function THEN
      RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
        MESSAGE = format('values of column "%s" of %s have no order, so it cannot be in segment_by or order_by', obstacle, storage),
        HINT = 'Name columns that you could write in ORDER BY.';
    END;
  END LOOP;
  SELECT string_agg(problem, '; ') INTO obstacle FROM (
    SELECT 'it has row-level security' FROM pg_class WHERE oid = storage AND relrowsecurity
    UNION ALL SELECT format('foreign key %I, which packed rows could not keep', conname) FROM pg_constraint WHERE conrelid = storage AND contype = 'f'
    UNION ALL SELECT format('unique index %s is on expressions or has a condition', indexrelid::regclass) FROM pg_index
               WHERE indrelid = storage AND indisunique AND (indexprs IS NOT NULL OR indpred IS NOT NULL)
    UNION ALL SELECT d || ' reads it' FROM tickbook._dependents(storage) d WHERE NOT enabled
    UNION ALL SELECT format('column %I has a name of more than 60 bytes', attname) FROM pg_attribute
               WHERE attrelid = storage AND attnum > 0 AND NOT attisdropped AND octet_length(attname) > 60
    UNION ALL SELECT format('%s excludes rows by more than equality', indexrelid::regclass) FROM pg_index WHERE indrelid = storage AND indisexclusion
    UNION ALL SELECT format('column %I has a name that batches need for another: one that begins with a dot, or with another column and a dot', attname)
                FROM pg_attribute a WHERE attrelid = storage AND attnum > 0 AND NOT attisdropped AND (starts_with(attname, '.') OR EXISTS (
                SELECT FROM pg_attribute b WHERE b.attrelid = storage AND b.attnum > 0 AND NOT b.attisdropped AND starts_with(a.attname, b.attname || '.')))
    UNION ALL SELECT 'it has more than 200 columns' FROM pg_attribute WHERE attrelid = storage AND attnum > 0 AND NOT attisdropped HAVING count(*) > 200
  ) p (problem);
  IF obstacle IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'feature_not_supported',
      MESSAGE = format('%s cannot be compressed as it is', storage),
      DETAIL = obstacle,
      HINT = 'Drop or change what is named in the detail. A view can be created again afterwards, and then shows compressed rows too.';
  END IF;
END $$;
COMMENT ON FUNCTION tickbook._check_compressible(regclass, name[], name) IS
  'Raises an error that says why a hypertable cannot have compression.';

CREATE FUNCTION tickbook._own_like(kind text, object text, storage regclass) RETURNS void
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
BEGIN
  IF (SELECT relowner::regrole::text <> quote_ident(current_user) FROM pg_class WHERE oid = storage) THEN
    EXECUTE format('ALTER %s %s OWNER TO %s', kind, object, (SELECT relowner::regrole FROM pg_class WHERE oid = storage));
  END IF;
END $$;
COMMENT ON FUNCTION tickbook._own_like(text, text, regclass) IS 'Gives an object the owner that storage has.';

CREATE FUNCTION tickbook._box(batches regclass, p tickbook._packed_column) RETURNS regtype
  LANGUAGE sql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
  SELECT t.typelem::regtype FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
   WHERE a.attrelid = batches AND a.attname = p.name || '.v' AND NOT a.attisdropped
$$;
COMMENT ON FUNCTION tickbook._box(regclass, tickbook._packed_column) IS
  'Type of one attribute v that wraps arrays, because an array of arrays must be rectangular.';

-- A rewrite, as by VACUUM FULL, writes the value into the rows and forgets it, so any table that was not rewritten is asked.
CREATE FUNCTION tickbook._missing_value(storage regclass, column_name name) RETURNS text
  LANGUAGE sql STABLE SET search_path = pg_catalog, tickbook, pg_temp
  SET extra_float_digits = 1 SET datestyle = 'ISO' SET intervalstyle = 'postgres' SET timezone = 'UTC' AS $$
  SELECT (a.attmissingval::text::text[])[1] FROM pg_partition_tree(storage) t JOIN pg_attribute a ON a.attrelid = t.relid
   WHERE t.isleaf AND a.attname = column_name AND a.atthasmissing LIMIT 1
$$;
COMMENT ON FUNCTION tickbook._missing_value(regclass, name) IS
  'What rows have in a column that was added after them, or NULL.';

CREATE FUNCTION tickbook._add_packed_column(storage regclass, batches regclass, p tickbook._packed_column) RETURNS void
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  element text := format_type(p.base, -1);
  missing CONSTANT text := tickbook._missing_value(storage, p.name);
  names   text[];
BEGIN
  IF p.packing = 'segment' THEN
    EXECUTE format('ALTER TABLE %s ADD COLUMN %I %s%s', batches, p.name, p.type, ' COLLATE ' || p.collated);
    RETURN;
  END IF;
  IF p.boxed THEN
    SELECT format('%s.%I', relnamespace::regnamespace, tickbook._free_name(relnamespace, relname, '_' || p.name)) INTO element
      FROM pg_class WHERE oid = batches;
    EXECUTE format('CREATE TYPE %s AS (v %s)', element, format_type(p.base, -1));
    PERFORM tickbook._own_like('TYPE', element, storage);
  END IF;
  EXECUTE format('ALTER TABLE %s ADD COLUMN %I bytea, ADD COLUMN %I bytea, ADD COLUMN %I %s[]',
                 batches, p.name || '.1', p.name || '.2', p.name || '.v', element);
  names := ARRAY['.1', '.2', '.v'];
  IF p.packing = 'scaled' THEN
    EXECUTE format('ALTER TABLE %s ADD COLUMN %I bigint[], ADD COLUMN %I integer[]', batches, p.name || '.f', p.name || '.4');
    names := names || '{.f,.4}';
  END IF;
  EXECUTE format('ALTER TABLE %s ', batches)
    || (SELECT string_agg(format('ALTER COLUMN %I SET STATISTICS 0', p.name || n), ', ') FROM unnest(names) n);
  -- A column that is added later has, in the rows that are packed already, the value that PostgreSQL gave the others.
  IF missing IS NOT NULL THEN
    EXECUTE format('ALTER TABLE %1$s DROP COLUMN %2$I, ADD COLUMN %2$I %3$s[] DEFAULT array_fill(%4$s, ARRAY[%5$s])', batches, p.name || '.v', element,
                   format(CASE WHEN p.boxed THEN 'ROW(%L::%s)::%s' ELSE '%L::%s::%s' END, missing, p.type, element), tickbook._batch_rows());
    EXECUTE format('ALTER TABLE %1$s ALTER COLUMN %2$I DROP DEFAULT, ALTER COLUMN %2$I SET STATISTICS 0', batches, p.name || '.v');
  END IF;
END $$;
COMMENT ON FUNCTION tickbook._add_packed_column(regclass, regclass, tickbook._packed_column) IS
  'Makes room in the batches for a column.';

CREATE FUNCTION tickbook._create_batches(h tickbook.hypertable, c tickbook.compression, base_name text) RETURNS regclass
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  schema_id oid := (SELECT relnamespace FROM pg_class WHERE oid = h.storage);
  name      text := format('%s.%I', schema_id::regnamespace, tickbook._free_name(schema_id, base_name, '_batches'));
  time_type text := (SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = h.storage AND attname = tickbook._key_column(h.storage));
  segments  text := coalesce((SELECT string_agg(quote_ident(s), ', ') || ', ' FROM unnest(c.segment_by) s), '');
  p         tickbook._packed_column;
BEGIN
  EXECUTE format('CREATE TABLE %s (".rows" integer NOT NULL, ".first" %2$s NOT NULL, ".last" %2$s NOT NULL) WITH (parallel_workers = 4)%3$s',
                 name, time_type, tickbook._tablespace_clause(h.storage));
  -- Where a publication has all tables, batches must be deletable.
  EXECUTE format('ALTER TABLE %s REPLICA IDENTITY FULL', name);
  PERFORM tickbook._own_like('TABLE', name, h.storage);
  FOR p IN SELECT * FROM tickbook._packed_columns(h.storage, c.segment_by, c.order_by) LOOP
    PERFORM tickbook._add_packed_column(h.storage, name::regclass, p);
  END LOOP;
  EXECUTE format('CREATE INDEX ON %s (".first")', name);
  IF segments <> '' THEN
    EXECUTE format('CREATE INDEX ON %s (%s".first")', name, segments);
  END IF;
  EXECUTE format('COMMENT ON TABLE %s IS %L', name, format('Compressed rows of %s: one row per batch, arrays per column.', base_name));
  RETURN name;
END $$;
COMMENT ON FUNCTION tickbook._create_batches(tickbook.hypertable, tickbook.compression, text) IS
  'Makes the table that batches are kept in.';

-- No batch is longer than its chunk, so those that reach into a range also start within a chunk's length of it: a condition
-- that an index answers, and that PostgreSQL can estimate.
CREATE FUNCTION tickbook._overlapping(h tickbook.hypertable, batch text, low text, high text) RETURNS text
  LANGUAGE sql STABLE SET search_path = pg_catalog, tickbook, pg_temp SET intervalstyle = 'postgres' AS $$
  SELECT format('%1$s.".first" > (%2$s - interval %4$L)::%5$s AND %1$s.".first" <= %3$s AND %1$s.".last" >= %2$s', batch, low, high,
                make_interval(secs => extract(epoch FROM h.chunk_interval)::double precision), a.atttypid::regtype)
    FROM pg_attribute a WHERE a.attrelid = h.storage AND a.attname = tickbook._key_column(h.storage)
$$;
COMMENT ON FUNCTION tickbook._overlapping(tickbook.hypertable, text, text, text) IS
  'Condition for the batches that may have rows from low to high, given as SQL.';

CREATE FUNCTION tickbook._show(h tickbook.hypertable, c tickbook.compression) RETURNS void
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  view_name   text := tickbook._qualified(h.relation);
  columns     text := tickbook._column_list(h.storage);
  time_column name := tickbook._key_column(h.storage);
  time_type   text := (SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = h.storage AND attname = time_column);
  between_fn  text := tickbook._function_name(tickbook._between_function(c), h.relation, '_between');
BEGIN
  EXECUTE format('CREATE OR REPLACE VIEW %s AS SELECT %s FROM %s UNION ALL %s', view_name, columns, h.storage,
                 tickbook._unpacked(h.storage, c, c.batches::text));
  EXECUTE format('CREATE OR REPLACE FUNCTION %1$s(range_start %2$s, range_end %2$s) RETURNS SETOF %3$s LANGUAGE sql STABLE PARALLEL SAFE '
                 'BEGIN ATOMIC SELECT %4$s FROM %5$s WHERE %6$I >= range_start AND %6$I < range_end UNION ALL %7$s '
                 'WHERE %9$s AND (a.".first" >= range_start AND a.".last" < range_end OR %8$s >= range_start AND %8$s < range_end); END',
                 between_fn, time_type, view_name, columns, h.storage, time_column, tickbook._unpacked(h.storage, c, c.batches::text),
                 (SELECT tickbook._decoded(p, c.refs) FROM tickbook._packed_columns(h.storage, c.segment_by, c.order_by) p
                   WHERE p.name = time_column),
                 tickbook._overlapping(h, 'a', 'range_start', 'range_end'));
  EXECUTE format('COMMENT ON FUNCTION %s(%s, %2$s) IS %L', between_fn, time_type, format(
    'Rows of %s with %s from range_start to before range_end; opens only the batches of that range.', view_name, time_column));
  PERFORM tickbook._own_like('FUNCTION', format('%s(%s, %2$s)', between_fn, time_type), h.storage);
  PERFORM tickbook._show_writers(h, c);
END $$;
COMMENT ON FUNCTION tickbook._show(tickbook.hypertable, tickbook.compression) IS
  'Makes, or brings up to date, the public view of a hypertable, its triggers and its function for a range of time.';

CREATE FUNCTION tickbook.enable_compression(relation regclass, segment_by name[] DEFAULT '{}', order_by name DEFAULT NULL) RETURNS void
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  h        tickbook.hypertable;
  c        tickbook.compression;
  before   tickbook.hypertable;
  original pg_class;
  command  text;
BEGIN
  segment_by := coalesce(segment_by, '{}');
  IF tickbook._timescaledb_enable_compression(relation, segment_by, order_by) THEN
    RETURN;
  END IF;
  h := tickbook._native_hypertable(relation);
  order_by := coalesce(order_by, tickbook._key_column(h.storage));
  IF h.relation <> h.storage THEN
    c := tickbook._compression(h.relation);
    IF (c.segment_by, c.order_by) IS DISTINCT FROM (segment_by, order_by) THEN
      RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
        MESSAGE = format('compression is already enabled on %s, with other columns', relation),
        HINT = format('Run tickbook.disable_compression(%L) first; it unpacks every chunk.', relation);
    END IF;
    RAISE NOTICE 'compression is already enabled on %, skipping', relation;
    RETURN;
  END IF;
  PERFORM tickbook._lock_chunks_of(h.storage);
  PERFORM tickbook._patiently(format('SELECT tickbook._let_go(%L)', h.storage), h.storage);
  PERFORM tickbook._check_compressible(h.storage, segment_by, order_by);

  before := h;
  SELECT * INTO original FROM pg_class WHERE oid = h.storage;
  EXECUTE format('ALTER TABLE %s RENAME TO %I', h.storage, tickbook._free_name(original.relnamespace, original.relname, '_rows'));
  c := ROW(NULL, NULL, segment_by, order_by, '{}');
  c.batches := tickbook._create_batches(h, c, original.relname);
  EXECUTE format('CREATE VIEW %s.%I AS SELECT %s FROM %s', original.relnamespace::regnamespace, original.relname,
                 tickbook._column_list(h.storage), h.storage);
  -- Here the name is locked anyway; the first packing would have to lock it.
  c.refs := tickbook._choose_references(h, c, (SELECT relid FROM pg_partition_tree(h.storage) WHERE isleaf ORDER BY pg_relation_size(relid) DESC LIMIT 1));
  h.relation := format('%s.%I', original.relnamespace::regnamespace, original.relname)::regclass;
  c.relation := h.relation;
  PERFORM tickbook._own_like('VIEW', tickbook._qualified(h.relation), h.storage);
  PERFORM tickbook._show(h, c);
  FOR command IN SELECT tickbook._grant_commands(h.storage, h.relation)
                 UNION ALL
                 SELECT format('COMMENT ON VIEW %s IS %L', tickbook._qualified(h.relation), obj_description(h.storage, 'pg_class'))
                  WHERE obj_description(h.storage, 'pg_class') IS NOT NULL LOOP
    EXECUTE replace(command, tickbook._qualified(h.storage), tickbook._qualified(h.relation));
  END LOOP;
  PERFORM tickbook._share_reading(h, c);
  UPDATE tickbook.hypertable t SET relation = h.relation WHERE t.storage = h.storage;
  UPDATE tickbook.job j SET relation = h.relation WHERE j.relation = before.relation;
  UPDATE tickbook.job_run r SET relation = h.relation WHERE r.relation = before.relation;
  INSERT INTO tickbook.compression SELECT c.*;
  PERFORM tickbook._take_hold(h.storage);
END $$;
COMMENT ON FUNCTION tickbook.enable_compression(regclass, name[], name) IS
  'From now on chunks of the hypertable can be compressed. Its name becomes a view over its rows and its batches, which is read and '
  'written as before. segment_by: columns that queries select by, each combination of values packed by itself; order_by: the column '
  'that rows are packed in order of, by default the time column.';

-- A function is inlined with the rights of its caller, so <name>_between() needs readers to have both tables, and a table
-- that kept its readers would show them what the name shows no more.
CREATE FUNCTION tickbook._share_reading(h tickbook.hypertable, c tickbook.compression) RETURNS void
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  command text;
BEGIN
  FOR command IN
    WITH reader AS (SELECT r.oid, e.grantee FROM pg_class r, tickbook._acl_entries(tickbook._acl(r)) e
                     WHERE r.oid IN (h.relation, h.storage, c.batches) AND e.privilege = 'SELECT'
                       AND e.grantee <> r.relowner::regrole::text)
    SELECT format(CASE WHEN g.named THEN 'GRANT SELECT ON %s TO %s' ELSE 'REVOKE SELECT ON %s FROM %s CASCADE' END, t, g.grantee)
      FROM unnest(ARRAY[h.storage, c.batches]) t,
           (SELECT grantee, bool_or(oid = h.relation) AS named FROM reader GROUP BY grantee) g
     WHERE g.named <> EXISTS (SELECT FROM reader WHERE reader.oid = t AND reader.grantee = g.grantee)
  LOOP
    EXECUTE command;
  END LOOP;
END $$;
COMMENT ON FUNCTION tickbook._share_reading(tickbook.hypertable, tickbook.compression) IS
  'Lets those who may read the public name, and no one else, read its storage and its batches.';

CREATE FUNCTION tickbook._follow_columns(h tickbook.hypertable, c tickbook.compression, just_added boolean DEFAULT false) RETURNS void
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  packed  CONSTANT boolean := tickbook._has_rows(c.batches);
  added   name[] := '{}';
  p       tickbook._packed_column;
  problem record;
  broken  integer;
BEGIN
  FOR p IN SELECT * FROM tickbook._packed_columns(h.storage, c.segment_by, c.order_by) f WHERE NOT tickbook._has_packed(c.batches, f) LOOP
    IF added = '{}' THEN
      -- The name before its tables, as its readers do.
      PERFORM tickbook._patiently(format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', tickbook._qualified(h.relation)), h.relation);
    END IF;
    IF packed THEN
      PERFORM tickbook._check_addable(h.storage, p, just_added);
    END IF;
    PERFORM tickbook._add_packed_column(h.storage, c.batches, p);
    added := added || p.name;
  END LOOP;
  IF added = '{}' THEN
    RETURN;
  END IF;
  PERFORM tickbook._show(h, c);
  FOR problem IN
    SELECT format('check constraint "%s" of %s', conname, h.storage) AS broken, pg_get_expr(conbin, conrelid) AS rule FROM pg_constraint
     WHERE packed AND conrelid = h.storage AND contype = 'c'
       AND conkey && ARRAY(SELECT attnum FROM pg_attribute WHERE attrelid = h.storage AND attname = ANY (added))
    UNION ALL
    SELECT format('NOT NULL of column "%s" of %s', attname, h.storage), quote_ident(attname) || ' IS NOT NULL' FROM pg_attribute
     WHERE packed AND attrelid = h.storage AND attname = ANY (added) AND attnotnull
  LOOP
    EXECUTE format('SELECT FROM (%s) u WHERE NOT (%s) LIMIT 1', tickbook._unpacked(h.storage, c, c.batches::text), problem.rule);
    GET DIAGNOSTICS broken = ROW_COUNT;
    IF broken > 0 THEN
      RAISE EXCEPTION USING ERRCODE = 'check_violation',
        MESSAGE = problem.broken || ' is violated by compressed rows',
        HINT = 'Add the column with a constant default that satisfies it.';
    END IF;
  END LOOP;
END $$;
COMMENT ON FUNCTION tickbook._follow_columns(tickbook.hypertable, tickbook.compression, boolean) IS
  'Shows columns that ALTER TABLE added to the storage in the batches and the public view too.';

CREATE FUNCTION tickbook._check_addable(storage regclass, p tickbook._packed_column, just_added boolean) RETURNS void
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  missing CONSTANT text := tickbook._missing_value(storage, p.name);
  problem text;
BEGIN
  SELECT CASE
      WHEN EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = storage AND k.contype IN ('p', 'u', 'f', 'x') AND a.attnum = ANY (k.conkey))
        THEN 'is part of a key or refers to another table, which compressed rows cannot be checked for'
      WHEN missing IS NULL AND (a.atthasdef OR a.attidentity <> '')
        THEN 'has a default that is computed per row, or is not known any more, so compressed rows cannot get it'
      WHEN missing IS NULL AND NOT just_added AND pg_relation_filenode(t.template) <> t.template::oid
        THEN 'may have had a default when it was added, which compressed rows cannot get because the table was rewritten since'
    END INTO problem
    FROM pg_attribute a, (SELECT tickbook._template_chunk(storage) AS template) t WHERE a.attrelid = storage AND a.attname = p.name;
  IF problem IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'feature_not_supported',
      MESSAGE = format('column "%s" of %s %s', p.name, storage, problem),
      HINT = 'Unpack every chunk with tickbook.decompress_chunk() first: then all rows are treated alike.';
  END IF;
  EXECUTE format('SELECT %L::%s', missing, p.type);  -- a domain may refuse it
END $$;
COMMENT ON FUNCTION tickbook._check_addable(regclass, tickbook._packed_column, boolean) IS
  'Raises an error if compressed rows cannot have a column that was added.';

-- The definition may name the caller's own types and functions, so it is read with the caller's search path.
CREATE FUNCTION tickbook._add_column(relation regclass, definition text, callers_path text) RETURNS void
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  h       tickbook.hypertable;
  command text;
BEGIN
  IF relation IS NULL OR definition IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'null_value_not_allowed',
      MESSAGE = 'add_column needs a table and a definition, and got NULL for one',
      HINT = 'SELECT tickbook.add_column(''bars'', ''vwap numeric(15,4)'').';
  END IF;
  IF tickbook._is_hypertable(relation) THEN
    h := tickbook._native_hypertable(relation);
  END IF;
  IF h.relation <> h.storage THEN
    PERFORM tickbook._patiently(format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', tickbook._qualified(h.relation)), h.relation);
    PERFORM tickbook._follow_columns(h, tickbook._compression(h.relation));
  END IF;
  command := format('ALTER TABLE %s ADD COLUMN ', tickbook._qualified(coalesce(h.storage, relation))) || definition;
  PERFORM set_config('search_path', callers_path, true);
  EXECUTE command;
  PERFORM pg_catalog.set_config('search_path', 'pg_catalog, tickbook, pg_temp', true);
  IF h.relation <> h.storage THEN
    PERFORM tickbook._follow_columns(h, tickbook._compression(h.relation), just_added => true);
  END IF;
END $$;
COMMENT ON FUNCTION tickbook._add_column(regclass, text, text) IS 'Does what add_column() promises.';

CREATE FUNCTION tickbook.add_column(relation regclass, definition text) RETURNS void
  LANGUAGE sql
  RETURN tickbook._add_column(relation, definition, current_setting('search_path'));
COMMENT ON FUNCTION tickbook.add_column(regclass, text) IS
  'ALTER TABLE ... ADD COLUMN for a hypertable with compression, whose name is a view, and for any other table: '
  'SELECT tickbook.add_column(''market_data'', ''vwap numeric(15,4)'').';

CREATE FUNCTION tickbook.disable_compression(relation regclass) RETURNS void
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp SET timezone = 'UTC' SET datestyle = 'ISO' AS $$
DECLARE
  h        tickbook.hypertable;
  c        tickbook.compression;
  original pg_class;
  obstacle text;
  command  text;
  late     text[];
BEGIN
  IF tickbook._timescaledb_disable_compression(relation) THEN
    RETURN;
  END IF;
  h := tickbook._native_hypertable(relation);
  c := tickbook._compression(relation);
  PERFORM tickbook._lock_chunks_of(h.storage);
  SELECT * INTO original FROM pg_class WHERE oid = h.relation;
  SELECT string_agg(d, ', ') INTO obstacle FROM (
    SELECT d FROM tickbook._dependents(h.relation) d
    UNION
    SELECT pg_describe_object(d.classid, d.objid, d.objsubid) FROM pg_depend d LEFT JOIN pg_proc f ON d.classid = 'pg_proc'::regclass AND f.oid = d.objid
     WHERE d.refclassid = 'pg_type'::regclass AND d.refobjid = original.reltype AND d.deptype = 'n'
       AND f.oid IS DISTINCT FROM tickbook._between_function(c)) o;
  IF obstacle IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'dependent_objects_still_exist',
      MESSAGE = format('compression of %s cannot be disabled while other objects depend on its view', relation),
      DETAIL = obstacle,
      HINT = 'Drop what is named in the detail, and create it again afterwards.';
  END IF;
  -- LOCK TABLE of a view locks the view first and then its tables, as readers and writers do.
  PERFORM tickbook._patiently(format('LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE', tickbook._qualified(h.relation)), h.relation);
  PERFORM tickbook.decompress_chunk(k.chunk) FROM tickbook._native_chunks(h.storage) k;
  EXECUTE format('SELECT tickbook._chunk_at($1, min(".first")) FROM %s HAVING count(*) > 0', c.batches) USING h;
  PERFORM tickbook._patiently(format('SELECT tickbook._let_go(%L)', h.storage), h.relation);
  late := ARRAY(SELECT replace(g, tickbook._qualified(h.relation), tickbook._qualified(h.storage)) FROM tickbook._grant_commands(h.relation, h.storage) g);
  DELETE FROM tickbook.compression t WHERE t.relation = h.relation;
  UPDATE tickbook.hypertable t SET relation = h.storage WHERE t.storage = h.storage;
  DELETE FROM tickbook.job j WHERE j.relation = h.relation AND j.kind = 'compression';
  UPDATE tickbook.job j SET relation = h.storage WHERE j.relation = h.relation;
  UPDATE tickbook.job_run r SET relation = h.storage WHERE r.relation = h.relation;
  FOR command IN
    SELECT format('DROP TRIGGER %I ON %s', tgname, h.storage) FROM pg_trigger
     WHERE tgrelid = h.storage AND tgname IN ('tickbook_unique_insert', 'tickbook_unique_update')
    UNION ALL
    SELECT format('DROP FUNCTION %s', tickbook._between_function(c)::regprocedure)
    UNION ALL
    SELECT format('DROP VIEW %s', tickbook._qualified(h.relation))
    UNION ALL
    SELECT format('DROP FUNCTION %s', f::regprocedure) FROM unnest(ARRAY[tickbook._trigger_function(h.relation, 'write'),
                                                                         tickbook._trigger_function(h.storage, 'tickbook_unique_insert')]) f WHERE f IS NOT NULL
    UNION ALL
    SELECT format('DROP TABLE %s', c.batches)
    UNION ALL
    SELECT format('DROP TYPE %s', tickbook._box(c.batches, p)) FROM tickbook._packed_columns(h.storage, c.segment_by, c.order_by) p
     WHERE p.boxed AND p.packing <> 'segment'
    UNION ALL
    SELECT unnest(late)
    UNION ALL
    SELECT format('ALTER TABLE %s RENAME TO %I', tickbook._qualified(h.storage), original.relname)
  LOOP
    EXECUTE command;
  END LOOP;
  PERFORM tickbook._take_hold(h.storage);
END $$;
COMMENT ON FUNCTION tickbook.disable_compression(regclass) IS
  'Unpacks every chunk and gives the hypertable its name back; writers wait meanwhile. Its compression policy is gone.';

-- Packing -------------------------------------------------------------------------------------------------------------

CREATE FUNCTION tickbook._sampled_scale(chunk regclass, p tickbook._packed_column) RETURNS integer
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  decimals integer;
BEGIN
  IF p.base = 'numeric'::regtype THEN
    EXECUTE format('SELECT mode() WITHIN GROUP (ORDER BY scale(%1$I)) FROM (SELECT %1$I FROM %2$s WHERE %1$I IS NOT NULL LIMIT 1000) s',
                   p.name, chunk) INTO decimals;
    RETURN CASE WHEN decimals <= 15 THEN decimals END;
  END IF;
  FOR decimals IN 0 .. CASE WHEN p.base = 'real'::regtype THEN 5 ELSE 12 END LOOP
    EXECUTE format('SELECT NULL FROM (SELECT %1$I AS x FROM %2$s WHERE %1$I IS NOT NULL LIMIT 1000) s HAVING count(%3$s) > 0.9 * count(*)',
                   p.name, chunk, tickbook._scaled(p, 'x', decimals, true));
    IF FOUND THEN
      RETURN decimals;
    END IF;
  END LOOP;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION tickbook._sampled_scale(regclass, tickbook._packed_column) IS
  'Decimals that most values of a column without prescribed scale have, or NULL. Values with others are stored plainly.';

-- One statement: rows leave the chunk, are numbered within their segment, measured against other columns, grouped into
-- batches, and each column is packed. careful allows for values that no number stands for exactly.
CREATE FUNCTION tickbook._pack_command(chunk regclass, h tickbook.hypertable, c tickbook.compression, careful boolean, per_batch integer) RETURNS text
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  p         tickbook._packed_column;
  time_col  CONSTANT name := tickbook._key_column(h.storage);
  segments  CONSTANT text := coalesce((SELECT string_agg(quote_ident(s), ', ') || ', ' FROM unnest(c.segment_by) s), '');
  divided   text := segments;  -- and by the images of segments in which different values are equal, such as 1.0 and 1.00
  returned  text[] := '{}';
  numbered  text[] := '{}';
  measured  text[] := '{}';
  grouped   text[] := '{}';
  packed    text[] := '{}';
  laterals  text := '';
  targets   text[] := '{}';
  decimals  integer;
  ref       jsonb;
  checked   boolean;
  exact     text;
  frame     text;
  lagged    CONSTANT text[] := ARRAY(SELECT r.value -> 'of' ->> 0 FROM jsonb_each(c.refs) r WHERE r.value ->> 'kind' LIKE '%lag');
BEGIN
  -- Those that others are measured against come first: whether they have a frame is asked for by the others.
  FOR p IN SELECT * FROM tickbook._packed_columns(h.storage, c.segment_by, c.order_by) q ORDER BY c.refs ? q.name::text LOOP
    decimals := CASE WHEN p.packing = 'scaled' THEN coalesce(p.scale, tickbook._sampled_scale(chunk, p)) END;
    checked := careful OR p.scale IS NULL;
    ref := c.refs -> p.name::text;
    IF checked OR p.packing <> 'scaled' OR p.name IN (time_col, c.order_by) THEN
      -- What is compared by its bytes anyway is sorted faster by them.
      returned := returned || CASE WHEN p.packing = 'segment' AND p.equal AND p.base IN ('text', 'varchar') THEN format('%I COLLATE "C" AS %1$I', p.name)
                                   ELSE quote_ident(p.name) END;
    END IF;
    IF p.packing = 'segment' AND NOT p.equal THEN
      returned := returned || format('ROW(%I)::text COLLATE "C" AS %I', p.name, p.name || '.i');
      divided := divided || format('%I, ', p.name || '.i');
    END IF;
    CONTINUE WHEN p.packing = 'segment';

    targets := targets || ARRAY[format('%I, %I, %I', p.name || '.1', p.name || '.2', p.name || '.v')];
    IF decimals IS NOT NULL THEN
      returned := returned || format('%s AS %I', tickbook._scaled(p, quote_ident(p.name), decimals, checked), p.name || '.r');
      IF p.sloped OR p.name = ANY (lagged) THEN
        numbered := numbered || format('CASE WHEN (row_number() OVER w - 1) %% %s > 0 THEN lag(%I) OVER w END AS %I',
                                       per_batch, p.name || '.r', p.name || '.p');
      END IF;
      measured := measured || format('%I%s AS %I', p.name || '.r', CASE
        WHEN ref IS NOT NULL THEN ' - ' || tickbook._reference(ref ->> 'kind',
          ARRAY(SELECT quote_ident(o || '.r') FROM jsonb_array_elements_text(ref -> 'of') o), quote_ident((ref -> 'of' ->> 0) || '.p'))
        ELSE '' END, p.name || '.d');
      IF p.sloped THEN
        measured := measured || format('%I, %I', p.name || '.r', p.name || '.p');
      END IF;
      grouped := grouped || format('array_agg(%1$I) AS %1$I, min(%1$I) AS %2$I, max(%1$I) AS %3$I, tickbook._gcd(%4$s) AS %5$I, %6$s AS %7$I, count(%1$I) AS %8$I',
        p.name || '.d', p.name || '.lo', p.name || '.hi',
        CASE WHEN p.sloped THEN format('%I - %I', p.name || '.r', p.name || '.p') ELSE quote_ident(p.name || '.d') END, p.name || '.g',
        CASE WHEN p.sloped THEN format('min(%I - %I)', p.name || '.r', p.name || '.p') ELSE 'NULL::bigint' END, p.name || '.s', p.name || '.k');
      -- A batch column is scaled only if each of its values is, and the columns it is measured against are.
      exact := CASE WHEN checked THEN format('CASE WHEN %I = %I%s THEN %%s END', p.name || '.k', p.name || '.n', (SELECT string_agg(
                 format(' AND %I.base IS NOT NULL', o || '.e'), '') FROM jsonb_array_elements_text(ref -> 'of') o)) ELSE '%s' END;
      IF p.sloped THEN
        laterals := laterals || format(' CROSS JOIN LATERAL tickbook._slope(%I, %I, %I, %I, %I) %I', p.name || '.d', p.name || '.lo', p.name || '.hi',
                                       p.name || '.g', p.name || '.s', p.name || '.l');
      END IF;
      laterals := laterals || format(' CROSS JOIN LATERAL tickbook._frame(%s, %s, %I, %I < ".rows") %I',
        format(exact, CASE WHEN p.sloped THEN format('%I.low_offset', p.name || '.l') ELSE quote_ident(p.name || '.lo') END),
        CASE WHEN p.sloped THEN format('%I.high_offset', p.name || '.l') ELSE quote_ident(p.name || '.hi') END,
        p.name || '.g', p.name || '.k', p.name || '.e');
      laterals := laterals || format($codes$ CROSS JOIN LATERAL (
        SELECT string_agg(set_byte('\x00', 0, code & 255), '') FILTER (WHERE %1$I.bytes <= 2) AS low,
               string_agg(set_byte('\x00', 0, code >> 8), '') FILTER (WHERE %1$I.bytes = 2) AS high,
               array_agg(code) FILTER (WHERE %1$I.bytes = 4) AS wide
          FROM (SELECT ((unnest(%2$s) - %1$I.base) / %1$I.unit)::integer AS code) c) %3$I$codes$,
        p.name || '.e', CASE WHEN p.sloped THEN format('%I.offsets', p.name || '.l') ELSE quote_ident(p.name || '.d') END, p.name || '.c');
      frame := format('CASE WHEN %1$I.base IS NOT NULL THEN ARRAY[%1$I.base, %1$I.unit, %2$s, %3$s] END, %4$I.wide', p.name || '.e',
                      CASE WHEN p.sloped THEN format('%I.step', p.name || '.l') ELSE '0' END, decimals, p.name || '.c');
      targets[cardinality(targets)] := targets[cardinality(targets)] || format(', %I, %I', p.name || '.f', p.name || '.4');
    END IF;
    IF NOT checked AND p.packing = 'scaled' THEN
      packed := packed || format('%1$I.low, %1$I.high, CASE WHEN %2$I.base IS NULL AND %3$I > 0 THEN ARRAY[tickbook._not_exact(%4$L)::text]::%5$s[] END, %6$s',
                                 p.name || '.c', p.name || '.e', p.name || '.k', p.name, p.base, frame);
      CONTINUE;
    END IF;

    grouped := grouped || format('array_agg(%s) AS %I, count(%I) AS %I',
      CASE WHEN p.boxed THEN format('ROW(%I)::%s', p.name, tickbook._box(c.batches, p)) ELSE quote_ident(p.name) END,
      p.name || '.a', p.name, p.name || '.n');
    measured := measured || quote_ident(p.name);
    laterals := laterals || format(' CROSS JOIN LATERAL (SELECT CASE WHEN %1$I > 0%2$s THEN %3$I END AS vals) %4$I', p.name || '.n',
      CASE WHEN decimals IS NOT NULL THEN format(' AND %I.base IS NULL', p.name || '.e') ELSE '' END, p.name || '.a', p.name || '.o');
    IF p.wordy THEN
      laterals := laterals || format(' CROSS JOIN LATERAL tickbook._dictionary(%I.vals) %I', p.name || '.o', p.name || '.w');
    END IF;
    packed := packed || (CASE
      WHEN decimals IS NOT NULL THEN format('COALESCE(%1$I.low, %2$I.low), COALESCE(%1$I.high, %2$I.high), %2$I.words, %3$s',
        p.name || '.c', p.name || '.w', frame)
      WHEN p.wordy THEN format('%1$I.low, %1$I.high, %1$I.words', p.name || '.w')
      ELSE format('NULL, NULL, %I.vals', p.name || '.o') END);
  END LOOP;

  RETURN format('WITH gone AS (DELETE FROM %s RETURNING %s), ', chunk, array_to_string(returned, ', '))
    || format('numbered AS (SELECT *, (row_number() OVER w - 1)::integer AS ".n"%s FROM gone WINDOW w AS (%s ORDER BY %I)), ',
              (SELECT string_agg(', ' || n, '') FROM unnest(numbered) n),
              'PARTITION BY ' || rtrim(nullif(divided, ''), ', '), c.order_by)
    || format('measured AS (SELECT %1$s%2$I AS ".t", ".n" / %3$s AS ".batch", %4$s FROM numbered ORDER BY %1$s".batch", ".n"), ',
              divided, time_col, per_batch, array_to_string(measured, ', '))
    || format('grouped AS MATERIALIZED (SELECT %1$scount(*)::integer AS ".rows", min(".t") AS ".first", max(".t") AS ".last", %2$s '
              'FROM measured GROUP BY %3$s".batch")', segments, array_to_string(grouped, ', '), divided)
    || format(', put AS (INSERT INTO %s (%s".rows", ".first", ".last", %s) SELECT %2$s".rows", ".first", ".last", %4$s FROM grouped%5$s '
              'RETURNING ".rows") SELECT COALESCE(sum(".rows"), 0) FROM put',
              c.batches, segments, array_to_string(targets, ', '), array_to_string(packed, ', '), laterals);
END $$;
COMMENT ON FUNCTION tickbook._pack_command(regclass, tickbook.hypertable, tickbook.compression, boolean, integer) IS
  'Statement that moves the rows of a chunk into batches and returns how many there were.';

-- User triggers are about changes; that rows are stored differently is none. Switching them off takes a lock that writers
-- of the chunk wait for, so it is done only where there is such a trigger.
CREATE FUNCTION tickbook._without_triggers(chunk regclass, command text) RETURNS bigint
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  enable_again text;
  touched      bigint;
BEGIN
  SELECT string_agg(format('ALTER TABLE ONLY %s %s TRIGGER %I', t.tgrelid::regclass, CASE t.tgenabled
           WHEN 'R' THEN 'ENABLE REPLICA' WHEN 'A' THEN 'ENABLE ALWAYS' ELSE 'ENABLE' END, t.tgname), '; ')
    INTO enable_again
    FROM pg_partition_tree(chunk) p JOIN pg_trigger t ON t.tgrelid = p.relid
   WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' AND t.tgtype & 1 = 1;
  IF enable_again IS NOT NULL THEN
    PERFORM tickbook._patiently(format('ALTER TABLE %s DISABLE TRIGGER USER', chunk), chunk);
  END IF;
  EXECUTE command INTO touched;
  IF enable_again IS NOT NULL THEN
    EXECUTE enable_again;
  END IF;
  RETURN touched;
END $$;
COMMENT ON FUNCTION tickbook._without_triggers(regclass, text) IS
  'Runs a query that moves rows of a chunk without firing row triggers; returns the number that it gives.';

CREATE FUNCTION tickbook._choose_references(h tickbook.hypertable, c tickbook.compression, chunk regclass) RETURNS jsonb
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  columns  CONSTANT name[] := ARRAY(SELECT p.name FROM tickbook._packed_columns(h.storage, c.segment_by, c.order_by) p
                                     WHERE p.packing = 'scaled' AND NOT p.sloped AND p.scale > 0 LIMIT 6);
  segments CONSTANT text := coalesce((SELECT string_agg(quote_ident(s), ', ') || ', ' FROM unnest(c.segment_by) s), '');
  targets  name[];    -- one element per way to pack a column
  ways     jsonb[];
  exprs    text[];
  costs    double precision[];
  known    name[];
  way      integer;
  total    double precision;
  refs     jsonb;
  lowest   double precision := 'infinity';
  best     jsonb := '{}';
BEGIN
  IF cardinality(columns) < 2 OR chunk IS NULL THEN
    RETURN '{}';
  END IF;
  WITH source AS (
    SELECT k AS kind, ARRAY[x] AS others FROM unnest(columns) x, unnest('{lag,greatest,greatest_lag,least_lag}'::text[]) k
    UNION ALL SELECT k, ARRAY[x, y] FROM unnest(columns) x, unnest(columns) y, unnest(ARRAY['greatest', 'least']) k WHERE x < y)
  SELECT array_agg(t), array_agg(w), array_agg(e) INTO targets, ways, exprs FROM (
    SELECT t, NULL::jsonb, quote_ident(t) FROM unnest(columns) t
    UNION ALL
    SELECT t, jsonb_build_object('kind', kind, 'of', to_jsonb(others)), format('%I - %s', t, tickbook._reference(kind,
             ARRAY(SELECT quote_ident(o) FROM unnest(others) o), quote_ident(others[1] || '.p')))
      FROM unnest(columns) t, source WHERE t <> ALL (others)) x (t, w, e);
  EXECUTE (
    SELECT format('SELECT array_agg(cost ORDER BY i) FROM (SELECT i, avg(cost) AS cost FROM (SELECT ARRAY[%s] AS costs FROM '
                  '(SELECT *%s, row_number() OVER w AS ".n" FROM (SELECT * FROM %s LIMIT 100000) r WINDOW w AS (%s ORDER BY %I)) s WHERE ".n" <= 200 %s) q, '
                  'unnest(costs) WITH ORDINALITY u (cost, i) WHERE cost < ''infinity'' GROUP BY i) r',
        (SELECT string_agg(format('ln((1 + 1e4 * (percentile_disc(0.95) WITHIN GROUP (ORDER BY %1$s) '
                                  '- percentile_disc(0.05) WITHIN GROUP (ORDER BY %1$s)))::double precision)', e), ', ' ORDER BY i)
           FROM unnest(exprs) WITH ORDINALITY u (e, i)),
        (SELECT string_agg(format(', lag(%I) OVER w AS %I', x, x || '.p'), '') FROM unnest(columns) x),
        chunk, 'PARTITION BY ' || rtrim(nullif(segments, ''), ', '), c.order_by,
        'GROUP BY ' || rtrim(nullif(segments, ''), ', '))) INTO costs;
  IF cardinality(costs) <> cardinality(exprs) OR costs IS NULL THEN
    RETURN '{}';
  END IF;
  -- Each column in turn stands alone; what those that stand alone tell best comes next. One that is told by another tells no
  -- third one: reading that would unpack all three.
  FOR anchor IN 1 .. cardinality(columns) LOOP
    known := ARRAY[columns[anchor]];
    total := costs[anchor];
    refs := '{}';
    WHILE cardinality(known) < cardinality(columns) LOOP
      SELECT i INTO way FROM unnest(targets, ways, costs) WITH ORDINALITY u (target, how, cost, i)
       WHERE target <> ALL (known) AND (how IS NULL OR NOT how -> 'of' ?| ARRAY(SELECT k FROM jsonb_object_keys(refs) k)
                                     AND ARRAY(SELECT jsonb_array_elements_text(how -> 'of')::name) <@ known)
       ORDER BY cost + CASE WHEN how IS NULL THEN 0 ELSE ln(2) END, jsonb_array_length(how -> 'of') LIMIT 1;
      known := known || targets[way];
      total := total + costs[way];
      refs := refs || CASE WHEN ways[way] IS NULL THEN '{}' ELSE jsonb_build_object(targets[way], ways[way]) END;
    END LOOP;
    IF total < lowest THEN
      lowest := total;
      best := refs;
    END IF;
  END LOOP;
  RETURN best;
END $$;
COMMENT ON FUNCTION tickbook._choose_references(tickbook.hypertable, tickbook.compression, regclass) IS
  'Looks, in the first rows of each segment, for columns that others tell most of, as open tells of high: see _reference().';

CREATE FUNCTION tickbook.compress_chunk(chunk regclass) RETURNS bigint
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp SET timezone = 'UTC' SET datestyle = 'ISO' SET extra_float_digits = 1
  SET work_mem = '64MB' AS $$
DECLARE
  h       tickbook.hypertable;
  c       tickbook.compression;
  bytes   bigint;
  rows    bigint;
  merged  bigint := 0;
  careful boolean := false;
  per_batch integer;
BEGIN
  IF tickbook._timescaledb_does('compress_chunk', chunk) THEN
    RETURN NULL;
  END IF;
  h := tickbook._hypertable_of_chunk(chunk);
  c := tickbook._compression(h.relation);
  PERFORM pg_advisory_xact_lock('tickbook.compressed_chunk'::regclass::oid::integer, chunk::oid::integer);
  PERFORM tickbook._check_compressible(h.storage, c.segment_by, c.order_by);
  PERFORM tickbook._share_reading(h, c);
  PERFORM tickbook._follow_defaults(h);
  PERFORM tickbook._follow_columns(h, c);
  PERFORM tickbook._reclaim(chunk);
  IF c.refs = '{}' AND NOT tickbook._has_rows(c.batches) THEN
    c.refs := tickbook._choose_references(h, c, chunk);
    IF c.refs <> '{}' THEN
      UPDATE tickbook.compression t SET refs = c.refs WHERE t.relation = c.relation;
      PERFORM tickbook._patiently(format('SELECT count(*) FROM tickbook._show(%L, %L)', h, c), h.relation);
    END IF;
  END IF;
  PERFORM tickbook._before_packing(h.storage, chunk);
  SELECT sum(pg_total_relation_size(relid)) INTO bytes FROM pg_partition_tree(chunk) WHERE isleaf;
  -- Few late rows at a time must not become a batch each: what there is of their segments is packed with them.
  IF tickbook._has_rows(chunk) AND tickbook._has_rows(c.batches) THEN
    merged := tickbook._without_triggers(chunk, tickbook._unpack_command(h, c, chunk, format(
      '%s AND b.".rows" < %s AND EXISTS (SELECT FROM %s r WHERE %s true)', tickbook._in_chunk(h, chunk, 'b'), tickbook._batch_rows() / 2, chunk,
      tickbook._same_segment(c, 'b.', 'r.'))));
    PERFORM pg_stat_force_next_flush();  -- these are no new rows: see _log_inserts()
  END IF;
  FOREACH per_batch IN ARRAY ARRAY[tickbook._batch_rows(), tickbook._batch_rows(), 40, 1] LOOP
    BEGIN
      rows := tickbook._without_triggers(chunk, tickbook._pack_command(chunk, h, c, careful, per_batch));
      EXIT;
    EXCEPTION
      WHEN data_exception OR feature_not_supported THEN
        IF careful THEN RAISE; END IF;
      WHEN program_limit_exceeded THEN  -- an array has at most 1 GB
        IF per_batch = 1 THEN RAISE; END IF;
    END;
    careful := true;
  END LOOP;
  IF rows = 0 THEN
    RETURN 0;
  END IF;
  INSERT INTO tickbook.compressed_chunk AS k (relation, chunk, bytes_per_row, emptied_by)
    VALUES (h.relation, chunk, bytes::double precision / rows, pg_current_xact_id())
    ON CONFLICT ON CONSTRAINT compressed_chunk_pkey DO UPDATE SET emptied_by = EXCLUDED.emptied_by, compressed_at = now();
  RETURN rows - merged;
END $$;
COMMENT ON FUNCTION tickbook.compress_chunk(regclass) IS
  'Packs the rows of a chunk that are not compressed yet into batches; returns how many. Readers and writers go on meanwhile: '
  'a writer waits only for a row that is just being packed. The space is free after the next run_jobs().';

CREATE FUNCTION tickbook._in_chunk(h tickbook.hypertable, chunk regclass, batch text) RETURNS text
  LANGUAGE sql STABLE SET search_path = pg_catalog, tickbook, pg_temp SET timezone = 'UTC' SET datestyle = 'ISO' AS $$
  SELECT format('%1$s.".first" >= %2$L AND %1$s.".first" < %3$L', batch, k.range_start, k.range_end)
    FROM tickbook._native_chunks(h.storage) k WHERE k.chunk = _in_chunk.chunk
$$;
COMMENT ON FUNCTION tickbook._in_chunk(tickbook.hypertable, regclass, text) IS 'Condition for the batches of a chunk.';

-- Made before the chunks are dropped, because it reads their ranges, and run after, because until then they may be packed.
CREATE FUNCTION tickbook._forget_batches_command(storage regclass, chunks regclass[]) RETURNS text
  LANGUAGE sql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
  SELECT format('DELETE FROM %s b WHERE %s; DELETE FROM tickbook.compressed_chunk WHERE chunk = ANY (%L::oid[]::regclass[])', c.batches,
                (SELECT string_agg(tickbook._in_chunk(h, chunk, 'b'), ' OR ') FROM unnest(chunks) chunk), chunks::oid[])
    FROM tickbook.hypertable h JOIN tickbook.compression c ON c.relation = h.relation WHERE h.storage = _forget_batches_command.storage
$$;
COMMENT ON FUNCTION tickbook._forget_batches_command(regclass, regclass[]) IS
  'Command that deletes the batches of chunks, or NULL without compression.';

CREATE FUNCTION tickbook._chunk_at(h tickbook.hypertable, moment timestamptz) RETURNS regclass
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  chunk regclass := (SELECT k.chunk FROM tickbook._native_chunks(h.storage) k WHERE moment >= k.range_start AND moment < k.range_end);
BEGIN
  IF chunk IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
      MESSAGE = format('compressed rows of %s at %s belong to no chunk: it was detached or dropped by hand', h.relation, moment),
      HINT = format('Make it again with tickbook.ensure_chunks(%L, %L, %L).', h.relation, moment, moment);
  END IF;
  RETURN chunk;
END $$;
COMMENT ON FUNCTION tickbook._chunk_at(tickbook.hypertable, timestamptz) IS 'The chunk that compressed rows belong to, or an error.';

-- Columns that ALTER TABLE added since get what PostgreSQL gave the other rows, or, if that is not known, their default.
CREATE FUNCTION tickbook._unpack_command(h tickbook.hypertable, c tickbook.compression, chunk regclass, condition text) RETURNS text
  LANGUAGE sql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
  SELECT format('WITH gone AS (DELETE FROM %1$s b WHERE %2$s RETURNING b.*), put AS (INSERT INTO %3$s (%4$s) OVERRIDING SYSTEM VALUE '
                'SELECT %5$s FROM (%6$s) u RETURNING 1) SELECT count(*) FROM put',
                c.batches, condition, chunk, string_agg(quote_ident(p.name), ', '),
                string_agg(CASE WHEN v.packed THEN quote_ident(p.name) ELSE format('%L::%s', v.missing, p.type) END, ', '),
                tickbook._unpacked(h.storage, c, 'gone'))
    FROM tickbook._packed_columns(h.storage, c.segment_by, c.order_by) p
    JOIN pg_attribute a ON a.attrelid = h.storage AND a.attname = p.name AND a.attgenerated = ''
   CROSS JOIN LATERAL (SELECT tickbook._has_packed(c.batches, p) AS packed, tickbook._missing_value(h.storage, p.name) AS missing) v
   WHERE v.packed OR v.missing IS NOT NULL
$$;
COMMENT ON FUNCTION tickbook._unpack_command(tickbook.hypertable, tickbook.compression, regclass, text) IS
  'Statement that moves the rows of batches back into their chunk and returns how many there were.';

CREATE FUNCTION tickbook.decompress_chunk(chunk regclass) RETURNS bigint
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp SET timezone = 'UTC' SET datestyle = 'ISO' AS $$
DECLARE
  h    tickbook.hypertable;
  c    tickbook.compression;
  rows bigint;
BEGIN
  IF tickbook._timescaledb_does('decompress_chunk', chunk) THEN
    RETURN NULL;
  END IF;
  h := tickbook._hypertable_of_chunk(chunk);
  c := tickbook._compression(h.relation);
  PERFORM pg_advisory_xact_lock('tickbook.compressed_chunk'::regclass::oid::integer, chunk::oid::integer);
  rows := tickbook._without_triggers(chunk, tickbook._unpack_command(h, c, chunk, tickbook._in_chunk(h, chunk, 'b')));
  DELETE FROM tickbook.compressed_chunk k WHERE k.chunk = decompress_chunk.chunk;
  RETURN rows;
END $$;
COMMENT ON FUNCTION tickbook.decompress_chunk(regclass) IS
  'Moves the rows of a compressed chunk back into it; returns how many. A compression policy packs them again.';

-- Snapshots that still see the deleted rows must be gone before the space can be given back, hence not in the same
-- transaction; and no one may be in the way, or it is left for the next time.
CREATE FUNCTION tickbook._reclaim(chunk regclass) RETURNS boolean
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp SET lock_timeout = '200ms' AS $$
DECLARE
  emptied_by xid8;
BEGIN
  -- An older snapshot does not see rows that were written since, and TRUNCATE would take them along.
  IF current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted') THEN
    RETURN false;
  END IF;
  SELECT k.emptied_by INTO emptied_by FROM tickbook.compressed_chunk k WHERE k.chunk = _reclaim.chunk;
  IF NOT FOUND OR emptied_by = pg_current_xact_id_if_assigned() OR tickbook._has_rows(chunk)
     OR 0 = (SELECT sum(pg_relation_size(relid)) FROM pg_partition_tree(chunk) WHERE isleaf) THEN
    RETURN false;
  END IF;
  EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', chunk);
  SELECT k.emptied_by INTO emptied_by FROM tickbook.compressed_chunk k WHERE k.chunk = _reclaim.chunk;
  IF tickbook._has_rows(chunk)
     OR EXISTS (SELECT FROM pg_stat_get_activity(NULL) a WHERE age(a.backend_xmin) >= age(emptied_by::xid))
     OR EXISTS (SELECT FROM pg_prepared_xacts) THEN
    RETURN false;
  END IF;
  EXECUTE format('TRUNCATE %s', chunk);
  RETURN true;
EXCEPTION WHEN lock_not_available OR object_in_use THEN
  RETURN NULL;
END $$;
COMMENT ON FUNCTION tickbook._reclaim(regclass) IS
  'Gives back the space of a chunk whose rows are all packed, if no transaction can see them any more: then true, NULL if '
  'the chunk is in use, else false.';

CREATE FUNCTION tickbook._reclaim_all(relation regclass) RETURNS bigint
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  chunk     regclass;
  done      boolean;
  reclaimed bigint := 0;
BEGIN
  FOR chunk IN SELECT k.chunk FROM tickbook.compressed_chunk k JOIN pg_class t ON t.oid = k.chunk
                WHERE k.relation = _reclaim_all.relation ORDER BY k.chunk LOOP
    done := tickbook._reclaim(chunk);
    EXIT WHEN done IS NULL;  -- readers already wait for the chunks that were emptied
    reclaimed := reclaimed + done::integer;
  END LOOP;
  RETURN reclaimed;
END $$;
COMMENT ON FUNCTION tickbook._reclaim_all(regclass) IS
  'Gives back the space of compressed chunks; returns of how many.';

-- Policy --------------------------------------------------------------------------------------------------------------

CREATE FUNCTION tickbook.add_compression_policy(relation regclass, compress_after interval, if_not_exists boolean DEFAULT false) RETURNS void
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
BEGIN
  IF compress_after IS NULL OR compress_after < interval '0' THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
      MESSAGE = format('compress_after of the compression policy on %s must not be negative', relation),
      HINT = 'For example INTERVAL ''7 days''.';
  END IF;
  IF tickbook._timescaledb_has_policies(relation) THEN
    EXECUTE format('SELECT %I.add_compression_policy($1, compress_after => $2, if_not_exists => $3)', tickbook._timescaledb_schema())
      USING relation, compress_after, if_not_exists;
  ELSE
    PERFORM tickbook._compression(relation);
    PERFORM tickbook._add_job(relation, 'compression', interval '1 hour', jsonb_build_object('compress_after', compress_after), if_not_exists);
  END IF;
END $$;
COMMENT ON FUNCTION tickbook.add_compression_policy(regclass, interval, boolean) IS
  'From now on run_jobs(), or TimescaleDB, compresses the rows of chunks that lie wholly further back than compress_after.';

CREATE FUNCTION tickbook.remove_compression_policy(relation regclass, if_exists boolean DEFAULT false) RETURNS void
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
BEGIN
  IF tickbook._timescaledb_has_policies(relation) THEN
    EXECUTE format('SELECT %I.remove_compression_policy($1, if_exists => $2)', tickbook._timescaledb_schema()) USING relation, if_exists;
  ELSE
    PERFORM tickbook._remove_job(relation, 'compression', if_exists);
  END IF;
END $$;
COMMENT ON FUNCTION tickbook.remove_compression_policy(regclass, boolean) IS
  'Nothing more is compressed; what is compressed stays so.';

CREATE FUNCTION tickbook._job_compression(relation regclass, config jsonb) RETURNS bigint
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  refs  CONSTANT jsonb := (tickbook._compression(relation)).refs;
  chunk regclass;
  rows  bigint := 0;
BEGIN
  FOR chunk IN SELECT tickbook.show_chunks(relation, (config ->> 'compress_after')::interval) LOOP
    BEGIN
      IF tickbook._has_rows(chunk) THEN
        rows := rows + tickbook.compress_chunk(chunk);
      END IF;
    EXCEPTION WHEN OTHERS THEN  -- one chunk that cannot be packed must not keep the others from it
      PERFORM set_config('tickbook.job_failure', format('%s: %s', chunk, SQLERRM), true);
    END;
    EXIT WHEN (tickbook._compression(relation)).refs <> refs;  -- since this change the name is locked: the rest is for the next run
  END LOOP;
  RETURN rows;
END $$;
COMMENT ON FUNCTION tickbook._job_compression(regclass, jsonb) IS
  'Packs the rows of chunks older than config.compress_after; returns how many. What keeps a chunk from it is left in the setting '
  'tickbook.job_failure.';

-- TimescaleDB ---------------------------------------------------------------------------------------------------------

CREATE FUNCTION tickbook._timescaledb_enable_compression(relation regclass, segment_by name[], order_by name) RETURNS boolean
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
BEGIN
  IF NOT tickbook._is_timescaledb_hypertable(relation) THEN
    RETURN false;
  END IF;
  EXECUTE format('ALTER TABLE %s SET (timescaledb.compress%s%s)', relation,
    ', timescaledb.compress_segmentby = ' || quote_literal((SELECT string_agg(quote_ident(s), ', ') FROM unnest(segment_by) s)),
    ', timescaledb.compress_orderby = ' || quote_literal(quote_ident(order_by)));
  RETURN true;
END $$;
COMMENT ON FUNCTION tickbook._timescaledb_enable_compression(regclass, name[], name) IS
  'Enables TimescaleDB''s columnstore where it keeps the hypertable.';

CREATE FUNCTION tickbook._timescaledb_disable_compression(relation regclass) RETURNS boolean
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
BEGIN
  IF NOT tickbook._is_timescaledb_hypertable(relation) THEN
    RETURN false;
  END IF;
  PERFORM tickbook._timescaledb_does('decompress_chunk', k.chunk) FROM tickbook._timescaledb_chunks(relation) k;
  EXECUTE format('SELECT %I.remove_compression_policy($1, if_exists => true)', tickbook._timescaledb_schema()) USING relation;
  EXECUTE format('ALTER TABLE %s SET (timescaledb.compress = false)', relation);
  RETURN true;
END $$;
COMMENT ON FUNCTION tickbook._timescaledb_disable_compression(regclass) IS
  'Disables TimescaleDB''s columnstore where it keeps the hypertable.';

CREATE FUNCTION tickbook._is_timescaledb_chunk(chunk regclass) RETURNS boolean
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  result boolean := false;
BEGIN
  IF tickbook._timescaledb_schema() IS NOT NULL THEN
    EXECUTE 'SELECT EXISTS (SELECT FROM timescaledb_information.chunks c JOIN pg_class r ON r.relname = c.chunk_name '
            'AND r.relnamespace = c.chunk_schema::text::regnamespace WHERE r.oid = $1)' INTO result USING chunk;
  END IF;
  RETURN result;
END $$;
COMMENT ON FUNCTION tickbook._is_timescaledb_chunk(regclass) IS 'Whether TimescaleDB keeps this chunk.';

CREATE FUNCTION tickbook._timescaledb_does(action name, chunk regclass) RETURNS boolean
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
BEGIN
  IF NOT tickbook._is_timescaledb_chunk(chunk) THEN
    RETURN false;
  END IF;
  EXECUTE format('SELECT %I.%I($1, true)', tickbook._timescaledb_schema(), action) USING chunk;
  RETURN true;
END $$;
COMMENT ON FUNCTION tickbook._timescaledb_does(name, regclass) IS
  'Has TimescaleDB compress_chunk or decompress_chunk a chunk that it keeps; false if it keeps none such.';
