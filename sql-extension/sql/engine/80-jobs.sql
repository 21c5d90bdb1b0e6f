-- Jobs: who runs them is up to the user (pg_cron, the scheduler of kernel-lib, a person); run_jobs() does what is due.

CREATE FUNCTION tickbook._public_name(relation regclass) RETURNS regclass
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
BEGIN
  IF tickbook._is_timescaledb_hypertable(relation) THEN
    RETURN relation;
  END IF;
  RETURN (tickbook._native_hypertable(relation)).relation;
END $$;
COMMENT ON FUNCTION tickbook._public_name(regclass) IS 'The hypertable that a name stands for, or an error.';

CREATE FUNCTION tickbook._add_job(
  relation regclass, kind text, schedule_interval interval, config jsonb, if_not_exists boolean
) RETURNS void
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
BEGIN
  INSERT INTO tickbook.job AS j (relation, kind, schedule_interval, config)
    VALUES (tickbook._public_name(relation), kind, schedule_interval, config) ON CONFLICT DO NOTHING;
  IF NOT FOUND AND NOT if_not_exists THEN
    RAISE EXCEPTION USING ERRCODE = 'duplicate_object', MESSAGE = format('%s already has a %s policy', relation, kind),
      HINT = format('Remove it first with tickbook.remove_%s_policy, or pass if_not_exists => true to keep it.', kind);
  ELSIF NOT FOUND THEN
    RAISE NOTICE '% already has a % policy, skipping', relation, kind;
  END IF;
END $$;
COMMENT ON FUNCTION tickbook._add_job(regclass, text, interval, jsonb, boolean) IS 'Adds a policy, due at once.';

CREATE FUNCTION tickbook._remove_job(relation regclass, kind text, if_exists boolean) RETURNS void
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
BEGIN
  DELETE FROM tickbook.job j
    WHERE j.relation = tickbook._public_name(_remove_job.relation) AND j.kind = _remove_job.kind;
  IF NOT FOUND AND NOT if_exists THEN
    RAISE EXCEPTION USING ERRCODE = 'undefined_object', MESSAGE = format('%s has no %s policy', relation, kind),
      HINT = 'See tickbook.jobs for what there is, or pass if_exists => true.';
  ELSIF NOT FOUND THEN
    RAISE NOTICE '% has no % policy, skipping', relation, kind;
  END IF;
END $$;
COMMENT ON FUNCTION tickbook._remove_job(regclass, text, boolean) IS 'Removes a policy.';

CREATE FUNCTION tickbook._job_maintenance(relation regclass, config jsonb) RETURNS bigint
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  moved bigint := tickbook.maintain_hypertable(relation, 24);
BEGIN
  PERFORM tickbook._reclaim_all(relation);
  PERFORM tickbook._shorten_log(relation);
  RETURN moved;
END $$;
COMMENT ON FUNCTION tickbook._job_maintenance(regclass, jsonb) IS
  'Every native hypertable has this job; returns rows moved. A step is small, because DEFAULT cannot be read '
  'meanwhile.';

-- Held while a job runs, so no job runs twice at a time; the server lets go of it when the session dies.
CREATE FUNCTION tickbook._try_lock_job(relation regclass, kind text) RETURNS boolean
  LANGUAGE sql SET search_path = pg_catalog, tickbook, pg_temp AS $$
  SELECT pg_try_advisory_xact_lock('tickbook.job'::regclass::oid::integer, hashtext(relation::oid || kind))
$$;
COMMENT ON FUNCTION tickbook._try_lock_job(regclass, text) IS
  'Until the end of the transaction no one else runs this job.';

CREATE FUNCTION tickbook._due_jobs() RETURNS SETOF tickbook.job
  LANGUAGE sql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
  SELECT j.* FROM tickbook.job j JOIN pg_class c ON c.oid = j.relation
   WHERE j.next_start <= now() AND pg_has_role(c.relowner, 'USAGE')
     -- The dump of a plain install has a dropped table as a bare number, which can be any table's where it is restored.
     AND NOT EXISTS (SELECT FROM tickbook.hypertable h WHERE h.relation = j.relation
                        AND NOT EXISTS (SELECT FROM pg_partitioned_table p WHERE p.partrelid = h.storage))
   ORDER BY j.next_start, j.relation, j.kind
$$;
COMMENT ON FUNCTION tickbook._due_jobs() IS 'What is due now on relations that the caller may act for.';

-- The claim is committed before the work begins, and puts the next try off as after a failure: a run that takes the
-- session or the server down is not tried again at once, and is tried again.
CREATE FUNCTION tickbook._claim_job(relation regclass, kind text) RETURNS bigint
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  run_id bigint;
BEGIN
  IF tickbook._try_lock_job(relation, kind) THEN
    UPDATE tickbook.job j
       SET consecutive_failures = j.consecutive_failures + 1,
           next_start = clock_timestamp() + least(j.schedule_interval,
               interval '5 seconds' * 2 ^ least(j.consecutive_failures + 1, 20))
     WHERE j.relation = _claim_job.relation AND j.kind = _claim_job.kind AND j.next_start <= clock_timestamp();
    IF FOUND THEN
      INSERT INTO tickbook.job_run AS r (relation, kind) VALUES (relation, kind) RETURNING r.id INTO run_id;
    END IF;
  END IF;
  RETURN run_id;
END $$;
COMMENT ON FUNCTION tickbook._claim_job(regclass, text) IS
  'Starts a run and returns its number, or NULL if someone else has the job or it is not due any more.';

-- A job runs as the owner of its table, whoever calls run_jobs(): the table's constraints, defaults and indexes may
-- call functions of that owner.
CREATE FUNCTION tickbook._do_job(relation regclass, kind text) RETURNS bigint
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  owner name := (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = relation);
  role_before text := current_setting('role');
  patience text := coalesce(nullif(current_setting('tickbook.patience', true), ''), '5s');  -- it will be tried again
  settings jsonb;
  rows bigint;
BEGIN
  IF owner <> current_user THEN
    IF NOT has_schema_privilege(owner, 'tickbook', 'USAGE') THEN
      RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
        MESSAGE = format('owner %I of %s cannot use schema tickbook', owner, relation),
        HINT = format('Run GRANT USAGE ON SCHEMA tickbook TO %I.', owner);
    END IF;
    PERFORM set_config('role', owner, true);
  END IF;
  PERFORM set_config('tickbook.patience', patience, true);
  SELECT config INTO settings FROM tickbook.job j WHERE j.relation = _do_job.relation AND j.kind = _do_job.kind;
  EXECUTE format('SELECT tickbook.%I($1, $2)', '_job_' || kind) INTO rows USING relation, settings;
  PERFORM set_config('role', role_before, true);
  RETURN rows;
END $$;
COMMENT ON FUNCTION tickbook._do_job(regclass, text) IS
  'Does what a job is there for; returns the number of rows or chunks touched, or of steps.';

CREATE FUNCTION tickbook._finish_job(run_id bigint, touched bigint, failure text) RETURNS void
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  run tickbook.job_run;
BEGIN
  UPDATE tickbook.job_run SET finished_at = clock_timestamp(), rows = touched, error = failure WHERE id = run_id
      RETURNING * INTO run;
  IF failure IS NULL THEN
    -- Maintenance that moved something may have left more, so it is due again at once.
    UPDATE tickbook.job j SET consecutive_failures = 0, next_start = clock_timestamp()
           + CASE WHEN j.kind = 'maintenance' AND touched > 0 THEN interval '0' ELSE j.schedule_interval END
     WHERE j.relation = run.relation AND j.kind = run.kind;
  ELSE
    -- From the end of the run, or a job that fails after a minute would be due again at once.
    UPDATE tickbook.job j SET next_start = clock_timestamp()
           + least(j.schedule_interval, interval '5 seconds' * 2 ^ least(j.consecutive_failures, 20))
     WHERE j.relation = run.relation AND j.kind = run.kind;
  END IF;
  DELETE FROM tickbook.job_run r
   WHERE r.relation = run.relation AND r.kind = run.kind AND r.started_at < now() - interval '30 days';
END $$;
COMMENT ON FUNCTION tickbook._finish_job(bigint, bigint, text) IS 'Ends a run; runs are remembered for 30 days.';

-- A procedure that commits cannot have SET clauses, so the body names everything in full.
CREATE PROCEDURE tickbook.run_jobs()
  LANGUAGE plpgsql AS $$
DECLARE
  job     record;
  run_id  bigint;
  touched bigint;
  failure text;
BEGIN
  DELETE FROM tickbook.job_run r
    WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid OPERATOR(pg_catalog.=) r.relation);
  DELETE FROM tickbook.job j
    WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid OPERATOR(pg_catalog.=) j.relation);
  DELETE FROM tickbook.hypertable h
    WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid OPERATOR(pg_catalog.=) h.relation);
  BEGIN
    PERFORM tickbook._forget_dropped_aggregates();
  EXCEPTION WHEN lock_not_available OR insufficient_privilege THEN
    RAISE WARNING '%: the next run will try again', SQLERRM;
  END;
  COMMIT;
  FOR job IN SELECT d.relation, d.kind FROM tickbook._due_jobs() d LOOP
    run_id := tickbook._claim_job(job.relation, job.kind);
    COMMIT;
    SET TRANSACTION ISOLATION LEVEL READ COMMITTED;  -- whatever the default is, see _check_isolation()
    CONTINUE WHEN run_id IS NULL;
    touched := NULL;
    failure := NULL;
    BEGIN
      IF tickbook._try_lock_job(job.relation, job.kind) THEN
        touched := tickbook._do_job(job.relation, job.kind);
        -- A job that could do a part of its work keeps that part, and says here why the rest is left.
        failure := nullif(pg_catalog.current_setting('tickbook.job_failure', true), '');
      ELSE
        failure := 'another session was running it';
      END IF;
    EXCEPTION
      -- OTHERS leaves these two out. A job's code may raise them; a real cancel is meant for the whole call.
      WHEN query_canceled THEN
        IF SQLERRM LIKE 'canceling statement due to %' THEN
          RAISE;
        END IF;
        failure := SQLERRM;
      WHEN assert_failure OR OTHERS THEN
        failure := SQLERRM;
    END;
    PERFORM tickbook._finish_job(run_id, touched, failure);
    COMMIT;
  END LOOP;
END $$;
COMMENT ON PROCEDURE tickbook.run_jobs() IS
  'Runs what is due on the tables that the caller owns or may act for, each job in a transaction of its own and as the '
  'table''s owner. A job that fails is recorded in tickbook.job_runs and tried again after 10 s, 20 s, 40 s and so on; '
  'it stops no other. Call it outside a transaction block.';

CREATE FUNCTION tickbook.schedule_jobs(cron_schedule text DEFAULT '* * * * *') RETURNS text
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_cron') THEN
    RETURN 'pg_cron is not installed in this database, so nothing was scheduled. Have any scheduler run '
           'CALL tickbook.run_jobs() every minute: cron with psql, or the scheduler of tickbook''s Java library.';
  END IF;
  EXECUTE 'SELECT cron.schedule($1, $2, $3)' USING 'tickbook', cron_schedule, 'CALL tickbook.run_jobs()';
  RETURN format('pg_cron calls tickbook.run_jobs() as %I on schedule %s; SELECT cron.unschedule(''tickbook'') ends '
                'that.', current_user, cron_schedule);
END $$;
COMMENT ON FUNCTION tickbook.schedule_jobs(text) IS
  'Has pg_cron call run_jobs() as the current user, or says how to have it called where pg_cron is not installed.';
