-- What run_jobs() will do next, and how it went the last time.
CREATE VIEW tickbook.jobs AS
  SELECT j.relation, j.kind AS job, 'native' AS engine, j.schedule_interval, j.config, j.next_start,
      j.consecutive_failures,
         r.started_at AS last_started_at, r.finished_at AS last_finished_at, r.status AS last_status
    FROM tickbook.job j
    JOIN pg_catalog.pg_class c ON c.oid = j.relation
    LEFT JOIN LATERAL (SELECT * FROM tickbook.job_runs r WHERE r.relation = j.relation AND r.job = j.kind
                        ORDER BY r.started_at DESC LIMIT 1) r ON true
  UNION ALL
  SELECT relation, job, 'timescaledb', schedule_interval, config, next_start, failures, started_at, finished_at, status
    FROM tickbook._timescaledb_jobs();
COMMENT ON VIEW tickbook.jobs IS
  'Maintenance and policies: when each is due and how its last run ended. Times are UTC instants.';
GRANT SELECT ON tickbook.jobs TO PUBLIC;
