-- Writing to a hypertable whose public name is a view: triggers on the view hand every row to the storage, and unpack the
-- batch that a changed row is in. Keys stay unique because the storage looks into the batches after each statement.
-- These functions are made for each hypertable, belong to its owner and run as the owner: who may write through the view
-- is decided by the privileges on the view, so no one else may put them on a table of their own.

CREATE FUNCTION tickbook._equal(operator text, nulls_equal boolean, a text, b text) RETURNS text
  LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
  SELECT format(CASE WHEN nulls_equal THEN '(%1$s %2$s %3$s OR %1$s IS NULL AND %3$s IS NULL)' ELSE '%1$s %2$s %3$s' END, a, operator, b)
$$;
COMMENT ON FUNCTION tickbook._equal(text, boolean, text, text) IS 'Condition that two expressions are equal, as an index has it.';

CREATE FUNCTION tickbook._same_key(columns name[], operators text[], nulls_equal boolean, a text, b text) RETURNS text
  LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
  SELECT string_agg(tickbook._equal(operator, nulls_equal, a || quote_ident(name), b || quote_ident(name)), ' AND ' ORDER BY place)
    FROM unnest(columns, operators) WITH ORDINALITY u (name, operator, place)
$$;
COMMENT ON FUNCTION tickbook._same_key(name[], text[], boolean, text, text) IS
  'Condition that rows with the prefixes a and b have the same values in these columns.';

CREATE FUNCTION tickbook._same_segment(c tickbook.compression, batch text, row_name text) RETURNS text
  LANGUAGE sql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
  SELECT coalesce(string_agg(tickbook._equal(o.operator, true, batch || quote_ident(s), row_name || quote_ident(s)) || ' AND ', ''), '')
    FROM unnest(c.segment_by) s
   CROSS JOIN LATERAL (SELECT tickbook._equality(x.indexrelid, k.place::integer) AS operator
                         FROM pg_index x JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attname = s,
                              unnest(x.indkey::smallint[]) WITH ORDINALITY k (attnum, place)
                        WHERE x.indrelid = c.batches AND k.attnum = a.attnum ORDER BY x.indexrelid LIMIT 1) o
$$;
COMMENT ON FUNCTION tickbook._same_segment(tickbook.compression, text, text) IS
  'Condition, with AND at its end, that a batch is of the segment of a row.';

-- A statement that is writing to a chunk cannot switch off its triggers, and a BEFORE trigger could change rows that are
-- only moved, or drop them.
CREATE FUNCTION tickbook._unpack_batch(relation regclass, batch tid, chunk_in_use boolean) RETURNS bigint
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp SET timezone = 'UTC' SET datestyle = 'ISO' AS $$
DECLARE
  h       tickbook.hypertable  := tickbook._native_hypertable(relation);
  c       tickbook.compression := tickbook._compression(relation);
  chunk   regclass;
  first   timestamptz;
  rows    bigint;
  touched bigint;
  command text;
  culprit name;
BEGIN
  EXECUTE format('SELECT ".first", ".rows" FROM %s WHERE ctid = $1', c.batches) INTO first, rows USING batch;
  IF first IS NULL THEN
    RETURN 0;  -- another session was first
  END IF;
  chunk := tickbook._chunk_at(h, first);
  command := tickbook._unpack_command(h, c, chunk, format('b.ctid = %L', batch));
  IF chunk_in_use THEN
    SELECT t.tgname INTO culprit FROM pg_partition_tree(chunk) p JOIN pg_trigger t ON t.tgrelid = p.relid
     WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A') AND t.tgtype & 7 = 7 LIMIT 1;  -- FOR EACH ROW, BEFORE, INSERT
    IF FOUND THEN
      RAISE EXCEPTION USING ERRCODE = 'feature_not_supported',
        MESSAGE = format('packed rows of %s cannot be changed one by one, because trigger "%s" would see them as new rows', h.relation, culprit),
        HINT = format('First run SELECT tickbook.decompress_chunk(%L), or use tickbook.upsert().', chunk);
    END IF;
    EXECUTE command INTO touched;
  ELSE
    touched := tickbook._without_triggers(chunk, command);
  END IF;
  IF touched NOT IN (0, rows) THEN
    RAISE EXCEPTION USING ERRCODE = 'data_corrupted',
      MESSAGE = format('%s of %s rows of a batch of %s reached chunk %s', touched, rows, h.relation, chunk),
      HINT = format('Nothing was changed. Look for rules and triggers on %s that keep rows out.', chunk);
  END IF;
  RETURN touched;
END $$;
COMMENT ON FUNCTION tickbook._unpack_batch(regclass, tid, boolean) IS
  'Moves the rows of one batch back into their chunk; returns how many. chunk_in_use: called from a statement that writes to the chunk.';

-- A name is taken for good: functions are found again by what uses them, whatever they and their table are called by then.
CREATE FUNCTION tickbook._function_name(existing oid, relation regclass, suffix text) RETURNS text
  LANGUAGE sql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
  SELECT coalesce((SELECT format('%I.%I', n.nspname, p.proname) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE p.oid = existing),
                  (SELECT format('%I.%I', n.nspname, tickbook._free_name(n.oid, t.relname, suffix))
                     FROM pg_class t JOIN pg_namespace n ON n.oid = t.relnamespace WHERE t.oid = relation))
$$;
COMMENT ON FUNCTION tickbook._function_name(oid, regclass, text) IS 'Name of a function of a hypertable, or a free one if there is none yet.';

CREATE FUNCTION tickbook._trigger_function(relation regclass, trigger_name name) RETURNS oid
  LANGUAGE sql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
  SELECT tgfoid FROM pg_trigger WHERE tgrelid = relation AND tgname = trigger_name
$$;
COMMENT ON FUNCTION tickbook._trigger_function(regclass, name) IS 'The function that a trigger calls, or NULL.';

CREATE FUNCTION tickbook._between_function(c tickbook.compression) RETURNS oid
  LANGUAGE sql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
  SELECT p.oid FROM pg_proc p JOIN pg_class v ON v.reltype = p.prorettype
   WHERE v.oid = c.relation AND EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid
                                           AND d.refclassid = 'pg_class'::regclass AND d.refobjid = c.batches)
$$;
COMMENT ON FUNCTION tickbook._between_function(tickbook.compression) IS
  'The function that shows a range of time: the one that reads the batches and returns rows of the view. NULL if there is none yet.';

-- CREATE TRIGGER asks for EXECUTE; a trigger that fires does not.
CREATE FUNCTION tickbook._keep_to_owner(function_name text, storage regclass) RETURNS void
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  grantee text;
BEGIN
  PERFORM tickbook._own_like('FUNCTION', function_name || '()', storage);
  FOR grantee IN SELECT e.grantee FROM pg_proc p, tickbook._acl_entries(coalesce(p.proacl, acldefault('f', p.proowner))) e
                  WHERE p.oid = to_regprocedure(function_name || '()') AND e.grantee <> quote_ident(pg_get_userbyid(p.proowner)) LOOP
    EXECUTE format('REVOKE ALL ON FUNCTION %s() FROM %s', function_name, grantee);
  END LOOP;
END $$;
COMMENT ON FUNCTION tickbook._keep_to_owner(text, regclass) IS
  'Gives a trigger function the owner of storage and takes it from everyone else.';

-- Only what differs is altered: it takes a lock on the view. A sequence of an identity column is not for the writer to use.
CREATE FUNCTION tickbook._follow_defaults(h tickbook.hypertable) RETURNS void
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  command text;
BEGIN
  FOR command IN
    SELECT format('ALTER VIEW %s ALTER COLUMN %I ', tickbook._qualified(h.relation), v.attname) || coalesce('SET DEFAULT ' || wanted, 'DROP DEFAULT')
      FROM pg_attribute v LEFT JOIN pg_attrdef d ON d.adrelid = v.attrelid AND d.adnum = v.attnum
      JOIN pg_attribute a ON a.attrelid = h.storage AND a.attname = v.attname AND a.attnum > 0
      LEFT JOIN pg_attrdef s ON s.adrelid = a.attrelid AND s.adnum = a.attnum AND a.attgenerated = ''
     CROSS JOIN LATERAL (SELECT pg_get_expr(s.adbin, s.adrelid) AS wanted) w
     WHERE v.attrelid = h.relation AND v.attnum > 0 AND NOT v.attisdropped
       AND wanted IS DISTINCT FROM pg_get_expr(d.adbin, d.adrelid)
  LOOP
    PERFORM tickbook._patiently(command, h.relation);
  END LOOP;
END $$;
COMMENT ON FUNCTION tickbook._follow_defaults(tickbook.hypertable) IS 'Gives the columns of the public view the defaults of the storage.';

CREATE FUNCTION tickbook._show_writers(h tickbook.hypertable, c tickbook.compression) RETURNS void
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $outer$
DECLARE
  view_name   CONSTANT text := tickbook._qualified(h.relation);
  write_fn    CONSTANT text := tickbook._function_name(tickbook._trigger_function(h.relation, 'write'), h.relation, '_write');
  unique_fn   CONSTANT text := tickbook._function_name(tickbook._trigger_function(h.storage, 'tickbook_unique_insert'), h.relation, '_unique');
  time_column CONSTANT name := tickbook._key_column(h.storage);
  time_value  CONSTANT text := format('OLD.%I', time_column);
  returned    CONSTANT text := format('%s INTO %s', tickbook._column_list(h.storage, 's.'), tickbook._column_list(h.storage, 'NEW.'));
  same_row    CONSTANT text := format('s.%1$I = OLD.%1$I AND ROW(%2$s)::record OPERATOR(pg_catalog.*=) ROW(%3$s)::record', time_column,
                                      tickbook._column_list(h.storage, 's.'), tickbook._column_list(h.storage, 'OLD.'));
  unsettable  CONSTANT name[] := ARRAY(SELECT attname FROM pg_attribute WHERE attrelid = h.storage AND attnum > 0 AND NOT attisdropped
                                          AND (attgenerated <> '' OR attidentity = 'a'));
  settable    CONSTANT name[] := ARRAY(SELECT attname FROM pg_attribute WHERE attrelid = h.storage AND attnum > 0 AND NOT attisdropped
                                          AND attname <> ALL (unsettable) ORDER BY attnum);
  new_stored  CONSTANT text := (SELECT string_agg(format(CASE WHEN attidentity = '' THEN 'NEW.%I' ELSE 'coalesce(NEW.%I, nextval(%L))' END,
                                         attname, pg_get_serial_sequence(h.storage::text, attname)), ', ' ORDER BY attnum) FROM pg_attribute
                                 WHERE attrelid = h.storage AND attnum > 0 AND NOT attisdropped AND attgenerated = '');
  key         record;
  key_lookup  text;
  gone        text;
  keys        text := '';
  k           record;
BEGIN
  SELECT * INTO key FROM tickbook._unique_keys(h.storage) u WHERE NOT EXISTS (
    SELECT FROM pg_attribute a WHERE a.attrelid = h.storage AND a.attname = ANY (u.columns) AND NOT a.attnotnull) LIMIT 1;
  IF FOUND THEN
    key_lookup := tickbook._same_key(key.columns, key.operators, key.nulls_equal, 's.', 'OLD.');
    -- Not there any more, or there with other values: those are either this transaction's, as where an UPDATE ... FROM finds
    -- a row twice, or someone else's, whose change would be overwritten.
    gone := format($changed$
        SELECT s.xmin INTO ".place" FROM %1$s s WHERE %2$s;
        IF FOUND AND NOT tickbook._is_mine(".place".xmin) THEN
          RAISE EXCEPTION USING ERRCODE = 'serialization_failure',
            MESSAGE = format('a row of %%s was changed by another session meanwhile', TG_RELID::regclass),
            HINT = 'Run the statement again.';
        END IF;
        RETURN NULL;  -- deleted meanwhile$changed$, h.storage, key_lookup);
  ELSE
    gone := $changed$
        RAISE EXCEPTION USING ERRCODE = 'serialization_failure',
          MESSAGE = format('a row of %s was changed meanwhile, by another session or by this statement itself', TG_RELID::regclass),
          HINT = 'Run the statement again. If that fails too, it finds rows more than once, which goes only with a primary key.';$changed$;
  END IF;
  EXECUTE format($make$
    CREATE OR REPLACE FUNCTION %1$s() RETURNS trigger
      LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, tickbook, pg_temp SET jit = off AS $body$
    #variable_conflict use_column
    DECLARE
      ".place" record;
      ".batch" tid;
    BEGIN
      IF TG_OP = 'INSERT' THEN%2$s
        INSERT INTO %3$s AS s (%4$s) OVERRIDING SYSTEM VALUE VALUES (%5$s) RETURNING %6$s;
        RETURN CASE WHEN FOUND THEN NEW END;
      END IF;
      IF TG_OP = 'UPDATE' THEN
        NULL;%7$s
      END IF;
      -- A row that is no longer as the statement saw it may have been packed or unpacked since: look in both, twice.
      FOR ".attempt" IN 1 .. 2 LOOP
        SELECT s.ctid, s.tableoid INTO ".place" FROM %3$s s WHERE %8$s%9$s LIMIT 1 FOR UPDATE;
        EXIT WHEN FOUND;
        SELECT s.".ctid" INTO ".batch" FROM (%10$s) s WHERE %9$s LIMIT 1;
        EXIT WHEN NOT FOUND;
        PERFORM tickbook._unpack_batch(TG_RELID, ".batch", true);
      END LOOP;
      IF ".place" IS NULL THEN
        SELECT s.ctid, s.tableoid INTO ".place" FROM %3$s s WHERE %8$s%9$s LIMIT 1 FOR UPDATE;
      END IF;
      IF ".place" IS NULL THEN%11$s
      END IF;
      IF TG_OP = 'DELETE' THEN
        DELETE FROM %3$s s WHERE s.ctid = ".place".ctid AND s.tableoid = ".place".tableoid AND s.%12$I = OLD.%12$I;
        RETURN CASE WHEN FOUND THEN OLD END;
      END IF;
      UPDATE %3$s s SET (%13$s) = ROW(%14$s) WHERE s.ctid = ".place".ctid AND s.tableoid = ".place".tableoid AND s.%12$I = OLD.%12$I
        RETURNING %6$s;
      RETURN CASE WHEN FOUND THEN NEW END;
    END $body$ $make$,
    write_fn,
    (SELECT string_agg(format($refuse$
        IF NOT NEW.%1$I IS NULL THEN
          RAISE EXCEPTION USING ERRCODE = 'generated_always', MESSAGE = %2$L,
            HINT = 'Leave the column out; a value of your own goes into an identity column with INSERT INTO ' || %3$L || ' ... OVERRIDING SYSTEM VALUE.';
        END IF;$refuse$, n, format('cannot insert a non-DEFAULT value into column "%s"', n), h.storage::text), '') FROM unnest(unsettable) n),
    h.storage, tickbook._stored_columns(h.storage), new_stored, returned,
    (SELECT string_agg(format($refuse$
        IF NOT ROW(NEW.%1$I)::record OPERATOR(pg_catalog.*=) ROW(OLD.%1$I)::record THEN
          RAISE EXCEPTION USING ERRCODE = 'generated_always', MESSAGE = %2$L, HINT = 'Leave the column out.';
        END IF;$refuse$, n, format('column "%s" can only be updated to DEFAULT', n)), '') FROM unnest(unsettable) n),
    coalesce(key_lookup || ' AND ', ''), same_row,
    tickbook._unpacked(h.storage, c, format('(SELECT x.ctid, x.* FROM %s x WHERE %s%s)', c.batches,
      tickbook._same_segment(c, 'x.', 'OLD.'), tickbook._overlapping(h, 'x', time_value, time_value)), true),
    gone, time_column, (SELECT string_agg(quote_ident(n), ', ') FROM unnest(settable) n),
    (SELECT string_agg(format('NEW.%I', n), ', ') FROM unnest(settable) n));
  PERFORM tickbook._keep_to_owner(write_fn, h.storage);
  EXECUTE format('CREATE OR REPLACE TRIGGER write INSTEAD OF INSERT OR UPDATE OR DELETE ON %s FOR EACH ROW EXECUTE FUNCTION %s()',
                 view_name, write_fn);
  PERFORM tickbook._follow_defaults(h);

  FOR k IN SELECT u.*, ARRAY(SELECT s FROM unnest(c.segment_by) s WHERE s = ANY (u.columns)) AS segments FROM tickbook._unique_keys(h.storage) u LOOP
    keys := keys || format($make$
      SELECT array_agg(b.ctid) INTO ".batches"
        FROM (SELECT %1$smin(n.%2$I) AS ".low", max(n.%2$I) AS ".high" FROM new_rows n%3$s) r
        JOIN %4$s b ON %5$s%6$s;
      IF ".batches" IS NOT NULL THEN
        -- The plan is kept, so one that was made for a single row must do for a COPY too: batches are opened once, by
        -- themselves, and hashed.
        PERFORM set_config('enable_nestloop', 'off', true);
        WITH u AS MATERIALIZED (%7$s)
        SELECT concat_ws(', ', %8$s) INTO ".duplicate" FROM u JOIN new_rows r ON %9$s LIMIT 1;
        IF FOUND THEN
          RAISE EXCEPTION USING ERRCODE = 'unique_violation', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, CONSTRAINT = %10$L,
            MESSAGE = %11$L, DETAIL = format('Key (%%s)=(%%s) already exists.', %12$L, ".duplicate");
        END IF;
        PERFORM set_config('enable_nestloop', ".nestloop", true);
      END IF;$make$,
      (SELECT string_agg(format('n.%I, ', s), '') FROM unnest(k.segments) s), time_column,
      ' GROUP BY ' || (SELECT string_agg(format('n.%I', s), ', ') FROM unnest(k.segments) s),
      c.batches,
      tickbook._same_key(k.segments, ARRAY(SELECT k.operators[array_position(k.columns, s)] FROM unnest(k.segments) s), k.nulls_equal, 'b.', 'r.') || ' AND ',
      tickbook._overlapping(h, 'b', 'r.".low"', 'r.".high"'),
      tickbook._unpacked(h.storage, c, format('(SELECT x.* FROM %s x WHERE x.ctid = ANY (".batches"))', c.batches)),
      (SELECT string_agg(format('r.%I', n), ', ') FROM unnest(k.columns) n),
      tickbook._same_key(k.columns, k.operators, k.nulls_equal, 'r.', 'u.'),
      k.constraint_name, format('duplicate key value violates unique constraint "%s"', k.constraint_name),
      (SELECT string_agg(quote_ident(n), ', ') FROM unnest(k.columns) n));
  END LOOP;
  IF keys <> '' THEN
    EXECUTE format($make$
      CREATE OR REPLACE FUNCTION %s() RETURNS trigger
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, tickbook, pg_temp SET jit = off AS $body$
      #variable_conflict use_column
      DECLARE
        ".batches"   tid[];
        ".duplicate" text;
        ".nestloop"  CONSTANT text := current_setting('enable_nestloop');
      BEGIN%s
        RETURN NULL;
      END $body$ $make$, unique_fn, keys);
    PERFORM tickbook._keep_to_owner(unique_fn, h.storage);
    EXECUTE format('CREATE OR REPLACE TRIGGER tickbook_unique_insert AFTER INSERT ON %s REFERENCING NEW TABLE AS new_rows '
                   'FOR EACH STATEMENT EXECUTE FUNCTION %s()', h.storage, unique_fn);
    EXECUTE format('CREATE OR REPLACE TRIGGER tickbook_unique_update AFTER UPDATE ON %s REFERENCING NEW TABLE AS new_rows '
                   'FOR EACH STATEMENT EXECUTE FUNCTION %s()', h.storage, unique_fn);
  END IF;
END $outer$;
COMMENT ON FUNCTION tickbook._show_writers(tickbook.hypertable, tickbook.compression) IS
  'Makes, or brings up to date, what lets the public view of a hypertable be written to, and keeps its keys unique.';

-- Savepoints have transaction ids of their own, later than that of the transaction. A row that can be seen although the
-- transaction that wrote it is still in progress was written by this one.
CREATE FUNCTION tickbook._is_mine(row_xmin xid) RETURNS boolean
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  current CONSTANT bigint := pg_current_xact_id()::text::bigint;
  later   CONSTANT bigint := (row_xmin::text::bigint - current) & 4294967295;
BEGIN
  RETURN later < 2147483648 AND pg_xact_status((current + later)::text::xid8) = 'in progress';
END $$;
COMMENT ON FUNCTION tickbook._is_mine(xid) IS 'Whether a row that can be seen was written by the running transaction, or in a savepoint of it.';

-- As INSERT would take it: rounded to its scale, but never cut off. A cast that is written out would cut off.
CREATE FUNCTION tickbook._assigned(value text, type_id oid, modifier integer) RETURNS text
  LANGUAGE sql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
  SELECT CASE WHEN b.base_modifier = -1 OR k.castfunc IS NULL THEN format('%s::%s', value, format_type(type_id, modifier))
              WHEN t.typelem <> 0 AND t.typcategory = 'A' THEN format('%s::%s', value, format_type(b.base, -1))
              ELSE format('%s(%s::%s, %s, false)::%s', k.castfunc::regproc, value, format_type(b.base, -1), b.base_modifier, format_type(type_id, -1)) END
    FROM tickbook._base_type(type_id, modifier) b JOIN pg_type t ON t.oid = b.base
    LEFT JOIN (pg_cast k JOIN pg_proc f ON f.oid = k.castfunc AND f.pronargs = 3)
           ON k.castsource = k.casttarget AND k.castsource = CASE WHEN t.typcategory = 'A' THEN t.typelem ELSE t.oid END
$$;
COMMENT ON FUNCTION tickbook._assigned(text, oid, integer) IS
  'Expression that makes a value one of a column''s type, with an error where it is too long.';

CREATE FUNCTION tickbook.upsert(relation regclass, staging regclass, OUT inserted bigint, OUT updated bigint, OUT unchanged bigint)
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  h        tickbook.hypertable;
  target   regclass := relation;
  packed   boolean := false;
  key      record;
  columns  name[];
  others   name[];
  staged   bigint;
  source   text;
  stray    text;
  in_range text := '';
BEGIN
  IF relation IS NULL OR staging IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'null_value_not_allowed',
      MESSAGE = 'upsert needs two tables, and got NULL for one',
      HINT = 'SELECT tickbook.upsert(''bars'', ''staging'').';
  END IF;
  IF tickbook._is_hypertable(relation) THEN
    h := tickbook._native_hypertable(relation);
    target := h.storage;
    packed := h.relation <> h.storage;
  END IF;
  IF packed AND NOT (has_table_privilege(target, 'SELECT') AND has_table_privilege(target, 'INSERT') AND has_table_privilege(target, 'UPDATE')
                     AND has_table_privilege((tickbook._compression(relation)).batches, 'SELECT')) THEN
    RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
      MESSAGE = format('permission denied to upsert into %s', relation),
      HINT = format('It takes SELECT on the name and SELECT, INSERT and UPDATE on %s; or INSERT and UPDATE by name.', target);
  END IF;
  SELECT * INTO key FROM tickbook._unique_keys(target) LIMIT 1;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_table_definition',
      MESSAGE = format('%s has no primary key to merge by', relation),
      HINT = format('Add one: ALTER TABLE %s ADD PRIMARY KEY (...).', target);
  END IF;
  -- The staging table may have fewer columns; those of the key must be among them, and none that is unknown.
  SELECT array_agg(s.attname ORDER BY s.attnum), min(s.attname) FILTER (WHERE t.attname IS NULL) INTO columns, stray
    FROM pg_attribute s LEFT JOIN pg_attribute t ON t.attrelid = target AND t.attname = s.attname AND t.attnum > 0 AND NOT t.attisdropped
   WHERE s.attrelid = staging AND s.attnum > 0 AND NOT s.attisdropped AND coalesce(t.attgenerated, '') = '';
  stray := coalesce(stray, (SELECT min(k) FROM unnest(key.columns) k WHERE k <> ALL (columns)));
  IF stray IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'undefined_column',
      MESSAGE = format('staging table %s and %s do not fit: column "%s" is in one only', staging, relation, stray),
      HINT = format('Stage the key (%s) and any other columns of %s, under the same names.', array_to_string(key.columns, ', '), relation);
  END IF;
  -- PostgreSQL says itself which types do not go into which columns.
  EXECUTE (SELECT format('EXPLAIN INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE SELECT %2$s FROM %3$s', target, string_agg(quote_ident(n), ', '), staging)
             FROM unnest(columns) n);
  others := ARRAY(SELECT a.attname FROM pg_attribute a
                   WHERE a.attrelid = target AND a.attname = ANY (columns) AND a.attname <> ALL (key.columns) AND a.attidentity <> 'a' ORDER BY a.attnum);
  source := (SELECT format('(SELECT %s FROM %s ".s")',
                           string_agg(format('%s AS %I', tickbook._assigned(format('".s".%I', a.attname), a.atttypid, a.atttypmod), a.attname), ', '), staging)
               FROM pg_attribute a WHERE a.attrelid = target AND a.attname = ANY (columns));
  EXECUTE format('SELECT (SELECT count(*) FROM %s), (SELECT concat_ws('', '', %2$s) FROM %3$s ".s" WHERE %4$s GROUP BY %2$s HAVING count(*) > 1 LIMIT 1)',
                 staging, (SELECT string_agg(format('".s".%I', k), ', ') FROM unnest(key.columns) k), source,
                 CASE WHEN key.nulls_equal THEN 'true'
                      ELSE (SELECT string_agg(format('".s".%I IS NOT NULL', k), ' AND ') FROM unnest(key.columns) k) END) INTO staged, stray;
  IF stray IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'cardinality_violation',
      MESSAGE = format('staging table %s has more than one row for key (%s)=(%s)',
        staging, array_to_string(key.columns, ', '), stray),
      HINT = format('Keep one row per key: DELETE FROM %s a USING %1$s b WHERE a.ctid < b.ctid AND (%2$s).', staging,
        (SELECT string_agg(format('a.%1$I = b.%1$I', k), ' AND ') FROM unnest(key.columns) k));
  END IF;

  -- Said as constants, so that the planner leaves out the chunks that are not concerned.
  IF h.relation IS NOT NULL THEN
    EXECUTE format('SELECT format('' AND ".u".%%I BETWEEN %%L AND %%L'', %1$L, min(".s".%1$I), max(".s".%1$I)) FROM %2$s ".s"',
                   tickbook._key_column(h.storage), source) INTO in_range;
  END IF;
  IF packed THEN
    PERFORM tickbook._follow_columns(h, tickbook._compression(h.relation));
  END IF;
  FOR attempt IN 1 .. 3 LOOP
    BEGIN
      SELECT * INTO inserted, updated FROM tickbook._merge(target, source, columns, others, key.columns, key.operators, key.nulls_equal, in_range,
        CASE WHEN packed THEN tickbook._unpack_for_upsert(h, tickbook._compression(h.relation), source, key.columns, key.operators, key.nulls_equal, others)
             ELSE '' END);
      EXIT;
    EXCEPTION WHEN unique_violation THEN
      -- Rows that were looked for in the storage may have been packed since: look again.
      IF attempt = 3 OR NOT packed THEN
        RAISE;
      END IF;
    END;
  END LOOP;
  unchanged := staged - inserted - updated;
END $$;
COMMENT ON FUNCTION tickbook.upsert(regclass, regclass) IS
  'Merges the rows of a staging table by primary key, or else the first unique one: new keys are inserted, rows that differ are updated, '
  'and only the batches that a changed row is in are unpacked. The staging table has the key and any other columns, under the same '
  'names, and one row per key; its values are converted as INSERT would. For hypertables, of which only the owner '
  'changes packed rows, and for other tables; returns how many rows were inserted, updated, and the same already.';

-- Which keys were there already is asked for by itself: RETURNING xmax does not work for a partitioned table.
CREATE FUNCTION tickbook._merge(target regclass, source text, columns name[], others name[], key name[], operators text[], nulls_equal boolean,
                                in_range text, fresh text, OUT inserted bigint, OUT updated bigint)
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
BEGIN
  EXECUTE format('WITH known AS MATERIALIZED (SELECT %5$s, true AS ".known" FROM %3$s ".s" WHERE EXISTS (SELECT FROM %1$s ".u" WHERE %7$s%9$s)), '
                 'merged AS (INSERT INTO %1$s AS ".t" (%2$s) OVERRIDING SYSTEM VALUE SELECT %2$s FROM %3$s ".s"%4$s ON CONFLICT (%5$s) DO %6$s '
                 'RETURNING %8$s) SELECT count(*) - count(".u".".known"), count(".u".".known") FROM merged ".s" LEFT JOIN known ".u" ON %7$s',
                 target, (SELECT string_agg(quote_ident(n), ', ') FROM unnest(columns) n), source, fresh,
                 (SELECT string_agg(quote_ident(k), ', ') FROM unnest(key) k),
                 CASE WHEN others = '{}' THEN 'NOTHING' ELSE format('UPDATE SET (%s) = ROW(%s) WHERE NOT ROW(%s)::record OPERATOR(pg_catalog.*=) ROW(%2$s)::record',
                   (SELECT string_agg(quote_ident(n), ', ') FROM unnest(others) n),
                   (SELECT string_agg(format('EXCLUDED.%I', n), ', ') FROM unnest(others) n),
                   (SELECT string_agg(format('".t".%I', n), ', ') FROM unnest(others) n)) END,
                 tickbook._same_key(key, operators, nulls_equal, '".u".', '".s".'),
                 (SELECT string_agg(format('".t".%I', k), ', ') FROM unnest(key) k), in_range)
    INTO inserted, updated;
END $$;
COMMENT ON FUNCTION tickbook._merge(regclass, text, name[], name[], name[], text[], boolean, text, text) IS
  'Inserts the rows of source, but those that the condition fresh leaves out, or updates what has their key, within the condition '
  'in_range; returns how many of each.';

CREATE FUNCTION tickbook._unpack_for_upsert(h tickbook.hypertable, c tickbook.compression, source text,
                                            key name[], operators text[], nulls_equal boolean, others name[]) RETURNS text
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  in_key      CONSTANT name[] := ARRAY(SELECT s FROM unnest(c.segment_by) s WHERE s = ANY (key));
  segments    CONSTANT text := (SELECT string_agg(format('".s".%I', s), ', ') FROM unnest(in_key) s);
  time_column CONSTANT name := tickbook._key_column(h.storage);
  same_key    CONSTANT text := tickbook._same_key(key, operators, nulls_equal, '".u".', '".s".');
  near        tid[];
  changed     tid[];
BEGIN
  EXECUTE format('SELECT array_agg(b.ctid) FROM (SELECT %s min(".s".%I) AS ".low", max(".s".%2$I) AS ".high" FROM %3$s ".s"%4$s) r '
                 'JOIN %5$s b ON %6$s%7$s',
                 segments || ',', time_column, source, ' GROUP BY ' || segments, c.batches,
                 tickbook._same_key(in_key, ARRAY(SELECT operators[array_position(key, s)] FROM unnest(in_key) s), nulls_equal, 'b.', 'r.') || ' AND ',
                 tickbook._overlapping(h, 'b', 'r.".low"', 'r.".high"')) INTO near;
  IF near IS NULL THEN
    RETURN '';
  END IF;
  IF others <> '{}' THEN
    EXECUTE format('WITH u AS MATERIALIZED (%s) SELECT array_agg(DISTINCT ".u".".ctid") FROM u ".u" JOIN %s ".s" ON %s WHERE NOT ROW(%s)::record OPERATOR(pg_catalog.*=) ROW(%s)::record',
                   tickbook._unpacked(h.storage, c, format('(SELECT x.ctid, x.* FROM %s x WHERE x.ctid = ANY (%L))', c.batches, near), true), source, same_key,
                   (SELECT string_agg(format('".u".%I', n), ', ') FROM unnest(others) n),
                   (SELECT string_agg(format('".s".%I', n), ', ') FROM unnest(others) n)) INTO changed;
    IF changed IS NOT NULL AND NOT (SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = h.storage) THEN
      RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
        MESSAGE = format('must be owner of %s to change packed rows of it by upsert', h.relation),
        HINT = 'Batches are opened as the owner. Run it as a member of the role that owns it, or UPDATE by name.';
    END IF;
    PERFORM tickbook._unpack_batch(h.relation, batch, false) FROM unnest(changed) batch;
  END IF;
  RETURN format(' WHERE NOT EXISTS (SELECT FROM (%s) ".u" WHERE %s)',
                tickbook._unpacked(h.storage, c, format('(SELECT x.* FROM %s x WHERE x.ctid = ANY (%L))', c.batches, near)), same_key);
END $$;
COMMENT ON FUNCTION tickbook._unpack_for_upsert(tickbook.hypertable, tickbook.compression, text, name[], text[], boolean, name[]) IS
  'Unpacks the batches that have a row which differs from a staged one; returns a condition that leaves out staged rows which are packed already.';
