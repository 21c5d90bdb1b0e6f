package dev.tickbook.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.MethodSource;

/** Everything runs as the caller: an owner can do everything with their own tables and nothing with another's. */
@MethodSource("dev.tickbook.sql.Servers#natives")
class RoleTest extends DatabaseTest {
    private static final String BARS =
            "(symbol text NOT NULL, time timestamptz NOT NULL, close int, PRIMARY KEY (symbol, time))";

    @BeforeEach
    void grantTheSchemas() {
        Roles.create(server);
        db.execute(
                "GRANT CREATE ON SCHEMA public TO tickbook_owner, tickbook_other",
                "GRANT USAGE ON SCHEMA tickbook TO tickbook_owner, tickbook_other, tickbook_reader");
    }

    @Test
    void aPlainOwnerNeedsNothingButUsageOnTheSchema() {
        try (Database owner = db.connectAs("tickbook_owner")) {
            owner.execute(
                    "CREATE TABLE mine " + BARS,
                    "INSERT INTO mine VALUES ('A', '2024-01-01', 1)",
                    "SELECT tickbook.create_hypertable('mine', 'time', INTERVAL '1 day', migrate_data => true)",
                    "SELECT tickbook.ensure_chunks('mine', '2024-02-01', '2024-02-02')",
                    "INSERT INTO mine VALUES ('A', '2024-03-01', 1)",
                    "SELECT tickbook.add_retention_policy('mine', INTERVAL '100 years')",
                    "CALL tickbook.run_jobs()");
            assertThat(owner.rows("SELECT job, last_status FROM tickbook.jobs ORDER BY 1"))
                    .containsExactly("maintenance|succeeded", "retention|succeeded");
            assertThat(owner.count("SELECT count(*) FROM tickbook.chunks")).isEqualTo(4);
            owner.execute(
                    "SELECT tickbook.drop_chunks('mine', DATE '2024-01-15')",
                    "SELECT tickbook.revert_hypertable('mine')");
        }
    }

    @Test
    void noOneTouchesWhatTheyDoNotOwn() {
        try (Database owner = db.connectAs("tickbook_owner");
                Database other = db.connectAs("tickbook_other")) {
            owner.execute(
                    "CREATE TABLE plain " + BARS,
                    "CREATE TABLE mine " + BARS,
                    "SELECT tickbook.create_hypertable('mine', 'time')",
                    "SELECT tickbook.ensure_chunks('mine', '2024-02-01', '2024-02-01')");
            assertError(other, "SELECT tickbook.create_hypertable('plain', 'time')")
                    .isEqualTo(
                            "42501 must be owner of table public.plain HINT: Run this as tickbook_owner, or as a member of that role.");
            assertError(other, "SELECT tickbook.revert_hypertable('mine')").startsWith("42501");
            assertError(other, "SELECT tickbook.ensure_chunks('mine', '2025-02-01', '2025-02-01')")
                    .startsWith("42501");
            assertError(other, "SELECT tickbook.drop_chunks('mine', now())").startsWith("42501");
            assertError(other, "SELECT tickbook.add_retention_policy('mine', INTERVAL '1 day')")
                    .isEqualTo(
                            "42501 must be owner of public.mine HINT: Run this as the owner, or as a member of the role that owns it.");
            assertError(other, "DELETE FROM tickbook.hypertable").startsWith("42501 must be owner of public.mine");
            assertError(other, "UPDATE tickbook.job SET config = '{}'")
                    .startsWith("42501 must be owner of public.mine");
            other.execute("CREATE TABLE theirs " + BARS);
            assertError(other, "INSERT INTO tickbook.hypertable VALUES ('theirs', 'mine', '1 day')")
                    .as("nor make their row point to it")
                    .startsWith("42501 must be owner of public.mine");
            assertError(other, "TRUNCATE tickbook.job").startsWith("42501 permission denied");
            other.execute("CALL tickbook.run_jobs()");
            assertThat(db.count("SELECT count(*) FROM tickbook.job_runs"))
                    .as("run_jobs() leaves them alone")
                    .isZero();
        }
    }

    /** OIDs can be foretold: a job for the next one would be a job on the next table, whoever makes it. */
    @Test
    void noOneLaysAJobInWaitForATableThatIsYetToCome() {
        try (Database other = db.connectAs("tickbook_other")) {
            assertError(
                            other,
                            "INSERT INTO tickbook.job (relation, kind, schedule_interval, config)"
                                    + " SELECT (max(oid)::bigint + n)::oid, 'retention', '1 day', '{\"drop_after\": \"1 day\"}'"
                                    + " FROM pg_class, generate_series(1, 100) n GROUP BY n")
                    .startsWith("42501 must be owner of ");
            assertError(
                            other,
                            "INSERT INTO tickbook.hypertable SELECT max(oid)::bigint + 1, max(oid)::bigint + 1, '1 day' FROM pg_class")
                    .startsWith("42501 must be owner of ");
            other.execute("CREATE TABLE theirs " + BARS, "SELECT tickbook.create_hypertable('theirs', 'time')");
            assertError(other, "UPDATE tickbook.job SET relation = 4000000000::oid")
                    .startsWith("42501 must be owner of 4000000000");
            assertError(other, "UPDATE tickbook.hypertable SET storage = 4000000000::oid")
                    .startsWith("42501 must be owner of 4000000000");
            other.execute("DROP TABLE theirs", "CALL tickbook.run_jobs()");
        }
        assertThat(db.rows("SELECT * FROM tickbook.job"))
                .as("what is gone can be forgotten")
                .isEmpty();
    }

    /** With triggers off, as a data-only restore has them, rows of the past can carry any OID. */
    @Test
    void aNewHypertableInheritsNoJobFromAnOidOfThePast() {
        db.execute(
                "CREATE TABLE bars " + BARS,
                "SET session_replication_role = 'replica'",
                "INSERT INTO tickbook.job (relation, kind, schedule_interval)"
                        + " SELECT (max(oid)::bigint + n)::oid, 'retention', '1 day' FROM pg_class, generate_series(1, 100) n GROUP BY n",
                "INSERT INTO tickbook.hypertable"
                        + " SELECT (max(oid)::bigint + n)::oid, (max(oid)::bigint + n)::oid, '1 day' FROM pg_class, generate_series(1, 100) n GROUP BY n",
                "RESET session_replication_role",
                "SELECT tickbook.create_hypertable('bars', 'time')");
        assertThat(db.rows("SELECT relation, job FROM tickbook.jobs WHERE relation = 'bars'::regclass"))
                .containsExactly("bars|maintenance");
        assertThat(db.rows("SELECT chunk_interval FROM tickbook.hypertable WHERE relation = 'bars'::regclass"))
                .containsExactly("7 days");
    }

    @Test
    void rowsThatPointToAnotherTableByChanceDoNothingAndAreNotShown() {
        db.execute(
                "CREATE TABLE innocent " + BARS,
                "CREATE TABLE bars " + BARS,
                "SELECT tickbook.create_hypertable('bars', 'time')",
                "INSERT INTO tickbook.hypertable VALUES ('innocent', 'innocent', '1 day')",
                "INSERT INTO tickbook.job (relation, kind, schedule_interval) VALUES ('innocent', 'maintenance', '1 day')",
                "CALL tickbook.run_jobs()");
        assertThat(db.rows("SELECT relation, status FROM tickbook.job_runs")).containsExactly("bars|succeeded");
        assertThat(db.rows("SELECT relation FROM tickbook.hypertables")).containsExactly("bars");
        assertThat(db.rows("SELECT * FROM tickbook.chunks")).isEmpty();
    }

    @Test
    void anOwnerWhoIsForcedUnderRowSecurityIsToldWhatToDo() {
        try (Database owner = db.connectAs("tickbook_owner")) {
            owner.execute(
                    "CREATE TABLE mine " + BARS,
                    "INSERT INTO mine VALUES ('A', '2024-01-01', 1)",
                    "ALTER TABLE mine ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY");
            String convert = "SELECT tickbook.create_hypertable('mine', 'time', migrate_data => true)";
            assertError(owner, convert)
                    .startsWith("55000 table public.mine forces row level security on its owner")
                    .contains("HINT: Run ALTER TABLE public.mine NO FORCE ROW LEVEL SECURITY first");
            owner.execute("ALTER TABLE mine NO FORCE ROW LEVEL SECURITY", convert);
            owner.execute("ALTER TABLE mine FORCE ROW LEVEL SECURITY");
            assertError(owner, "SELECT tickbook.revert_hypertable('mine')")
                    .startsWith("55000 table public.mine forces");
        }
        db.execute("SELECT tickbook.revert_hypertable('mine')");
        assertThat(
                        db.rows(
                                "SELECT relforcerowsecurity, (SELECT count(*) FROM mine) FROM pg_class WHERE oid = 'mine'::regclass"))
                .containsExactly("t|1");
    }

    @Test
    void aReaderReadsAndChangesNothing() {
        db.execute(
                "CREATE TABLE bars " + BARS,
                "SELECT tickbook.create_hypertable('bars', 'time')",
                "SELECT tickbook.ensure_chunks('bars', '2024-01-01', '2024-01-01')",
                "INSERT INTO bars VALUES ('A', '2024-01-01', 7)",
                "GRANT SELECT ON bars TO tickbook_reader",
                "CALL tickbook.run_jobs()");
        try (Database reader = db.connectAs("tickbook_reader")) {
            assertThat(
                            reader.rows(
                                    "SELECT tickbook.time_bucket('1 day', time), tickbook.last(close, time) FROM bars GROUP BY 1"))
                    .hasSize(1);
            for (String view : new String[] {"hypertables", "chunks", "jobs", "job_runs"}) {
                assertThat(reader.rows("SELECT * FROM tickbook." + view))
                        .as(view)
                        .hasSize(1);
            }
            assertThat(reader.rows("SELECT tickbook.show_chunks('bars')")).hasSize(1);
            assertError(reader, "SELECT tickbook.ensure_chunks('bars', '2025-01-01', '2025-01-01')")
                    .startsWith("42501");
            assertError(reader, "DELETE FROM tickbook.job_run").startsWith("42501");
            assertError(reader, "SELECT * FROM bars_p20231228")
                    .as("chunks are reached through the hypertable")
                    .startsWith("42501");
        }
    }

    @Test
    void defaultPrivilegesDoNotOpenChunksPastGrantsAndRowSecurity() {
        db.execute(
                "CREATE TABLE bars " + BARS,
                "INSERT INTO bars VALUES ('A', '2024-01-01', 7)",
                "ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT ON TABLES TO tickbook_reader",
                "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC",
                "SELECT tickbook.create_hypertable('bars', 'time', INTERVAL '1 day', 'symbol', 2, migrate_data => true)",
                "SELECT tickbook.ensure_chunks('bars', '2024-02-01', '2024-02-01')");
        assertThat(db.rows(
                        "SELECT relid FROM pg_partition_tree('bars') WHERE has_table_privilege('tickbook_reader', relid,"
                                + " 'SELECT, INSERT, UPDATE, DELETE')"))
                .isEmpty();
        assertThat(db.count("SELECT count(*) FROM pg_partition_tree('bars') WHERE isleaf"))
                .isEqualTo(6);
    }

    /** The planner folds constant calls in index expressions: planning a query runs the code of the table's owner. */
    @Test
    void whoeverReadsTheViewsRunsNoCodeOfATablesOwner() {
        db.execute("CREATE TABLE seen (who name)", "GRANT INSERT ON seen TO PUBLIC");
        try (Database owner = db.connectAs("tickbook_owner")) {
            owner.execute(
                    "CREATE FUNCTION note() RETURNS void LANGUAGE sql AS 'INSERT INTO public.seen VALUES (current_user)'",
                    "CREATE FUNCTION trap(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN"
                            + " PERFORM public.note(); RETURN $1; END $$",
                    "CREATE TABLE bars (time timestamptz NOT NULL)",
                    "INSERT INTO bars SELECT timestamptz '2024-01-01' + i * interval '1 second' FROM generate_series(1, 50000) i",
                    "CREATE INDEX ON bars ((trap(1)))",
                    "SELECT tickbook.create_hypertable('bars', 'time', migrate_data => true)");
        }
        db.execute("SELECT pg_stat_force_next_flush()", "SELECT pg_stat_reset()", "TRUNCATE seen");
        assertThat(db.count("SELECT estimated_rows FROM tickbook.hypertables")).isBetween(25_000L, 100_000L);
        assertThat(db.count("SELECT estimated_rows FROM tickbook.chunks")).isBetween(25_000L, 100_000L);
        assertThat(db.rows("SELECT * FROM seen")).isEmpty();
    }

    @Test
    void jobsRunAsTheOwnerOfTheTable() {
        db.execute(
                "CREATE TABLE seen (who name)",
                "GRANT INSERT ON seen TO PUBLIC",
                "CREATE FUNCTION watched(text) RETURNS boolean LANGUAGE plpgsql AS"
                        + " $$ BEGIN INSERT INTO public.seen VALUES (current_user); RETURN true; END $$",
                "CREATE TABLE bars " + BARS,
                "ALTER TABLE bars ADD CHECK (watched(symbol)), OWNER TO tickbook_owner",
                "SELECT tickbook.create_hypertable('bars', 'time')",
                "INSERT INTO bars VALUES ('A', '2024-01-01', 1)",
                "TRUNCATE seen",
                "CALL tickbook.run_jobs()");
        assertThat(db.rows("SELECT status, rows, error FROM tickbook.job_runs")).containsExactly("succeeded|1|");
        assertThat(db.rows("SELECT DISTINCT who FROM seen")).containsExactly("tickbook_owner");
        assertThat(db.value("SELECT current_user", String.class)).isEqualTo("postgres");
    }

    @Test
    void aTableOwnerWithoutTheSchemaIsNamedInTheRunsError() {
        db.execute(
                "CREATE TABLE bars " + BARS,
                "SELECT tickbook.create_hypertable('bars', 'time')",
                "ALTER TABLE bars OWNER TO tickbook_owner",
                "REVOKE USAGE ON SCHEMA tickbook FROM tickbook_owner",
                "CALL tickbook.run_jobs()");
        assertThat(db.rows("SELECT status, error FROM tickbook.job_runs"))
                .containsExactly("failed|owner tickbook_owner of public.bars cannot use schema tickbook");
    }

    /** Whoever reads the status of an aggregate computes its buckets: the catalog takes a call of time_bucket and nothing else. */
    @Test
    void noOneLaysCodeInTheCatalogForThoseWhoReadIt() {
        try (Database owner = db.connectAs("tickbook_owner")) {
            owner.execute(
                    "CREATE TABLE mine " + BARS,
                    "SELECT tickbook.create_hypertable('mine', 'time')",
                    "CREATE FUNCTION trap() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'run by %', current_user; END $$",
                    "SELECT tickbook.create_continuous_aggregate('daily',"
                            + " $$SELECT tickbook.time_bucket('1 day', time) AS day, count(*) FROM mine GROUP BY day$$)",
                    "INSERT INTO mine VALUES ('A', '2024-01-01', 1)");
            for (String column :
                    new String[] {"bucket", "definition", "bucket_column", "time_column", "source_alias"}) {
                assertError(owner, "UPDATE tickbook.continuous_aggregate SET " + column + " = 'x'")
                        .startsWith(
                                "55000 the definition of continuous aggregate public.daily cannot be changed HINT: Drop it");
            }
            assertError(owner, "UPDATE tickbook.continuous_aggregate SET id = 2147483647")
                    .startsWith("55000");
            owner.execute(
                    "CREATE TEMP TABLE stolen AS SELECT * FROM tickbook.continuous_aggregate",
                    "DELETE FROM tickbook.continuous_aggregate");
            String call = "tickbook.time_bucket('1 day'::interval, %s)";
            for (String bucket : new String[] {
                call + " + public.trap() * interval '1 s'",
                "tickbook.time_bucket('1 day'::interval, %s, (SELECT public.trap()::text))",
                "tickbook.time_bucket('1 day'::interval, %s, 'UTC\\', public.trap()::text)",
                "tickbook.time_bucket('1 day'::interval, %s, 'UTC'::public.domain)",
                "tickbook.time_bucket('1 day'::interval, %s, 'UTC' || public.trap()::text)",
                "public.time_bucket('1 day'::interval, %s)",
                call + "\n",
                "%s"
            }) {
                assertError(
                                owner,
                                "UPDATE stolen SET bucket = $b$" + bucket
                                        + "$b$; INSERT INTO tickbook.continuous_aggregate SELECT * FROM stolen")
                        .startsWith("23514");
            }
            assertError(
                            owner,
                            "UPDATE stolen SET bucket = 'tickbook.time_bucket(''no width''::interval, %s)';"
                                    + " INSERT INTO tickbook.continuous_aggregate SELECT * FROM stolen")
                    .as("it would fail for every reader of the view")
                    .startsWith("22007 continuous aggregate public.daily cannot have these buckets");
            owner.execute(
                    "UPDATE stolen SET bucket = $b$" + call + "$b$, id = 2147483647",
                    "INSERT INTO tickbook.continuous_aggregate SELECT * FROM stolen");
        }
        assertThat(db.rows("SELECT relation, pending_invalidations FROM tickbook.continuous_aggregates"))
                .containsExactly("daily|0");
        db.execute(
                "CREATE TABLE ours " + BARS,
                "SELECT tickbook.create_hypertable('ours', 'time')",
                "SELECT tickbook.create_continuous_aggregate('our_daily',"
                        + " $$SELECT tickbook.time_bucket('1 day', time) AS day, count(*) FROM ours GROUP BY day$$)");
        assertThat(db.count("SELECT count(*) FROM our_daily"))
                .as("no one used up the numbers")
                .isZero();
    }

    /** Whoever does the work, the owner of Tickbook or of the table: what was written is found, moved, packed and dropped. */
    @Test
    void anOwnerRefreshesWhatTheyOwn() {
        String query =
                "SELECT tickbook.time_bucket('1 day', time) AS day, symbol, max(close) AS close FROM mine GROUP BY day, symbol";
        String weekly =
                "SELECT tickbook.time_bucket('1 week', day) AS week, max(close) AS close FROM own_daily GROUP BY week";
        try (Database owner = db.connectAs("tickbook_owner")) {
            owner.execute(
                    "SET timezone = 'UTC'",
                    "CREATE TABLE mine " + BARS,
                    "SELECT tickbook.create_hypertable('mine', 'time', INTERVAL '1 day')",
                    "SELECT tickbook.ensure_chunks('mine', '2024-01-01', '2024-01-10')",
                    "SELECT tickbook.create_continuous_aggregate('own_daily', $$" + query + "$$)",
                    "SELECT tickbook.create_continuous_aggregate('own_weekly', $$" + weekly + "$$)",
                    "SELECT tickbook.enable_compression('mine', '{symbol}')",
                    "SELECT tickbook.add_continuous_aggregate_policy('own_daily', NULL, INTERVAL '1 hour', INTERVAL '1 hour')");
            int close = 1;
            for (String work : new String[] {
                "CALL tickbook.refresh_continuous_aggregate('own_daily')",
                "CALL tickbook.refresh_continuous_aggregate('own_daily', force => true)",
                "SELECT tickbook.ensure_chunks('mine', '2024-02-01', '2024-02-10')",
                "SELECT tickbook.maintain_hypertable('mine')",
                "SELECT tickbook.compress_chunk(c) FROM tickbook.show_chunks('mine') c",
                "UPDATE tickbook.job SET next_start = now(); CALL tickbook.run_jobs()",
                "CALL tickbook.refresh_continuous_aggregate('own_weekly')"
            }) {
                for (String day : new String[] {"2024-01-05", "2024-02-05", "2024-03-05"}) {
                    owner.execute("INSERT INTO mine VALUES ('" + close++ + "', '" + day + "', " + close + ")");
                }
                for (String statement : work.split("; ")) {
                    owner.execute(statement);
                }
                assertThat(owner.rows("SELECT * FROM own_daily ORDER BY 1, 2"))
                        .as(work)
                        .isEqualTo(owner.rows("SELECT * FROM (" + query + ") q ORDER BY 1, 2"));
            }
            assertThat(owner.rows("SELECT DISTINCT status, error FROM tickbook.job_runs"))
                    .containsExactly("succeeded|");
            List<String> before = owner.rows("SELECT * FROM own_daily ORDER BY 1, 2");
            owner.execute("SELECT tickbook.drop_chunks('mine', DATE '2024-02-01')");
            assertThat(owner.rows("SELECT * FROM own_daily ORDER BY 1, 2")).isEqualTo(before);
            try (Database other = db.connectAs("tickbook_other")) {
                assertError(
                                other,
                                "INSERT INTO tickbook.invalidation SELECT id, NULL, '-infinity', 'infinity' FROM tickbook.continuous_aggregate")
                        .startsWith("42501 must be owner of continuous aggregate public.own_");
                assertError(other, "INSERT INTO tickbook.invalidation VALUES (4711, NULL, '-infinity', 'infinity')")
                        .startsWith("42501 must be owner of continuous aggregate 4711");
            }
        }
    }

    @Test
    void toReadAnAggregateTakesSelectAndNothingElse() {
        try (Database owner = db.connectAs("tickbook_owner")) {
            owner.execute(
                    "CREATE TABLE mine " + BARS,
                    "SELECT tickbook.create_hypertable('mine', 'time')",
                    "SELECT tickbook.create_continuous_aggregate('daily',"
                            + " $$SELECT tickbook.time_bucket('1 day', time) AS day, count(*) FROM mine GROUP BY day$$)",
                    "INSERT INTO mine VALUES ('A', '2024-01-01', 1)",
                    "GRANT SELECT ON daily TO tickbook_reader");
        }
        db.execute("REVOKE USAGE ON SCHEMA tickbook FROM tickbook_reader");
        try (Database reader = db.connectAs("tickbook_reader")) {
            assertThat(reader.count("SELECT count FROM daily")).isEqualTo(1);
        }
    }

    /** The functions that note changes run as the owner of Tickbook, and anyone may make a trigger that calls them. */
    @Test
    void aTriggerOfOnesOwnReachesNoAggregateOfAnother() {
        try (Database owner = db.connectAs("tickbook_owner");
                Database other = db.connectAs("tickbook_other")) {
            owner.execute(
                    "CREATE TABLE mine " + BARS,
                    "SELECT tickbook.create_hypertable('mine', 'time')",
                    "SELECT tickbook.create_continuous_aggregate('daily',"
                            + " $$SELECT tickbook.time_bucket('1 day', time) AS day, count(*) FROM mine GROUP BY day$$)");
            String id = db.value("SELECT id FROM tickbook.continuous_aggregate", String.class);
            other.execute("CREATE TABLE theirs " + BARS, "INSERT INTO theirs VALUES ('A', '2024-01-01', 1)");
            for (String trigger : new String[] {"_log_inserts", "_log_changes", "_log_everything"}) {
                other.execute(
                        "CREATE OR REPLACE TRIGGER forged AFTER UPDATE ON theirs FOR EACH STATEMENT EXECUTE FUNCTION tickbook."
                                + trigger + "(" + id + ", 'time')");
                assertError(other, "UPDATE theirs SET close = 2")
                        .isEqualTo("42501 public.theirs is no table of continuous aggregate public.daily"
                                + " HINT: Drop the trigger of public.theirs that calls a function of schema tickbook.");
            }
            // Of an aggregate that does not exist; and a view in place of the transition table.
            other.execute(
                    "CREATE FUNCTION evil() RETURNS timestamptz LANGUAGE plpgsql AS"
                            + " $$ BEGIN RAISE EXCEPTION 'called as %', current_user; END $$",
                    "CREATE TEMP VIEW old_rows AS SELECT evil() AS time",
                    "CREATE OR REPLACE TRIGGER forged AFTER DELETE ON theirs FOR EACH STATEMENT EXECUTE FUNCTION"
                            + " tickbook._log_changes(4711, 'time')",
                    "DELETE FROM theirs");
            assertError(
                            other,
                            "INSERT INTO tickbook.continuous_aggregate (relation, id, storage, source, materialized, definition, source_alias,"
                                    + " time_column, time_type, bucket_column, bucket, bucket_width) VALUES ('theirs', 9, 'mine', 'theirs',"
                                    + " 'theirs', 'SELECT evil()', 'theirs', 'time', 'timestamptz', 'time', '%s', '1 day')")
                    .as("it would be run by whoever drops chunks of the hypertable")
                    .startsWith("42501 must be owner of public.mine");
            db.execute("GRANT SELECT, TRIGGER ON mine TO tickbook_other");
            assertError(
                            other,
                            "SELECT tickbook.create_continuous_aggregate('spied',"
                                    + " $$SELECT tickbook.time_bucket('1 day', time) AS day, count(*) FROM mine GROUP BY day$$)")
                    .startsWith("42501 must be owner of public.mine");
            assertError(other, "DELETE FROM tickbook.continuous_aggregate").startsWith("42501");
            assertError(other, "CALL tickbook.refresh_continuous_aggregate('daily')")
                    .startsWith("42501");
            db.execute("GRANT SELECT ON daily TO tickbook_reader");
            owner.execute("INSERT INTO mine VALUES ('A', '2024-01-01', 1)");
            try (Database reader = db.connectAs("tickbook_reader")) {
                assertThat(reader.count("SELECT count FROM daily"))
                        .as("who may read it needs nothing else")
                        .isEqualTo(1);
            }
        }
    }
}
