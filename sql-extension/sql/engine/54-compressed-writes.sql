-- Writing to a hypertable whose public name is a view: triggers on the view hand every row to the storage, and unpack the
-- batch that a changed row is in. Keys stay unique because the storage looks into the batches after each statement.
-- These functions are made for each hypertable, belong to its owner and run as the owner: who may write through the view
-- is decided by the privileges on the view.

CREATE FUNCTION tickbook._same_segment(columns name[], batch text, row_name text, storage regclass) RETURNS text
  LANGUAGE sql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
  SELECT coalesce(string_agg(format(CASE WHEN a.attnotnull THEN '%s.%I = %s.%2$I AND ' ELSE '%s.%I IS NOT DISTINCT FROM %s.%2$I AND ' END,
                                    batch, s, row_name), ''), '')
    FROM unnest(columns) s JOIN pg_attribute a ON a.attrelid = storage AND a.attname = s
$$;
COMMENT ON FUNCTION tickbook._same_segment(name[], text, text, regclass) IS
  'Condition, with AND at its end, that a batch is of the segment of a row.';

CREATE FUNCTION tickbook._unpack_batch(relation regclass, batch tid) RETURNS bigint
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp SET timezone = 'UTC' SET datestyle = 'ISO' AS $$
DECLARE
  h       tickbook.hypertable  := tickbook._native_hypertable(relation);
  c       tickbook.compression := tickbook._compression(relation);
  first   timestamptz;
  touched bigint;
BEGIN
  EXECUTE format('SELECT ".first" FROM %s WHERE ctid = $1', c.batches) INTO first USING batch;
  IF first IS NULL THEN
    RETURN 0;  -- another session was first
  END IF;
  EXECUTE tickbook._unpack_command(h, c, (SELECT k.chunk FROM tickbook._native_chunks(h.storage) k WHERE first >= k.range_start AND first < k.range_end),
                                   format('b.ctid = %L', batch)) INTO touched;
  RETURN touched;
END $$;
COMMENT ON FUNCTION tickbook._unpack_batch(regclass, tid) IS
  'Moves the rows of one batch back into their chunk; returns how many.';

CREATE FUNCTION tickbook._show_writers(h tickbook.hypertable, c tickbook.compression) RETURNS void
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $outer$
DECLARE
  view_name   CONSTANT text := tickbook._qualified(h.relation);
  schema_name CONSTANT text := (SELECT quote_ident(relnamespace::regnamespace::text) FROM pg_class WHERE oid = h.relation);
  base_name   CONSTANT text := (SELECT left(relname, 56) FROM pg_class WHERE oid = h.relation);
  write_fn    CONSTANT text := (SELECT format('%I.%I', relnamespace::regnamespace, base_name || '_write') FROM pg_class WHERE oid = h.relation);
  unique_fn   CONSTANT text := (SELECT format('%I.%I', relnamespace::regnamespace, base_name || '_unique') FROM pg_class WHERE oid = h.relation);
  time_column CONSTANT name := tickbook._key_column(h.storage);
  time_value  CONSTANT text := format('OLD.%I', time_column);
  columns     CONSTANT text := tickbook._column_list(h.storage);
  stored      CONSTANT text := tickbook._stored_columns(h.storage);
  settable    CONSTANT text := (SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
                                 WHERE attrelid = h.storage AND attnum > 0 AND NOT attisdropped AND attgenerated = '' AND attidentity <> 'a');
  new_stored  CONSTANT text := (SELECT string_agg('NEW.' || quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
                                 WHERE attrelid = h.storage AND attnum > 0 AND NOT attisdropped AND attgenerated = '');
  new_settable CONSTANT text := (SELECT string_agg('NEW.' || quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
                                 WHERE attrelid = h.storage AND attnum > 0 AND NOT attisdropped AND attgenerated = '' AND attidentity <> 'a');
  same_row    CONSTANT text := format('%1$I = OLD.%1$I AND ROW(%2$s)::record OPERATOR(pg_catalog.*=) ROW(%3$s)::record', time_column,
                                      columns, tickbook._column_list(h.storage, 'OLD.'));
  key         name[] := (SELECT k.columns FROM tickbook._unique_keys(h.storage) k LIMIT 1);
  keys        text := '';
  k           record;
  command     text;
BEGIN
  EXECUTE format($make$
    CREATE OR REPLACE FUNCTION %1$s() RETURNS trigger
      LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, tickbook, pg_temp AS $body$
    DECLARE
      place record;
      batch tid;
    BEGIN
      IF TG_OP = 'INSERT' THEN
        INSERT INTO %2$s (%3$s) OVERRIDING SYSTEM VALUE VALUES (%4$s) RETURNING %5$s INTO %6$s;
        RETURN CASE WHEN FOUND THEN NEW END;
      END IF;
      -- A row that is no longer as the statement saw it may have been packed or unpacked since: look in both, twice.
      FOR attempt IN 1 .. 2 LOOP
        SELECT s.ctid, s.tableoid INTO place FROM %2$s s WHERE %7$s%8$s LIMIT 1 FOR UPDATE;
        EXIT WHEN FOUND;
        SELECT u.".ctid" INTO batch FROM (%9$s) u WHERE %8$s LIMIT 1;
        EXIT WHEN NOT FOUND;
        PERFORM tickbook._unpack_batch(%10$L, batch);
      END LOOP;
      IF place IS NULL THEN
        SELECT s.ctid, s.tableoid INTO place FROM %2$s s WHERE %7$s%8$s LIMIT 1 FOR UPDATE;
      END IF;
      IF place IS NULL THEN
        %11$s
        RETURN NULL;  -- deleted meanwhile
      END IF;
      IF TG_OP = 'DELETE' THEN
        DELETE FROM %2$s s WHERE s.ctid = place.ctid AND s.tableoid = place.tableoid AND s.%12$I = OLD.%12$I;
        RETURN CASE WHEN FOUND THEN OLD END;
      END IF;
      UPDATE %2$s s SET (%13$s) = ROW(%14$s) WHERE s.ctid = place.ctid AND s.tableoid = place.tableoid AND s.%12$I = OLD.%12$I
        RETURNING %15$s INTO %6$s;
      RETURN CASE WHEN FOUND THEN NEW END;
    END $body$ $make$,
    write_fn, h.storage, stored, new_stored, columns, tickbook._column_list(h.storage, 'NEW.'),
    coalesce((SELECT string_agg(format('s.%1$I = OLD.%1$I AND ', n), '') FROM unnest(key) n
               JOIN pg_attribute a ON a.attrelid = h.storage AND a.attname = n AND a.attnotnull), ''),
    same_row,
    tickbook._unpacked(h.storage, c, format('(SELECT x.ctid, x.* FROM %s x WHERE %s%s)', c.batches,
      tickbook._same_segment(c.segment_by, 'x', 'OLD', h.storage), tickbook._overlapping(h, 'x', time_value, time_value)), true),
    h.relation::oid::regclass, CASE WHEN key IS NULL THEN '' ELSE format($changed$
        SELECT s.xmin = pg_current_xact_id()::xid AS mine INTO place FROM %1$s s WHERE %2$s;
        IF FOUND AND NOT place.mine THEN
          RAISE EXCEPTION USING ERRCODE = 'serialization_failure',
            MESSAGE = %3$L || ' was changed by another session meanwhile',
            HINT = 'Run the statement again.';
        END IF;$changed$, h.storage, (SELECT string_agg(format('s.%1$I = OLD.%1$I', n), ' AND ') FROM unnest(key) n),
        format('a row of %s', h.relation)) END,
    time_column, settable, new_settable, tickbook._column_list(h.storage, 's.'));
  PERFORM tickbook._own_like('FUNCTION', write_fn || '()', h.storage);
  EXECUTE format('CREATE OR REPLACE TRIGGER write INSTEAD OF INSERT OR UPDATE OR DELETE ON %s FOR EACH ROW EXECUTE FUNCTION %s()',
                 view_name, write_fn);
  FOR command IN
    SELECT format('ALTER VIEW %s ALTER COLUMN %I SET DEFAULT %s', view_name, a.attname,
             CASE WHEN a.attidentity <> '' THEN format('nextval(%L::regclass)', pg_get_serial_sequence(h.storage::text, a.attname))
                  ELSE pg_get_expr(d.adbin, d.adrelid) END)
      FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
     WHERE a.attrelid = h.storage AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' AND (a.attidentity <> '' OR d.adbin IS NOT NULL)
  LOOP
    EXECUTE command;
  END LOOP;

  FOR k IN SELECT * FROM tickbook._unique_keys(h.storage) LOOP
    keys := keys || format($make$
      SELECT array_agg(b.ctid) INTO batches
        FROM (SELECT %1$smin(%2$I) AS ".low", max(%2$I) AS ".high" FROM new_rows%3$s) r
        JOIN %4$s b ON %5$s%14$s;
      IF batches IS NOT NULL THEN
        -- The plan is kept, so one that was made for a single row must do for a COPY too: batches are opened once, by
        -- themselves, and hashed.
        PERFORM set_config('enable_nestloop', 'off', true);
        WITH u AS MATERIALIZED (%7$s)
        SELECT concat_ws(', ', %6$s) INTO duplicate FROM u JOIN new_rows r ON %8$s LIMIT 1;
        IF FOUND THEN
          RAISE EXCEPTION USING ERRCODE = 'unique_violation', SCHEMA = %9$L, TABLE = %10$L, CONSTRAINT = %11$L,
            MESSAGE = %12$L, DETAIL = format('Key (%%s)=(%%s) already exists.', %13$L, duplicate);
        END IF;
        PERFORM set_config('enable_nestloop', nestloop, true);
      END IF;$make$,
      coalesce((SELECT string_agg(quote_ident(s) || ', ', '') FROM unnest(c.segment_by) s WHERE s = ANY (k.columns)), ''), time_column,
      (SELECT ' GROUP BY ' || string_agg(quote_ident(s), ', ') FROM unnest(c.segment_by) s WHERE s = ANY (k.columns)),
      c.batches, coalesce((SELECT string_agg(format('b.%1$I = r.%1$I AND ', s), '') FROM unnest(c.segment_by) s WHERE s = ANY (k.columns)), ''),
      (SELECT string_agg(format('r.%I', n), ', ') FROM unnest(k.columns) n),
      tickbook._unpacked(h.storage, c, format('(SELECT x.* FROM %s x WHERE x.ctid = ANY (batches))', c.batches)),
      (SELECT string_agg(format('r.%1$I = u.%1$I', n), ' AND ') FROM unnest(k.columns) n),
      schema_name, h.relation::text, k.constraint_name,
      format('duplicate key value violates unique constraint "%s"', k.constraint_name),
      (SELECT string_agg(quote_ident(n), ', ') FROM unnest(k.columns) n), tickbook._overlapping(h, 'b', 'r.".low"', 'r.".high"'));
  END LOOP;
  IF keys <> '' THEN
    EXECUTE format($make$
      CREATE OR REPLACE FUNCTION %s() RETURNS trigger
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, tickbook, pg_temp AS $body$
      DECLARE
        batches   tid[];
        duplicate text;
        nestloop  CONSTANT text := current_setting('enable_nestloop');
      BEGIN%s
        RETURN NULL;
      END $body$ $make$, unique_fn, keys);
    PERFORM tickbook._own_like('FUNCTION', unique_fn || '()', h.storage);
    EXECUTE format('CREATE OR REPLACE TRIGGER tickbook_unique_insert AFTER INSERT ON %s REFERENCING NEW TABLE AS new_rows '
                   'FOR EACH STATEMENT EXECUTE FUNCTION %s()', h.storage, unique_fn);
    EXECUTE format('CREATE OR REPLACE TRIGGER tickbook_unique_update AFTER UPDATE ON %s REFERENCING NEW TABLE AS new_rows '
                   'FOR EACH STATEMENT EXECUTE FUNCTION %s()', h.storage, unique_fn);
  END IF;
END $outer$;
COMMENT ON FUNCTION tickbook._show_writers(tickbook.hypertable, tickbook.compression) IS
  'Makes, or brings up to date, what lets the public view of a hypertable be written to, and keeps its keys unique.';

CREATE FUNCTION tickbook.upsert(relation regclass, staging regclass, OUT inserted bigint, OUT updated bigint, OUT unchanged bigint)
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  h        tickbook.hypertable;
  c        tickbook.compression;
  target   regclass := relation;
  key      name[];
  columns  name[];
  others   name[];
  staged   bigint;
  source   text;
  fresh    text := '';
  stray    text;
  in_range text := '';
BEGIN
  IF tickbook._is_hypertable(relation) THEN
    h := tickbook._native_hypertable(relation);
    target := h.storage;
  END IF;
  key := (SELECT k.columns FROM tickbook._unique_keys(target) k LIMIT 1);
  IF key IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_table_definition',
      MESSAGE = format('%s has no primary key to merge by', relation),
      HINT = format('Add one: ALTER TABLE %s ADD PRIMARY KEY (...).', target);
  END IF;
  -- The staging table may have fewer columns; those of the key must be among them, and none that is unknown.
  SELECT array_agg(s.attname ORDER BY s.attnum), min(s.attname) FILTER (WHERE t.attname IS NULL) INTO columns, stray
    FROM pg_attribute s LEFT JOIN pg_attribute t ON t.attrelid = target AND t.attname = s.attname AND t.attnum > 0 AND NOT t.attisdropped
   WHERE s.attrelid = staging AND s.attnum > 0 AND NOT s.attisdropped AND coalesce(t.attgenerated, '') = '';
  stray := coalesce(stray, (SELECT min(k) FROM unnest(key) k WHERE k <> ALL (columns)));
  IF stray IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'undefined_column',
      MESSAGE = format('staging table %s and %s do not fit: column "%s" is in one only', staging, relation, stray),
      HINT = format('Stage the key (%s) and any other columns of %s, under the same names.', array_to_string(key, ', '), relation);
  END IF;
  others := ARRAY(SELECT a.attname FROM pg_attribute a
                   WHERE a.attrelid = target AND a.attname = ANY (columns) AND a.attname <> ALL (key) AND a.attidentity <> 'a' ORDER BY a.attnum);
  source := (SELECT format('(SELECT %s FROM %s)', string_agg(format('%I::%s', a.attname, format_type(a.atttypid, a.atttypmod)), ', '), staging)
               FROM pg_attribute a WHERE a.attrelid = target AND a.attname = ANY (columns));
  EXECUTE format('SELECT (SELECT count(*) FROM %s), (SELECT concat_ws('', '', %2$s) FROM %1$s GROUP BY %2$s HAVING count(*) > 1 LIMIT 1)',
                 staging, (SELECT string_agg(quote_ident(k), ', ') FROM unnest(key) k)) INTO staged, stray;
  IF stray IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'cardinality_violation',
      MESSAGE = format('staging table %s has more than one row for key (%s)=(%s)',
        staging, array_to_string(key, ', '), stray),
      HINT = format('Keep one row per key: DELETE FROM %s a USING %1$s b WHERE a.ctid < b.ctid AND (%2$s).', staging,
        (SELECT string_agg(format('a.%1$I = b.%1$I', k), ' AND ') FROM unnest(key) k));
  END IF;

  -- Said as constants, so that the planner leaves out the chunks that are not concerned.
  IF h.relation IS NOT NULL THEN
    EXECUTE format('SELECT format('' AND u.%%I BETWEEN %%L AND %%L'', %1$L, min(%1$I), max(%1$I)) FROM %2$s s', tickbook._key_column(h.storage), source) INTO in_range;
  END IF;
  IF h.relation <> h.storage THEN
    c := tickbook._compression(h.relation);
    fresh := tickbook._unpack_for_upsert(h, c, source, key, others);
  END IF;
  -- Which keys were there already is asked for by itself: RETURNING xmax does not work for a partitioned table.
  EXECUTE format('WITH known AS MATERIALIZED (SELECT %5$s FROM %3$s s WHERE EXISTS (SELECT FROM %1$s u WHERE %7$s%9$s)), '
                 'merged AS (INSERT INTO %1$s AS t (%2$s) OVERRIDING SYSTEM VALUE SELECT %2$s FROM %3$s s%4$s ON CONFLICT (%5$s) DO %6$s '
                 'RETURNING %8$s) SELECT count(*) FILTER (WHERE u IS NULL), count(u) FROM merged s LEFT JOIN known u ON %7$s',
                 target, (SELECT string_agg(quote_ident(n), ', ') FROM unnest(columns) n), source, fresh,
                 (SELECT string_agg(quote_ident(k), ', ') FROM unnest(key) k),
                 CASE WHEN others = '{}' THEN 'NOTHING' ELSE format('UPDATE SET (%s) = ROW(%s) WHERE NOT ROW(%s)::record OPERATOR(pg_catalog.*=) ROW(%2$s)::record',
                   (SELECT string_agg(quote_ident(n), ', ') FROM unnest(others) n),
                   (SELECT string_agg(format('EXCLUDED.%I', n), ', ') FROM unnest(others) n),
                   (SELECT string_agg(format('t.%I', n), ', ') FROM unnest(others) n)) END,
                 (SELECT string_agg(format('u.%1$I = s.%1$I', k), ' AND ') FROM unnest(key) k),
                 (SELECT string_agg(format('t.%I', k), ', ') FROM unnest(key) k), in_range)
    INTO inserted, updated;
  unchanged := staged - inserted - updated;
END $$;
COMMENT ON FUNCTION tickbook.upsert(regclass, regclass) IS
  'Merges the rows of a staging table by primary key, or else the first unique one: new keys are inserted, rows that differ are updated, '
  'and only the batches that a changed row is in are unpacked. The staging table has the key and any other columns, under the same '
  'names, and one row per key. For hypertables and for other tables; returns how many rows were inserted, updated, and the same already.';

CREATE FUNCTION tickbook._unpack_for_upsert(h tickbook.hypertable, c tickbook.compression, source text, key name[], others name[]) RETURNS text
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  in_key      CONSTANT name[] := ARRAY(SELECT s FROM unnest(c.segment_by) s WHERE s = ANY (key));
  segments    CONSTANT text := (SELECT string_agg(quote_ident(s), ', ') FROM unnest(in_key) s);
  time_column CONSTANT name := tickbook._key_column(h.storage);
  same_key    CONSTANT text := (SELECT string_agg(format('u.%1$I = s.%1$I', k), ' AND ') FROM unnest(key) k);
  near        tid[];
  changed     tid[];
BEGIN
  EXECUTE format('SELECT array_agg(b.ctid) FROM (SELECT %s min(%I) AS ".low", max(%2$I) AS ".high" FROM %3$s s%4$s) r '
                 'JOIN %5$s b ON %6$s%7$s',
                 segments || ',', time_column, source, ' GROUP BY ' || segments, c.batches,
                 (SELECT string_agg(format('b.%1$I = r.%1$I AND ', s), '') FROM unnest(in_key) s),
                 tickbook._overlapping(h, 'b', 'r.".low"', 'r.".high"')) INTO near;
  IF near IS NULL THEN
    RETURN '';
  END IF;
  IF others <> '{}' THEN
    EXECUTE format('WITH u AS MATERIALIZED (%s) SELECT array_agg(DISTINCT u.".ctid") FROM u JOIN %s s ON %s WHERE NOT ROW(%s)::record OPERATOR(pg_catalog.*=) ROW(%s)::record',
                   tickbook._unpacked(h.storage, c, format('(SELECT x.ctid, x.* FROM %s x WHERE x.ctid = ANY (%L))', c.batches, near), true), source, same_key,
                   (SELECT string_agg(format('u.%I', n), ', ') FROM unnest(others) n),
                   (SELECT string_agg(format('s.%I', n), ', ') FROM unnest(others) n)) INTO changed;
    PERFORM tickbook._unpack_batch(h.relation, batch) FROM unnest(changed) batch;
  END IF;
  RETURN format(' WHERE NOT EXISTS (SELECT FROM (%s) u WHERE %s)',
                tickbook._unpacked(h.storage, c, format('(SELECT x.* FROM %s x WHERE x.ctid = ANY (%L))', c.batches, near)), same_key);
END $$;
COMMENT ON FUNCTION tickbook._unpack_for_upsert(tickbook.hypertable, tickbook.compression, text, name[], name[]) IS
  'Unpacks the batches that have a row which differs from a staged one; returns a condition that leaves out staged rows which are packed already.';
