-- What happens to continuous aggregates when their hypertable loses chunks or changes its form, and their policies.

-- Retention never takes rows of a bucket that is not over: one that reaches into a chunk that stays, or past the end of the
-- last chunk and of today. Its other rows stay with it, for one more bucket.
CREATE FUNCTION tickbook._without_living_buckets(storage regclass, doomed regclass[]) RETURNS regclass[]
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp SET timezone = 'UTC' AS $$
DECLARE
  a       tickbook.continuous_aggregate;
  staying tstzmultirange;
  needed  regclass[];
BEGIN
  SELECT coalesce(range_agg(tstzrange(c.range_start, c.range_end)) FILTER (WHERE c.chunk <> ALL (doomed)), '{}')
         + tstzmultirange(tstzrange(greatest(max(c.range_end), now()), NULL)) INTO staying
    FROM tickbook._native_chunks(storage) c;
  FOR a IN SELECT c.* FROM tickbook._aggregates_of(storage) c WHERE NOT tickbook._is_aggregate(c.source) LOOP
    needed := ARRAY(SELECT c.chunk FROM tickbook._native_chunks(storage) c
                     WHERE c.chunk = ANY (doomed)
                       AND tstzrange(c.range_start, c.range_end) && (tickbook._aligned(a, staying) - a.frozen) ORDER BY c.range_start);
    IF needed <> '{}' THEN
      RAISE NOTICE 'keeping % of %: continuous aggregate % has a bucket in % that is not over', array_to_string(needed, ', '),
        (SELECT h.relation FROM tickbook.hypertable h WHERE h.storage = _without_living_buckets.storage), a.relation,
        CASE cardinality(needed) WHEN 1 THEN 'it' ELSE 'them' END;
      doomed := ARRAY(SELECT d FROM unnest(doomed) WITH ORDINALITY u (d, n) WHERE d <> ALL (needed) ORDER BY n);
    END IF;
  END LOOP;
  RETURN doomed;
END $$;
COMMENT ON FUNCTION tickbook._without_living_buckets(regclass, regclass[]) IS
  'The chunks that may be dropped: without those that a bucket of a continuous aggregate needs that is not over.';

-- Retention keeps history: what is pending of the doomed chunks is computed while the rows are there, and from then on
-- those buckets stay as they are. An aggregate of an aggregate still has all its rows, so it goes on as before.
CREATE FUNCTION tickbook._keep_history(storage regclass, doomed regclass[]) RETURNS void
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp SET timezone = 'UTC' AS $$
DECLARE
  a     tickbook.continuous_aggregate;
  lost  tstzmultirange;
  again tstzrange;
BEGIN
  SELECT range_agg(tstzrange(c.range_start, c.range_end)) INTO lost FROM tickbook._native_chunks(storage) c WHERE c.chunk = ANY (doomed);
  FOR a IN SELECT c.* FROM tickbook._aggregates_of(storage) c WHERE NOT tickbook._is_aggregate(c.source) LOOP
    PERFORM tickbook._lock_aggregate(a);
    a := tickbook._take_log(tickbook._check_names(tickbook._continuous_aggregate(a.relation)));
    a.pending := a.pending - a.frozen;
    FOR again IN SELECT unnest(a.pending * tickbook._aligned(a, lost)) LOOP
      PERFORM tickbook._compute(a, again);
    END LOOP;
    UPDATE tickbook.continuous_aggregate c
       SET pending = a.pending - tickbook._aligned(a, lost), frozen = a.frozen + tickbook._aligned(a, lost)
     WHERE c.relation = a.relation;
  END LOOP;
END $$;
COMMENT ON FUNCTION tickbook._keep_history(regclass, regclass[]) IS
  'To be called before chunks are dropped: completes and freezes the buckets that rows of those chunks are in.';

CREATE FUNCTION tickbook._refuse_aggregates(h tickbook.hypertable) RETURNS void
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  names text;
BEGIN
  SELECT string_agg(a.relation::text, ', ' ORDER BY a.id DESC) INTO names
    FROM tickbook.continuous_aggregate a JOIN pg_class c ON c.oid = a.relation WHERE a.storage = h.storage;
  IF names IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'dependent_objects_still_exist',
      MESSAGE = format('cannot revert hypertable %s because it has continuous aggregates: %s', h.relation, names),
      HINT = 'Drop them first with tickbook.drop_continuous_aggregate(name), in this order.';
  END IF;
END $$;
COMMENT ON FUNCTION tickbook._refuse_aggregates(tickbook.hypertable) IS
  'Raises an error if a hypertable has continuous aggregates.';

-- enable_compression() and disable_compression() put another relation under the public name. The views of the aggregates
-- let go of the old one before and take hold of the new one after, in the same transaction.
CREATE FUNCTION tickbook._let_go(storage regclass) RETURNS bigint
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
BEGIN
  -- Of a view this locks the view first and then its tables, as its readers do.
  EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', tickbook._qualified((tickbook._native_hypertable(storage)).relation));
  PERFORM tickbook._show_aggregate(tickbook._check_names(a), false) FROM tickbook._aggregates_of(storage) a
    JOIN tickbook.hypertable h ON a.source = h.relation;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION tickbook._let_go(regclass) IS
  'To be called, patiently, before another relation gets the public name of a hypertable: locks it, and its aggregates no '
  'longer read it.';

CREATE FUNCTION tickbook._take_hold(storage regclass) RETURNS void
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
BEGIN
  UPDATE tickbook.continuous_aggregate a SET source = h.relation FROM tickbook.hypertable h
   WHERE h.storage = a.storage AND a.storage = _take_hold.storage AND a.id IN (SELECT o.id FROM tickbook._aggregates_of(_take_hold.storage) o)
     AND a.source NOT IN (SELECT c.relation FROM tickbook.continuous_aggregate c);
  PERFORM tickbook._show_aggregate(a) FROM tickbook._aggregates_of(storage) a JOIN tickbook.hypertable h ON a.source = h.relation;
END $$;
COMMENT ON FUNCTION tickbook._take_hold(regclass) IS
  'To be called after _let_go(), once the new relation is there and tickbook.hypertable names it.';

-- Without a policy the log would grow with every statement, and every reader goes through it.
CREATE FUNCTION tickbook._shorten_log(relation regclass) RETURNS void
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  a tickbook.continuous_aggregate;
BEGIN
  FOR a IN SELECT c.* FROM tickbook.hypertable h, tickbook._aggregates_of(h.storage) c
            WHERE h.relation = _shorten_log.relation
              AND (SELECT count(*) FROM (SELECT FROM tickbook.invalidation i WHERE i.aggregate = c.id LIMIT 101) l) > 100 LOOP
    PERFORM tickbook._lock_aggregate(a);
    a := tickbook._take_log(tickbook._continuous_aggregate(a.relation));
    UPDATE tickbook.continuous_aggregate c SET pending = a.pending WHERE c.relation = a.relation;
  END LOOP;
END $$;
COMMENT ON FUNCTION tickbook._shorten_log(regclass) IS
  'Where the log of a hypertable''s aggregates is long, sums it up in what is pending.';

-- DROP TABLE ... CASCADE and DROP VIEW know nothing of the catalog. The table is dropped only if it says that it is ours: in
-- a restored dump the number of a table that was dropped before can be any other's.
CREATE FUNCTION tickbook._forget_dropped_aggregates() RETURNS void
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  a tickbook.continuous_aggregate;
BEGIN
  FOR a IN SELECT c.* FROM tickbook.continuous_aggregate c
            WHERE NOT EXISTS (SELECT FROM pg_class v WHERE v.oid = c.relation)
              AND NOT EXISTS (SELECT FROM pg_class t WHERE t.oid IN (c.materialized, c.storage) AND NOT pg_has_role(t.relowner, 'USAGE')) LOOP
    PERFORM tickbook._unwatch(a.id);
    DELETE FROM tickbook.continuous_aggregate c WHERE c.id = a.id;
    DELETE FROM tickbook.invalidation WHERE aggregate = a.id;
    IF obj_description(a.materialized, 'pg_class') LIKE '%; written by tickbook only.' THEN
      EXECUTE format('DROP TABLE %s', a.materialized);
    END IF;
  END LOOP;
END $$;
COMMENT ON FUNCTION tickbook._forget_dropped_aggregates() IS
  'Tidies up after aggregates whose view was dropped by DROP VIEW or CASCADE, as far as they were the caller''s.';

CREATE FUNCTION tickbook.add_continuous_aggregate_policy(
  name regclass, start_offset interval, end_offset interval, schedule_interval interval, if_not_exists boolean DEFAULT false
) RETURNS void
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
BEGIN
  IF now() - start_offset >= now() - end_offset THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
      MESSAGE = format('start_offset %s of the policy on %s is not longer than end_offset %s', start_offset, name, end_offset),
      HINT = 'Both count back from now: start_offset => NULL for everything, end_offset => INTERVAL ''1 hour''.';
  ELSIF schedule_interval IS NULL OR schedule_interval <= interval '0' THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
      MESSAGE = format('schedule_interval of the policy on %s must be greater than zero', name),
      HINT = 'For example INTERVAL ''1 hour''.';
  ELSIF tickbook._timescaledb_is_aggregate(name) THEN
    EXECUTE format('SELECT %I.add_continuous_aggregate_policy($1, start_offset => $2, end_offset => $3, '
                   'schedule_interval => $4, if_not_exists => $5)', tickbook._timescaledb_schema())
      USING name, start_offset, end_offset, schedule_interval, if_not_exists;
    RETURN;
  END IF;
  INSERT INTO tickbook.job (relation, kind, schedule_interval, config)
    VALUES ((tickbook._continuous_aggregate(name)).relation, 'continuous_aggregate', schedule_interval,
            jsonb_build_object('start_offset', start_offset, 'end_offset', end_offset)) ON CONFLICT DO NOTHING;
  IF NOT FOUND AND NOT if_not_exists THEN
    RAISE EXCEPTION USING ERRCODE = 'duplicate_object', MESSAGE = format('%s already has a continuous_aggregate policy', name),
      HINT = 'Remove it first with tickbook.remove_continuous_aggregate_policy, or pass if_not_exists => true to keep it.';
  END IF;
END $$;
COMMENT ON FUNCTION tickbook.add_continuous_aggregate_policy(regclass, interval, interval, interval, boolean) IS
  'From now on run_jobs(), or TimescaleDB, refreshes, every schedule_interval, the changed buckets that lie wholly between '
  'now() - start_offset and now() - end_offset; NULL is no bound. What is not refreshed is computed when it is read.';

CREATE FUNCTION tickbook.remove_continuous_aggregate_policy(name regclass, if_exists boolean DEFAULT false) RETURNS void
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
BEGIN
  IF tickbook._timescaledb_is_aggregate(name) THEN
    EXECUTE format('SELECT %I.remove_continuous_aggregate_policy($1, if_exists => $2)', tickbook._timescaledb_schema())
      USING name, if_exists;
    RETURN;
  END IF;
  DELETE FROM tickbook.job j WHERE j.relation = (tickbook._continuous_aggregate(name)).relation AND j.kind = 'continuous_aggregate';
  IF NOT FOUND AND NOT if_exists THEN
    RAISE EXCEPTION USING ERRCODE = 'undefined_object', MESSAGE = format('%s has no continuous_aggregate policy', name),
      HINT = 'See tickbook.jobs for what there is, or pass if_exists => true.';
  END IF;
END $$;
COMMENT ON FUNCTION tickbook.remove_continuous_aggregate_policy(regclass, boolean) IS
  'The aggregate is not refreshed any more; it still gives what its query gives.';

CREATE FUNCTION tickbook._job_continuous_aggregate(relation regclass, config jsonb) RETURNS bigint
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  more  boolean := true;
  steps bigint := 0;
BEGIN
  WHILE more LOOP
    BEGIN
      more := tickbook._refresh_step(relation, now() - (config ->> 'start_offset')::interval, now() - (config ->> 'end_offset')::interval);
      steps := steps + 1;
    EXCEPTION WHEN OTHERS THEN
      IF steps = 0 THEN
        RAISE;
      END IF;
      PERFORM set_config('tickbook.job_failure', SQLERRM, true);
      EXIT;
    END;
  END LOOP;
  RETURN steps;
END $$;
COMMENT ON FUNCTION tickbook._job_continuous_aggregate(regclass, jsonb) IS
  'Refreshes between the offsets of config; returns in how many steps, of a tenth of a second or of one chunk. Steps before one that '
  'fails are kept; the reason is then in tickbook.job_failure.';
