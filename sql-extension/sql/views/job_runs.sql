-- What run_jobs() did in the last 30 days.
CREATE VIEW tickbook.job_runs AS
  SELECT r.relation, r.kind AS job, 'native' AS engine, r.started_at, r.finished_at,
         CASE WHEN r.error IS NOT NULL THEN 'failed'
              WHEN r.finished_at IS NOT NULL THEN 'succeeded'
              WHEN EXISTS (SELECT FROM pg_catalog.pg_locks l
                            WHERE l.locktype = 'advisory' AND l.classid = 'tickbook.job'::regclass AND l.objsubid = 2
                              AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d
                                                 WHERE d.datname = current_database())
                              AND l.objid::bigint = pg_catalog.hashtext(r.relation::oid || r.kind) & 4294967295)
              THEN 'running' ELSE 'interrupted' END AS status,
         r.rows, r.error
    FROM tickbook.job_run r
  UNION ALL
  SELECT relation, job, 'timescaledb', started_at, finished_at, status, NULL, error
    FROM tickbook._timescaledb_job_runs();
COMMENT ON VIEW tickbook.job_runs IS
  'One row per run: rows is what the job touched (rows moved, chunks dropped); interrupted means that the session '
  'ended.';
GRANT SELECT ON tickbook.job_runs TO PUBLIC;
