-- Locks are taken in one order everywhere: the hypertable's advisory lock, the hypertable, DEFAULT, a chunk.
--
-- No writer may get a deadlock error because of us. The server looks for deadlocks when a session has waited for
-- deadlock_timeout (1 s), once per wait. So whatever needs strong locks waits for them only in short slices, never
-- while another session's look is due, and lets go of everything between two slices. If that goes on for too long it
-- is we who give up. Short slices also keep the queue short that builds up behind a waiting strong lock.
--
-- A lock that is to become stronger is a case of its own: whoever queues behind the wait for it while holding a weak
-- lock on the same table is told at once that this is a deadlock. So for a start it is only taken when it is free.

CREATE FUNCTION tickbook._patiently(command text, subject regclass, without_waiting boolean DEFAULT false)
  RETURNS bigint
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp SET lock_timeout = '300ms' AS $$
DECLARE
  begun    CONSTANT timestamptz := clock_timestamp();
  patience CONSTANT text := coalesce(nullif(current_setting('tickbook.patience', true), ''), '60s');
  look     CONSTANT interval := current_setting('deadlock_timeout')::interval;
  pause    double precision;
  result   bigint;
BEGIN
  LOOP
    pause := 0.02 + random() * 0.1;
    WHILE EXISTS (SELECT FROM pg_locks WHERE waitstart + look BETWEEN clock_timestamp() - interval '50 ms'
                                                                  AND clock_timestamp() + interval '400 ms') LOOP
      PERFORM pg_sleep(0.05);
    END LOOP;
    BEGIN
      IF command LIKE 'SELECT %' THEN
        EXECUTE command INTO result;
      ELSIF without_waiting AND clock_timestamp() < begun + patience::interval / 2 THEN
        pause := 0.005;
        EXECUTE command || ' NOWAIT';
      ELSE
        EXECUTE command;
      END IF;
      RETURN result;
    EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
      IF clock_timestamp() > begun + patience::interval THEN
        RAISE EXCEPTION USING
          ERRCODE = 'lock_not_available',
          MESSAGE = format('could not lock %s within %s', subject, patience),
          HINT = 'A long transaction uses it (see pg_stat_activity); end that one, try again later, or set '
                 'tickbook.patience to a longer time.';
      END IF;
      PERFORM pg_sleep(pause);
    END;
  END LOOP;
END $$;
COMMENT ON FUNCTION tickbook._patiently(text, regclass, boolean) IS
  'Runs commands that need strong locks all at once or not at all, and again until it gets them, for as long as the '
  'setting tickbook.patience says (60s). Returns the number that a SELECT gives. '
  'without_waiting is for a LOCK TABLE by a session that has a lock on that table.';

-- Rows are moved after a wait for a lock. A snapshot that is older than the lock does not show what others committed
-- during the wait: those rows would be left behind, in a table that is then dropped.
CREATE FUNCTION tickbook._check_isolation(relation regclass) RETURNS void
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  isolation CONSTANT text := current_setting('transaction_isolation');
BEGIN
  IF isolation NOT IN ('read committed', 'read uncommitted') THEN
    RAISE EXCEPTION USING
      ERRCODE = 'active_sql_transaction',
      MESSAGE = format('%s cannot be changed in a transaction of isolation level %s', relation, isolation),
      HINT = 'Its snapshot would miss rows that others have just written: use READ COMMITTED.';
  END IF;
END $$;
COMMENT ON FUNCTION tickbook._check_isolation(regclass) IS
  'Raises an error unless each statement of the transaction sees what is committed by then.';

CREATE FUNCTION tickbook._lock_chunks_of(storage regclass) RETURNS void
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
BEGIN
  PERFORM tickbook._check_isolation(storage);
  PERFORM pg_advisory_xact_lock('tickbook.hypertable'::regclass::oid::integer, storage::oid::integer);
  PERFORM tickbook._native_hypertable(storage);  -- it may have been reverted meanwhile
END $$;
COMMENT ON FUNCTION tickbook._lock_chunks_of(regclass) IS
  'One session at a time changes the set of chunks of a hypertable; others wait here, not in front of its writers.';

CREATE FUNCTION tickbook._need_default_chunk(storage regclass) RETURNS void
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_partitioned_table WHERE partrelid = storage AND partdefid <> 0) THEN
    RAISE EXCEPTION USING
      ERRCODE = 'object_not_in_prerequisite_state',
      MESSAGE = format('hypertable %s has no DEFAULT partition', storage),
      HINT = format('Make one again: CREATE TABLE name PARTITION OF %s DEFAULT.', storage);
  END IF;
END $$;
COMMENT ON FUNCTION tickbook._need_default_chunk(regclass) IS 'Raises an error if someone dropped the DEFAULT partition.';

CREATE FUNCTION tickbook._lock_for_rebuild(relation regclass) RETURNS void
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  name text := relation;
BEGIN
  PERFORM tickbook._check_isolation(relation);
  IF EXISTS (SELECT FROM pg_class WHERE oid = relation AND relrowsecurity AND relforcerowsecurity)
     AND NOT EXISTS (SELECT FROM pg_roles WHERE rolname = current_user AND (rolsuper OR rolbypassrls)) THEN
    RAISE EXCEPTION USING
      ERRCODE = 'object_not_in_prerequisite_state',
      MESSAGE = format('table %s forces row level security on its owner, who could copy only a part of it', name),
      HINT = format('Run ALTER TABLE %s NO FORCE ROW LEVEL SECURITY first and FORCE it again afterwards, or have a '
                    'superuser do this.', name);
  END IF;
  PERFORM tickbook._patiently(format('LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE', name), relation);
  IF NOT EXISTS (SELECT FROM pg_class WHERE oid = relation) THEN
    RAISE EXCEPTION USING
      ERRCODE = 'object_in_use',
      MESSAGE = format('table %s was replaced by another session', name),
      HINT = 'Look at what it is now, and call again if you still want to.';
  END IF;
END $$;
COMMENT ON FUNCTION tickbook._lock_for_rebuild(regclass) IS 'From here to the end writers of a table wait; readers do not.';
