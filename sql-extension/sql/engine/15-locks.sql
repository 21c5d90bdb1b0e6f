-- Locks are taken in one order everywhere: the hypertable's advisory lock, the hypertable, DEFAULT, a chunk.
-- A session that waits for a strong lock holds up everyone who comes after it, and one that waits while it holds another
-- can end in a deadlock that the server may resolve against a writer. So nothing here waits long at a stretch: it lets
-- go, well before deadlock_timeout (1 s), and tries again. Only late does it wait long enough for the server to cancel
-- an autovacuum that is in the way.

CREATE FUNCTION tickbook._patiently(command text, subject regclass) RETURNS bigint
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp SET lock_timeout = '300ms' AS $$
DECLARE
  begun CONSTANT timestamptz := clock_timestamp();
  result bigint;
BEGIN
  LOOP
    BEGIN
      IF command LIKE 'SELECT %' THEN
        EXECUTE command INTO result;
      ELSE
        EXECUTE command;
      END IF;
      RETURN result;
    EXCEPTION WHEN lock_not_available THEN
      IF clock_timestamp() > begun + interval '60 seconds' THEN
        RAISE EXCEPTION USING
          ERRCODE = 'lock_not_available',
          MESSAGE = format('could not lock %s within a minute', subject),
          HINT = 'A long transaction uses it (see pg_stat_activity); end that one, or try again later.';
      ELSIF clock_timestamp() > begun + interval '20 seconds' THEN
        PERFORM set_config('lock_timeout', '1500ms', true);
      END IF;
      PERFORM pg_sleep(0.02 + random() * 0.1);
    END;
  END LOOP;
END $$;
COMMENT ON FUNCTION tickbook._patiently(text, regclass) IS
  'Runs commands that need strong locks all at once or not at all, and again until it gets them, for up to a minute. '
  'Returns the number that a SELECT gives.';

CREATE FUNCTION tickbook._lock_chunks_of(storage regclass) RETURNS void
  LANGUAGE sql SET search_path = pg_catalog, tickbook, pg_temp AS $$
  SELECT pg_advisory_xact_lock('tickbook.hypertable'::regclass::oid::integer, storage::oid::integer)
$$;
COMMENT ON FUNCTION tickbook._lock_chunks_of(regclass) IS
  'One session at a time changes the set of chunks of a hypertable; others wait here, not in front of its writers.';
