package dev.tickbook.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.MethodSource;

@MethodSource("dev.tickbook.sql.Servers#all")
class JobTest extends DatabaseTest {
    @BeforeEach
    void createHypertable() {
        db.execute(
                "CREATE TABLE bars (symbol text NOT NULL, time timestamptz NOT NULL, close int, PRIMARY KEY (symbol, time))",
                "SELECT tickbook.create_hypertable('bars', 'time', INTERVAL '1 day')");
    }

    @Test
    void aRetentionPolicyIsAddedOnceShownAndRemoved() {
        db.execute("SELECT tickbook.add_retention_policy('bars', INTERVAL '1 year')");
        assertThat(
                        db.rows(
                                "SELECT relation, schedule_interval, config ->> 'drop_after' FROM tickbook.jobs WHERE job = 'retention'"))
                .containsExactly("bars|1 day|1 year");
        if (isNative()) {
            assertError("SELECT tickbook.add_retention_policy('bars', INTERVAL '2 years')")
                    .isEqualTo(
                            "42710 public.bars already has a retention policy HINT: Remove it first with tickbook.remove_retention_policy,"
                                    + " or pass if_not_exists => true to keep it.");
        }
        db.execute(
                "SELECT tickbook.add_retention_policy('bars', INTERVAL '1 year', if_not_exists => true)",
                "SELECT tickbook.remove_retention_policy('bars')",
                "SELECT tickbook.remove_retention_policy('bars', if_exists => true)");
        assertThat(db.rows("SELECT * FROM tickbook.jobs WHERE job = 'retention'"))
                .isEmpty();
        assertError("SELECT tickbook.remove_retention_policy('bars')")
                .contains("etention policy")
                .doesNotStartWith("no error");
        assertError("SELECT tickbook.add_retention_policy('bars', INTERVAL '0')")
                .startsWith("22023");
        assertError("SELECT tickbook.add_retention_policy('pg_class', INTERVAL '1 day')")
                .startsWith("42809");
    }

    @Test
    void runJobsDoesWhatIsDueAndRecordsIt() {
        Assumptions.assumeTrue(isNative(), "TimescaleDB's own workers run its jobs");
        db.execute(
                "INSERT INTO bars SELECT 'A', now() - d * interval '1 day', d FROM generate_series(0, 20) d",
                "SELECT tickbook.maintain_hypertable('bars')",
                "INSERT INTO bars VALUES ('B', '2020-01-01', 0)",
                "SELECT tickbook.add_retention_policy('bars', INTERVAL '10 days')",
                "CALL tickbook.run_jobs()");
        assertThat(
                        db.rows(
                                "SELECT job, status, rows, finished_at >= started_at, error FROM tickbook.job_runs ORDER BY started_at"))
                .containsExactly("maintenance|succeeded|1|t|", "retention|succeeded|11|t|");
        assertThat(db.value("SELECT min(time) >= now() - interval '11 days' FROM bars", Boolean.class))
                .isTrue();

        db.execute("CALL tickbook.run_jobs()");
        assertThat(db.rows("SELECT job, count(*) FROM tickbook.job_runs GROUP BY 1 ORDER BY 1"))
                .as("maintenance that moved rows looks once more, nothing else is due")
                .containsExactly("maintenance|2", "retention|1");
        db.execute("CALL tickbook.run_jobs()");
        assertThat(db.count("SELECT count(*) FROM tickbook.job_runs")).isEqualTo(3);
    }

    @Test
    void aFailingJobIsRecordedTriedLaterWithBackoffAndStopsNoOther() {
        Assumptions.assumeTrue(isNative(), "about native jobs");
        db.execute(
                "CREATE TABLE other (time timestamptz NOT NULL)",
                "SELECT tickbook.create_hypertable('other', 'time')",
                "INSERT INTO tickbook.job (relation, kind, schedule_interval, next_start) VALUES ('bars', 'nonsense', '1 day', now() - interval '1 hour')",
                "CALL tickbook.run_jobs()");
        assertThat(db.rows("SELECT relation, job, status FROM tickbook.job_runs ORDER BY started_at"))
                .containsExactly("bars|nonsense|failed", "bars|maintenance|succeeded", "other|maintenance|succeeded");
        assertThat(db.value("SELECT error FROM tickbook.job_runs WHERE status = 'failed'", String.class))
                .contains("_job_nonsense");
        for (int failures = 1; failures <= 3; failures++) {
            assertThat(
                            db.count(
                                    "SELECT round(extract(epoch FROM next_start - last_started_at)) FROM tickbook.jobs WHERE job = 'nonsense'"))
                    .as("seconds to wait after failure %s", failures)
                    .isEqualTo(5L << failures);
            assertThat(db.count("SELECT consecutive_failures FROM tickbook.jobs WHERE job = 'nonsense'"))
                    .isEqualTo(failures);
            db.execute(
                    "UPDATE tickbook.job SET next_start = now() WHERE kind = 'nonsense'", "CALL tickbook.run_jobs()");
        }
    }

    @Test
    void aJobThatRaisesACancellationStopsNoOther() {
        Assumptions.assumeTrue(isNative(), "about native jobs");
        db.execute(
                "CREATE TABLE other (time timestamptz NOT NULL)",
                "SELECT tickbook.create_hypertable('other', 'time')",
                """
                CREATE FUNCTION tickbook._job_cancelling(relation regclass, config jsonb) RETURNS bigint LANGUAGE plpgsql AS
                $$ BEGIN RAISE EXCEPTION 'no more' USING ERRCODE = 'query_canceled'; END $$""",
                "INSERT INTO tickbook.job (relation, kind, schedule_interval, next_start) VALUES ('bars', 'cancelling', '1 day', now() - interval '1 hour')",
                "CALL tickbook.run_jobs()");
        assertThat(db.rows("SELECT relation, job, status FROM tickbook.job_runs ORDER BY started_at"))
                .containsExactly("bars|cancelling|failed", "bars|maintenance|succeeded", "other|maintenance|succeeded");
        db.execute("DROP FUNCTION tickbook._job_cancelling");
    }

    @Test
    void theNextTryIsCountedFromTheEndOfTheFailedRun() {
        Assumptions.assumeTrue(isNative(), "about native jobs");
        db.execute(
                "CREATE FUNCTION tickbook._job_slow(relation regclass, config jsonb) RETURNS bigint LANGUAGE sql AS"
                        + " 'SELECT 1 / 0 FROM pg_sleep(1.5)'",
                "INSERT INTO tickbook.job (relation, kind, schedule_interval) VALUES ('bars', 'slow', '1 hour')",
                "CALL tickbook.run_jobs()");
        assertThat(
                        db.rows(
                                "SELECT next_start >= last_finished_at + interval '10 seconds' FROM tickbook.jobs WHERE job = 'slow'"))
                .containsExactly("t");
    }

    @Test
    void aJobNeverRunsTwiceAtATime() throws Exception {
        Assumptions.assumeTrue(isNative(), "about native jobs");
        db.execute(
                "CREATE FUNCTION tickbook._job_slow(relation regclass, config jsonb) RETURNS bigint LANGUAGE sql AS"
                        + " 'SELECT 1 FROM pg_sleep(1.5)'",
                "UPDATE tickbook.job SET next_start = 'infinity'",
                "INSERT INTO tickbook.job (relation, kind, schedule_interval) VALUES ('bars', 'slow', '1 millisecond')");
        try (Database other = db.connectAgain()) {
            var running = CompletableFuture.runAsync(() -> db.execute("CALL tickbook.run_jobs()"));
            Thread.sleep(400);
            assertThat(other.rows("SELECT status FROM tickbook.job_runs")).containsExactly("running");
            other.execute("CALL tickbook.run_jobs()");
            running.get(30, TimeUnit.SECONDS);
            assertThat(other.rows("SELECT status FROM tickbook.job_runs")).containsExactly("succeeded");
        }
    }

    @Test
    void aRunWhoseSessionDiedIsShownAsInterruptedAndTriedAgain() throws Exception {
        Assumptions.assumeTrue(isNative(), "about native jobs");
        db.execute(
                "CREATE FUNCTION tickbook._job_slow(relation regclass, config jsonb) RETURNS bigint LANGUAGE sql AS"
                        + " 'SELECT 1 FROM pg_sleep((config ->> ''seconds'')::float8)'",
                "UPDATE tickbook.job SET next_start = 'infinity'",
                "INSERT INTO tickbook.job (relation, kind, schedule_interval, config) VALUES ('bars', 'slow', '1 hour', '{\"seconds\": 60}')");
        try (Database other = db.connectAgain()) {
            int pid = other.value("SELECT pg_backend_pid()", Integer.class);
            var running = CompletableFuture.runAsync(() -> other.execute("CALL tickbook.run_jobs()"));
            Thread.sleep(400);
            db.execute("SELECT pg_terminate_backend(" + pid + ", 5000)");
            assertThat(running).failsWithin(10, TimeUnit.SECONDS);
        }
        assertThat(db.rows("SELECT status FROM tickbook.job_runs")).containsExactly("interrupted");
        assertThat(db.rows("SELECT consecutive_failures FROM tickbook.jobs WHERE job = 'slow'"))
                .containsExactly("1");
        db.execute(
                "UPDATE tickbook.job SET next_start = now(), config = '{\"seconds\": 0}' WHERE kind = 'slow'",
                "CALL tickbook.run_jobs()");
        assertThat(db.rows("SELECT status FROM tickbook.job_runs ORDER BY started_at"))
                .containsExactly("interrupted", "succeeded");
    }

    @Test
    void withoutPgCronScheduleJobsSaysWhatToDo() {
        assertThat(db.value("SELECT tickbook.schedule_jobs()", String.class))
                .contains("pg_cron is not installed")
                .contains("CALL tickbook.run_jobs()");
    }

    @Test
    void retentionOnTimescaleDbIsItsOwnPolicy() {
        Assumptions.assumeFalse(isNative(), "needs TimescaleDB");
        db.execute("SELECT tickbook.add_retention_policy('bars', INTERVAL '1 year')");
        assertThat(db.rows("SELECT engine FROM tickbook.jobs")).containsExactly("timescaledb");
        assertThat(db.rows("SELECT proc_name FROM timescaledb_information.jobs WHERE hypertable_name = 'bars'"))
                .containsExactly("policy_retention");
    }
}
