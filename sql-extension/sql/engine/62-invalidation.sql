-- Noticing changes. Statement-level triggers on the storage's root, one set per aggregate: which triggers fire is
-- decided by the newest catalog, so that a transaction with an old snapshot cannot miss an aggregate.
--
-- UPDATE and DELETE hand over their rows. INSERT and COPY do not: a transition table would keep PostgreSQL from inserting
-- many rows at a time (COPY took 1.4 times as long). The session's counters tell which chunks got rows, at no cost per row.
--
-- These functions run as the owner of Tickbook, and anyone can make a trigger that calls them, with any arguments. So they
-- log for an aggregate only what happens to its own tables, read nothing but transition tables, and find those only where
-- the trigger has them: otherwise old_rows could be a temporary view of the caller's.

-- An aggregate of an aggregate changes with the tables that the inner one joins.
CREATE FUNCTION tickbook._joined_tables(relation regclass) RETURNS SETOF regclass
  LANGUAGE sql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
  WITH RECURSIVE chain AS (
    SELECT a.* FROM tickbook.continuous_aggregate a WHERE a.relation = _joined_tables.relation
    UNION ALL
    SELECT a.* FROM chain JOIN tickbook.continuous_aggregate a ON a.relation = chain.source AND a.id < chain.id)
  SELECT DISTINCT d.refobjid::regclass
    FROM chain
    JOIN pg_rewrite w ON w.ev_class = chain.relation
    JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_class'::regclass
   WHERE d.refobjid NOT IN (chain.relation, chain.source, chain.storage, chain.materialized)
$$;
COMMENT ON FUNCTION tickbook._joined_tables(regclass) IS 'Tables that a continuous aggregate joins, and those it is made of.';

CREATE FUNCTION tickbook._check_watched(aggregate integer, relation regclass) RETURNS void
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
BEGIN
  -- An aggregate that is newer than the snapshot is not there to be asked.
  IF EXISTS (SELECT FROM tickbook.continuous_aggregate a WHERE a.id = aggregate AND a.storage <> _check_watched.relation
                AND _check_watched.relation NOT IN (SELECT tickbook._joined_tables(a.relation))) THEN
    RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
      MESSAGE = format('%s is no table of continuous aggregate %s', relation,
                       (SELECT a.relation FROM tickbook.continuous_aggregate a WHERE a.id = aggregate)),
      HINT = format('Drop the trigger of %s that calls a function of schema tickbook.', relation);
  END IF;
END $$;
COMMENT ON FUNCTION tickbook._check_watched(integer, regclass) IS
  'Raises an error if changes of a table are not to be logged for an aggregate.';

CREATE FUNCTION tickbook._log_inserts() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, tickbook, pg_temp SET timezone = 'UTC' AS $$
BEGIN
  PERFORM tickbook._check_watched(TG_ARGV[0]::integer, TG_RELID);
  IF NOT current_setting('track_counts')::boolean THEN
    INSERT INTO tickbook.invalidation VALUES (TG_ARGV[0]::integer, NULL, '-infinity', 'infinity');
    RETURN NULL;
  END IF;
  -- The counters go on to count until they are reported; without this a transaction would seem to have written to the
  -- chunks of the one before too.
  PERFORM pg_stat_force_next_flush();
  IF current_setting('transaction_isolation') = 'read committed' THEN
    INSERT INTO tickbook.invalidation (aggregate, chunk)
      SELECT DISTINCT TG_ARGV[0]::integer, i.inhrelid::regclass
        FROM pg_inherits i LEFT JOIN pg_inherits j ON j.inhparent = i.inhrelid
       WHERE i.inhparent = TG_RELID AND pg_stat_get_xact_tuples_inserted(coalesce(j.inhrelid, i.inhrelid)) > 0;
  ELSE  -- a chunk can be newer than the snapshot
    INSERT INTO tickbook.invalidation (aggregate, chunk)
      SELECT DISTINCT TG_ARGV[0]::integer, CASE t.level WHEN 1 THEN t.relid ELSE t.parentrelid END
        FROM pg_partition_tree(TG_RELID) t
       WHERE t.isleaf AND pg_stat_get_xact_tuples_inserted(t.relid) > 0;
  END IF;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION tickbook._log_inserts() IS 'Trigger: notes for an aggregate which chunks a statement added rows to.';

CREATE FUNCTION tickbook._log_changes() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, tickbook, pg_temp SET timezone = 'UTC' AS $$
DECLARE
  time_column CONSTANT name := tickbook._key_column(TG_RELID);  -- as it is called now
BEGIN
  PERFORM tickbook._check_watched(TG_ARGV[0]::integer, TG_RELID);
  PERFORM pg_stat_force_next_flush();  -- rows may have been unpacked for this
  -- A trigger that is newer than the snapshot is not there to be asked.
  IF NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = TG_RELID AND t.tgname = TG_NAME AND t.tgoldtable = 'old_rows'
                    AND (TG_OP = 'DELETE' OR t.tgnewtable = 'new_rows')) THEN
    INSERT INTO tickbook.invalidation VALUES (TG_ARGV[0]::integer, NULL, '-infinity', 'infinity');
    RETURN NULL;
  END IF;
  -- No one's own type may bring its own cast along.
  IF NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = TG_RELID AND a.attname = time_column
                    AND a.atttypid IN ('date'::regtype, 'timestamp'::regtype, 'timestamptz'::regtype)) THEN
    RAISE EXCEPTION USING ERRCODE = 'wrong_object_type',
      MESSAGE = format('%s is not partitioned by a time', TG_RELID::regclass),
      HINT = 'This trigger belongs to a continuous aggregate: drop it with tickbook.drop_continuous_aggregate(name).';
  END IF;
  -- One range per day that was touched, or one in all if those are many.
  EXECUTE format($query$
    WITH days AS (
      SELECT min(t) AS first, max(t) AS last
        FROM (SELECT %1$I::timestamptz AS t FROM old_rows%2$s) r
       GROUP BY date_trunc('day', t))
    INSERT INTO tickbook.invalidation
      SELECT $1, NULL, first, last FROM days WHERE (SELECT count(*) FROM days) <= 100
      UNION ALL
      SELECT $1, NULL, min(first), max(last) FROM days HAVING count(*) > 100$query$, time_column,
    CASE TG_OP WHEN 'UPDATE' THEN format(' UNION ALL SELECT %I FROM new_rows', time_column) ELSE '' END)
    USING TG_ARGV[0]::integer;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION tickbook._log_changes() IS 'Trigger: notes for an aggregate what an UPDATE or DELETE touched.';

CREATE FUNCTION tickbook._log_everything() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, tickbook, pg_temp AS $$
BEGIN
  PERFORM tickbook._check_watched(TG_ARGV[0]::integer, TG_RELID);
  INSERT INTO tickbook.invalidation VALUES (TG_ARGV[0]::integer, NULL, '-infinity', 'infinity');
  RETURN NULL;
END $$;
COMMENT ON FUNCTION tickbook._log_everything() IS
  'Trigger: notes for an aggregate that its hypertable was truncated, or that a table it joins was changed.';

-- A row's xmin changes when it moves, so this comes before rows leave DEFAULT, or a chunk for its batches. What another
-- session is just resolving may be passed over only where a log row whose rows are gone stands for the whole chunk still.
CREATE FUNCTION tickbook._resolve_inserts(
  a tickbook.continuous_aggregate, doubtful regclass, pass_over boolean DEFAULT false
) RETURNS void
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp SET timezone = 'UTC' SET jit = off AS $$
DECLARE
  time_column CONSTANT name := tickbook._key_column(a.storage);
  writers     CONSTANT xid[] := ARRAY(SELECT DISTINCT xmin FROM tickbook.invalidation WHERE aggregate = a.id AND chunk = doubtful LIMIT 2);
BEGIN
  -- The rows of one writer take half the time to find. If there are two by now, all of the chunk becomes pending.
  EXECUTE format($query$
    WITH log AS (
      DELETE FROM tickbook.invalidation WHERE aggregate = $1 AND chunk = $2%3$s
        RETURNING xmin AS writer, xmin = written_by::xid AS usable),
    found AS MATERIALIZED (
      SELECT d.xmin AS writer, min(d.%1$I) AS first, max(d.%1$I) AS last
        FROM %2$s d WHERE d.xmin %4$s GROUP BY d.xmin, date_trunc('day', d.%1$I))
    INSERT INTO tickbook.invalidation (aggregate, first, last)
      SELECT $1, first, last FROM found
      UNION ALL
      SELECT $1, coalesce(lower(r), '-infinity'), coalesce(upper(r) - interval '1 microsecond', 'infinity')
        FROM unnest(tickbook._chunk_ranges($3, $2)) r
       WHERE EXISTS (SELECT FROM log WHERE NOT usable OR writer NOT IN (SELECT writer FROM found))$query$,
    time_column, doubtful, CASE WHEN pass_over THEN
      ' AND ctid = ANY (ARRAY(SELECT ctid FROM tickbook.invalidation WHERE aggregate = $1 AND chunk = $2 FOR UPDATE SKIP LOCKED))'
      ELSE '' END, CASE cardinality(writers) WHEN 1 THEN format('= %L', writers[1]) ELSE 'IN (SELECT writer FROM log WHERE usable)' END)
    USING a.id, doubtful, a.storage;
END $$;
COMMENT ON FUNCTION tickbook._resolve_inserts(tickbook.continuous_aggregate, regclass, boolean) IS
  'Replaces log rows that name a chunk by the ranges of time that were written in it.';

CREATE FUNCTION tickbook._before_move(storage regclass, default_chunk regclass) RETURNS void
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
BEGIN
  PERFORM tickbook._resolve_inserts(a, default_chunk) FROM tickbook._aggregates_of(storage) a
    WHERE EXISTS (SELECT FROM tickbook.invalidation i WHERE i.aggregate = a.id AND i.chunk = default_chunk);
END $$;
COMMENT ON FUNCTION tickbook._before_move(regclass, regclass) IS 'To be called before rows move from DEFAULT into a chunk.';

CREATE FUNCTION tickbook._before_packing(storage regclass, chunk regclass) RETURNS void
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
BEGIN
  PERFORM tickbook._resolve_inserts(a, chunk, true) FROM tickbook._aggregates_of(storage) a
    WHERE EXISTS (SELECT FROM tickbook.invalidation i WHERE i.aggregate = a.id AND i.chunk = _before_packing.chunk);
END $$;
COMMENT ON FUNCTION tickbook._before_packing(regclass, regclass) IS
  'To be called before rows of a chunk are packed, so that only what was written in it becomes pending, not all of it.';

CREATE FUNCTION tickbook._watch(aggregate integer, storage regclass, joined regclass[]) RETURNS void
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  command text;
  item    record;
  foreign_table regclass;
BEGIN
  -- Anyone with the TRIGGER privilege can make a trigger, but only the owner of its table can drop it again.
  SELECT c.oid INTO foreign_table FROM pg_class c WHERE c.oid = ANY (storage || joined) AND NOT pg_has_role(c.relowner, 'USAGE') LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege', MESSAGE = format('must be owner of %s', foreign_table),
      HINT = 'A continuous aggregate belongs to whoever owns the tables that it reads. Run this as the owner, or as a member of the role '
             'that owns it.';
  END IF;
  PERFORM tickbook._patiently(format('LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE', storage), storage);
  FOR command IN
    SELECT format('CREATE TRIGGER %I AFTER %s ON %s%s FOR EACH STATEMENT EXECUTE FUNCTION tickbook.%I(%L)',
                  format('tickbook_aggregate_%s_%s', aggregate, lower(event)), event, storage, tables, handler,
                  aggregate)
      FROM (VALUES ('INSERT', '', '_log_inserts'),
                   ('UPDATE', ' REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows', '_log_changes'),
                   ('DELETE', ' REFERENCING OLD TABLE AS old_rows', '_log_changes'),
                   ('TRUNCATE', '', '_log_everything')) t (event, tables, handler)
    UNION ALL
    SELECT format('CREATE TRIGGER %I AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON %s FOR EACH STATEMENT '
                  'EXECUTE FUNCTION tickbook._log_everything(%L)', format('tickbook_aggregate_%s_joined', aggregate), j,
                  aggregate)
      FROM unnest(joined) j
  LOOP
    EXECUTE command;
  END LOOP;
  -- In sessions that apply what another server or a dump has, too.
  FOR item IN SELECT tgname, tgrelid::regclass AS relation FROM pg_trigger
               WHERE tgrelid = ANY (storage || joined) AND tgname LIKE format('tickbook\_aggregate\_%s\_%%', aggregate) LOOP
    EXECUTE format('ALTER TABLE ONLY %s ENABLE ALWAYS TRIGGER %I', item.relation, item.tgname);
  END LOOP;
END $$;
COMMENT ON FUNCTION tickbook._watch(integer, regclass, regclass[]) IS
  'From the end of this transaction on, every change is logged for the aggregate; waits for writers to finish.';

CREATE FUNCTION tickbook._unwatch(aggregate integer) RETURNS void
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  item record;
BEGIN
  FOR item IN SELECT tgname, tgrelid::regclass AS relation FROM pg_trigger
               WHERE NOT tgisinternal AND tgname LIKE format('tickbook\_aggregate\_%s\_%%', aggregate)
                 AND tgfoid IN ('tickbook._log_inserts'::regproc, 'tickbook._log_changes'::regproc, 'tickbook._log_everything'::regproc)
  LOOP
    PERFORM tickbook._patiently(format('DROP TRIGGER %I ON %s', item.tgname, item.relation), item.relation);
  END LOOP;
END $$;
COMMENT ON FUNCTION tickbook._unwatch(integer) IS 'Ends what _watch() began.';
