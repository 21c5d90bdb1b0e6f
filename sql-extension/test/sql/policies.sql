-- Policies are jobs, and run_jobs() does what is due.
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET intervalstyle = 'postgres';
\set SHOW_CONTEXT never

CREATE TABLE bars (symbol text NOT NULL, time timestamptz NOT NULL, close numeric(15,4));
SELECT tickbook.create_hypertable('bars', 'time', INTERVAL '1 day');
INSERT INTO bars SELECT 'DAX', date_trunc('day', now()) - d * interval '1 day', 1 FROM generate_series(0, 30) d;

SELECT tickbook.add_retention_policy('bars', INTERVAL '10 days');
SELECT tickbook.add_retention_policy('bars', INTERVAL '20 days');
SELECT job, schedule_interval, config, next_start <= now() AS due, last_status FROM tickbook.jobs ORDER BY job;

-- Maintenance moves the rows into chunks, then retention drops all but those of the last ten days.
CALL tickbook.run_jobs();
CALL tickbook.run_jobs();
SELECT job, status, rows, error FROM tickbook.job_runs ORDER BY started_at;
SELECT count(*) FROM bars;

-- Each is due again in its own time.
SELECT job, next_start > now() + interval '1 minute' AS later, last_status FROM tickbook.jobs ORDER BY job;

SELECT tickbook.remove_retention_policy('bars');
SELECT tickbook.remove_retention_policy('bars');
SELECT job FROM tickbook.jobs;

-- Who calls run_jobs() every minute? pg_cron where it is installed.
SELECT tickbook.schedule_jobs();
DROP TABLE bars;
