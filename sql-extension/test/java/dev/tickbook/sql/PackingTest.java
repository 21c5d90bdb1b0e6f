package dev.tickbook.sql;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.MethodSource;

/** Packing of what is unusual: each table is compared with a plain one that has the same rows. */
@MethodSource("dev.tickbook.sql.Servers#natives")
class PackingTest extends DatabaseTest {
    private static final String MINUTES =
            "SELECT timestamptz '2024-01-01 00:00+00' + i * interval '1 minute', i FROM generate_series(0, 9) i";

    /** A plain table and a hypertable {@code x} of one-day chunks with the same rows and compression, nothing packed. */
    private void create(String columns, String rows, String segments) {
        db.execute(
                "CREATE TABLE plain (" + columns + ")",
                "CREATE TABLE x (" + columns + ")",
                "SELECT tickbook.create_hypertable('x', 'time', INTERVAL '1 day')",
                "SELECT tickbook.ensure_chunks('x', '2024-01-01 00:00+00', '2024-01-02 00:00+00')",
                "INSERT INTO plain " + rows,
                "INSERT INTO x TABLE plain",
                "SELECT tickbook.enable_compression('x', '" + segments + "')");
    }

    private void both(String sql) {
        db.execute(sql.formatted("plain"), sql.formatted("x"));
    }

    private void compress() {
        db.execute("SELECT tickbook.compress_chunk(c) FROM tickbook.show_chunks('x') c");
        assertThat(db.rows("SELECT * FROM x_rows")).as("what is not packed").isEmpty();
    }

    private void assertSameAsPlain() {
        String difference = "SELECT t::text FROM %s t EXCEPT ALL SELECT t::text FROM %s t";
        assertThat(db.rows(difference.formatted("plain", "x"))).isEmpty();
        assertThat(db.rows(difference.formatted("x", "plain"))).isEmpty();
    }

    @Test
    void pricesAreMeasuredAgainstOneThatNoNumberStandsForInSomeBatch() {
        create(
                "time timestamptz NOT NULL, open numeric(15,4), high numeric(15,4), low numeric(15,4), close numeric(15,4), volume bigint",
                "SELECT timestamptz '2024-01-01 00:00+00' + i * interval '1 minute', p, greatest(p, q) + 0.01 * (i % 3),"
                        + " least(p, q) - 0.01 * (i % 4), q, CASE i WHEN 700 THEN 3000000001 ELSE i END FROM (SELECT i,"
                        + " round(100 + 10 * sin((i - 1) / 40.0)::numeric, 4) AS p, round(100 + 10 * sin(i / 40.0)::numeric, 4) AS q"
                        + " FROM generate_series(0, 2879) i) g",
                "{}");
        both("UPDATE %s SET close = 'NaN' WHERE time = '2024-01-02 12:00+00'");
        compress();
        assertThat(db.rows("SELECT refs -> 'open' ->> 'kind' FROM tickbook.compression"))
                .as("open is packed as what differs from the last close")
                .containsExactly("lag");
        assertSameAsPlain();
        both("UPDATE %s SET open = open + 1 WHERE extract(minute FROM time) = 30");
        assertSameAsPlain();
        compress();
        assertSameAsPlain();
    }

    @Test
    void aPolicyPacksTheOtherChunksWhenOneCannotBePacked() {
        create("time timestamptz NOT NULL PRIMARY KEY, v int", MINUTES, "{}");
        both("INSERT INTO %s SELECT time + interval '1 day', v FROM plain WHERE time < '2024-01-02'");
        db.execute("SELECT tickbook.add_compression_policy('x', INTERVAL '1 day')", "SET lock_timeout = '300ms'");
        try (Database other = db.connectAgain()) {
            other.execute("BEGIN", "SELECT * FROM x_p20240101 FOR UPDATE");
            db.execute("CALL tickbook.run_jobs()");
        }
        assertThat(db.rows("SELECT rows, error FROM tickbook.job_runs WHERE job = 'compression'"))
                .containsExactly("10|public.x_p20240101: canceling statement due to lock timeout");
        assertThat(db.rows("SELECT consecutive_failures FROM tickbook.jobs WHERE job = 'compression'"))
                .as("it is tried again soon")
                .containsExactly("1");
        assertThat(db.rows("SELECT DISTINCT time::date FROM x_rows")).containsExactly("2024-01-01");
        assertSameAsPlain();
        compress();
    }

    @Test
    void whatOnlyComparesAsEqualIsKeptApartInSegments() {
        create(
                "n numeric, f double precision, j jsonb, c bpchar, i interval, time timestamptz NOT NULL",
                "SELECT (ARRAY['1.0', '1.00', '1'])[1 + i % 3]::numeric, (ARRAY['0', '-0'])[1 + i % 2]::float8,"
                        + " (ARRAY['1.0', '1'])[1 + i % 2]::jsonb, (ARRAY['a', 'a '])[1 + i % 2]::bpchar,"
                        + " (ARRAY['1 day', '24:00'])[1 + i % 2]::interval,"
                        + " timestamptz '2024-01-01 00:00+00' + i * interval '1 minute' FROM generate_series(0, 2399) i",
                "{n,f,j,c,i}");
        compress();
        assertSameAsPlain();
        both("DELETE FROM %s WHERE extract(minute FROM time) = 7");
        compress();
        assertSameAsPlain();
    }

    @Test
    void aSchemaMayHaveANameThatNeedsQuotes() {
        db.execute("CREATE SCHEMA \"S p\"", "SET search_path = \"S p\"");
        create(
                "\"T x\" text, tags int[], time timestamptz NOT NULL PRIMARY KEY",
                "SELECT 'a', ARRAY[i], timestamptz '2024-01-01 00:00+00' + i * interval '1 minute' FROM generate_series(0, 9) i",
                "{T x}");
        compress();
        both("UPDATE %s SET tags = tags || 1");
        assertSameAsPlain();
        assertThat(db.count("SELECT count(*) FROM x_between('2024-01-01 00:00+00', '2024-01-01 00:05+00')"))
                .isEqualTo(5);
        assertError("INSERT INTO x TABLE x").startsWith("23505");
        db.execute("SELECT tickbook.disable_compression('x')");
        assertSameAsPlain();
    }

    @Test
    void packedRowsOfAChunkThatWasDetachedAreNeverDropped() {
        create("time timestamptz NOT NULL PRIMARY KEY, v int", MINUTES, "{}");
        compress();
        db.execute("ALTER TABLE x_rows DETACH PARTITION x_p20240101");
        String expected = "55000 compressed rows of public.x at 2024-01-01 00:00:00+00 belong to no chunk";
        String hint = "HINT: Make it again with tickbook.ensure_chunks('public.x', '2024-01-01 00:00:00+00'";
        assertError("UPDATE x SET v = v").startsWith(expected).contains(hint);
        assertError("SELECT tickbook.disable_compression('x')")
                .startsWith(expected)
                .contains(hint);
        assertError("SELECT tickbook.revert_hypertable('x')").startsWith(expected);
        assertSameAsPlain();
        db.execute(
                "SELECT tickbook.ensure_chunks('x', '2024-01-01 00:00:00+00', '2024-01-01 00:00:00+00')",
                "SELECT tickbook.revert_hypertable('x')");
        assertSameAsPlain();
    }

    @Test
    void aColumnThatIsAddedKeepsItsPromisesInPackedRowsToo() {
        create("time timestamptz NOT NULL PRIMARY KEY, v int", MINUTES, "{}");
        compress();
        db.execute(
                "CREATE TABLE parent (id int PRIMARY KEY)",
                "CREATE DOMAIN present AS int NOT NULL",
                "CREATE DOMAIN words AS text[]");
        assertAdding("q int NOT NULL")
                .startsWith("23514 NOT NULL of column \"q\" of public.x_rows is violated by compressed rows");
        assertAdding("q int DEFAULT 5 CHECK (q > 10)")
                .startsWith(
                        "23514 check constraint \"x_rows_q_check\" of public.x_rows is violated by compressed rows");
        assertAdding("q int REFERENCES parent")
                .startsWith("0A000 column \"q\" of public.x_rows is part of a key or refers");
        assertAdding("q float8 DEFAULT random()")
                .startsWith("0A000 column \"q\" of public.x_rows has a default that is computed");
        assertAdding("q present").startsWith("23502 domain public.present does not allow null values");
        db.execute("SET extra_float_digits = -10");
        for (String good : new String[] {
            "a int NOT NULL DEFAULT 15 CHECK (a > v)", "b float8 DEFAULT 0.30000000000000004", "c words DEFAULT '{a}'"
        }) {
            db.execute("ALTER TABLE plain ADD COLUMN " + good, "SELECT tickbook.add_column('x', $q$" + good + "$q$)");
        }
        db.execute("RESET extra_float_digits");
        assertSameAsPlain();
    }

    private org.assertj.core.api.AbstractStringAssert<?> assertAdding(String definition) {
        return assertError("SELECT tickbook.add_column('x', '" + definition + "')");
    }

    @Test
    void rowsMayBeUnpackedWhileTheBatchesHaveNotAColumnYetThatAlterTableAdded() {
        create("time timestamptz NOT NULL PRIMARY KEY, v int", MINUTES, "{}");
        compress();
        db.execute(
                "ALTER TABLE plain ADD z int DEFAULT 5",
                "ALTER TABLE x_rows ADD z int DEFAULT 5",
                "ALTER TABLE x_rows ALTER z SET DEFAULT 6");
        both("UPDATE %s SET v = -1 WHERE v = 3");
        compress();
        assertSameAsPlain();
        db.execute(
                "ALTER TABLE plain ADD y text DEFAULT 'y'",
                "ALTER TABLE x_rows ADD y text DEFAULT 'y'",
                "CREATE TABLE staged AS SELECT time, v + 100 AS v FROM plain WHERE v > 7");
        assertThat(db.rows("SELECT inserted, updated, unchanged FROM tickbook.upsert('x', 'staged')"))
                .containsExactly("0|2|0");
        db.execute("UPDATE plain SET v = v + 100 WHERE v > 7");
        assertSameAsPlain();
        db.execute(
                "ALTER TABLE plain ADD w text DEFAULT 'w'",
                "ALTER TABLE x_rows ADD w text DEFAULT 'w'",
                "SELECT tickbook.decompress_chunk(c) FROM tickbook.show_chunks('x') c",
                "SELECT tickbook.disable_compression('x')");
        assertSameAsPlain();
    }

    @Test
    void aDefaultThatARewriteHidIsNotTakenForNull() {
        create("time timestamptz NOT NULL PRIMARY KEY, v int", MINUTES, "{}");
        compress();
        db.execute("ALTER TABLE x_rows ADD z int DEFAULT 5", "VACUUM FULL x_rows");
        assertError("SELECT tickbook.compress_chunk('x_p20240101')")
                .startsWith("0A000 column \"z\" of public.x_rows has a default");
        db.execute("ALTER TABLE x_rows ALTER z DROP DEFAULT");
        assertError("SELECT tickbook.compress_chunk('x_p20240101')")
                .startsWith("0A000 column \"z\" of public.x_rows may have had a default")
                .contains("HINT: Unpack every chunk with tickbook.decompress_chunk() first");
        db.execute(
                "ALTER TABLE x_rows ALTER z SET DEFAULT 5",
                "SELECT tickbook.decompress_chunk(c) FROM tickbook.show_chunks('x') c");
        compress();
        db.execute("ALTER TABLE plain ADD z int DEFAULT 5");
        assertSameAsPlain();
    }

    @Test
    void whatSegmentsAndOrderCannotBeIsSaidAtOnce() {
        db.execute(
                "CREATE TABLE x (time timestamptz NOT NULL, s text, j json, p point)",
                "SELECT tickbook.create_hypertable('x', 'time')");
        assertError("SELECT tickbook.enable_compression('x', '{j}')")
                .startsWith("22023 values of column \"j\" of public.x have no order");
        assertError("SELECT tickbook.enable_compression('x', '{}', 'p')")
                .startsWith("22023 values of column \"p\" of public.x have no order");
        assertError("SELECT tickbook.enable_compression('x', '{s,s}')")
                .startsWith("22023 segment_by of public.x names column \"s\" twice");
        assertError("SELECT tickbook.enable_compression('x', '{NULL}')")
                .startsWith("22023 segment_by of public.x must not contain NULL");
        assertThat(db.execute(
                        "SELECT tickbook.enable_compression('x', '{s}')", "SELECT tickbook.disable_compression('x')"))
                .as("notices")
                .isEmpty();
    }

    @Test
    void disablingSaysFirstWhatDependsOnTheView() {
        create("time timestamptz NOT NULL PRIMARY KEY, v int", MINUTES, "{}");
        compress();
        db.execute(
                "CREATE VIEW reader AS SELECT * FROM x",
                "CREATE FUNCTION f() RETURNS SETOF x LANGUAGE sql AS 'SELECT * FROM x'");
        assertError("SELECT tickbook.disable_compression('x')")
                .startsWith(
                        "2BP01 compression of public.x cannot be disabled while other objects depend on its view HINT: Drop what");
        assertThat(db.rows("SELECT * FROM x_rows")).isEmpty();
        db.execute("DROP VIEW reader", "DROP FUNCTION f()", "SELECT tickbook.disable_compression('x')");
        assertSameAsPlain();
    }

    @Test
    void aPublicationOfAllTablesIsNotInTheWay() {
        create("time timestamptz NOT NULL PRIMARY KEY, v int", MINUTES, "{}");
        compress();
        db.execute("SET client_min_messages = error", "CREATE PUBLICATION everything FOR ALL TABLES");
        db.execute("ALTER TABLE plain REPLICA IDENTITY FULL");
        both("UPDATE %s SET v = -v WHERE v > 7");
        compress();
        db.execute("SELECT tickbook.decompress_chunk(c) FROM tickbook.show_chunks('x') c");
        assertSameAsPlain();
    }

    @Test
    void statsCountRowsAndNotThePagesThatPackingLeftBehind() {
        create(
                "time timestamptz NOT NULL PRIMARY KEY, v int",
                "SELECT timestamptz '2024-01-01 00:00+00' + i * interval '1 second', i FROM generate_series(0, 19999) i",
                "{}");
        compress();
        db.execute("INSERT INTO x VALUES ('2024-01-01 00:00:00.5+00', 1)", "SELECT pg_stat_force_next_flush()");
        assertThat(
                        db.rows(
                                "SELECT compressed_rows, uncompressed_rows FROM tickbook.compression_stats WHERE chunk = 'x_p20240101'::regclass"))
                .containsExactly("20000|1");
    }

    @Test
    void readingIsGivenAndTakenByTheName() {
        create("time timestamptz NOT NULL PRIMARY KEY, v int", MINUTES, "{}");
        String reader = "packing_reader_" + db.name();
        String between = "SELECT count(*) FROM x_between('2024-01-01 00:00+00', '2024-01-02 00:00+00')";
        db.execute("CREATE ROLE " + reader + " LOGIN", "GRANT USAGE ON SCHEMA tickbook TO " + reader);
        try (Database session = db.connectAs(reader)) {
            compress();
            assertThat(session.rows("SELECT * FROM tickbook.compression_stats"))
                    .as("of what may not be read")
                    .isEmpty();
            db.execute("GRANT SELECT ON x TO " + reader, "SELECT tickbook.compress_chunk('x_p20240101')");
            assertThat(session.count(between)).isEqualTo(10);
            assertThat(session.rows("SELECT compressed_rows FROM tickbook.compression_stats WHERE chunk IS NULL"))
                    .containsExactly("10");
            db.execute("REVOKE SELECT ON x FROM " + reader, "SELECT tickbook.compress_chunk('x_p20240101')");
            assertError(session, between).startsWith("42501");
            assertError(session, "SELECT * FROM x_rows").startsWith("42501");
            assertError(session, "SELECT * FROM x_batches").startsWith("42501");
        } finally {
            db.execute("DROP OWNED BY " + reader, "DROP ROLE " + reader);
        }
    }

    @Test
    void noOneCanSayWhatIsCompressedOfATableOfSomeoneElse() {
        create("time timestamptz NOT NULL PRIMARY KEY, v int", MINUTES, "{}");
        String other = "packing_other_" + db.name();
        db.execute(
                "CREATE ROLE " + other + " LOGIN",
                "GRANT USAGE ON SCHEMA tickbook TO " + other,
                "CREATE SCHEMA theirs AUTHORIZATION " + other);
        try (Database session = db.connectAs(other)) {
            session.execute(
                    "CREATE TABLE theirs.y (time timestamptz NOT NULL)",
                    "SELECT tickbook.create_hypertable('theirs.y', 'time')",
                    "SELECT tickbook.enable_compression('theirs.y')");
            assertError(
                            session,
                            "INSERT INTO tickbook.compressed_chunk VALUES ('theirs.y', 'public.x_p20240101', 1, '1')")
                    .startsWith("42501 must be owner of public.x_p20240101");
            assertError(session, "UPDATE tickbook.compression SET batches = 'public.x_batches'")
                    .startsWith("42501 must be owner of");
        } finally {
            db.execute("SET client_min_messages = error", "DROP OWNED BY " + other + " CASCADE", "DROP ROLE " + other);
        }
    }

    @Test
    void anOldSnapshotNeverGivesBackSpaceThatOthersHaveWrittenTo() {
        create("time timestamptz NOT NULL PRIMARY KEY, v int", MINUTES, "{}");
        compress();
        db.execute("BEGIN ISOLATION LEVEL REPEATABLE READ", "SELECT count(*) FROM x");
        try (Database other = db.connectAgain()) {
            other.execute(
                    "INSERT INTO x VALUES ('2024-01-01 05:00+00', 11)",
                    "INSERT INTO plain VALUES ('2024-01-01 05:00+00', 11)");
        }
        db.execute("SELECT tickbook.compress_chunk('x_p20240101')", "COMMIT");
        assertSameAsPlain();
    }

    @Test
    void theNameIsLockedForNoPackingWhenThereWereRowsToLearnFromBefore() {
        create(
                "time timestamptz NOT NULL, open numeric(15,4), close numeric(15,4)",
                "SELECT timestamptz '2024-01-01 00:00+00' + i * interval '1 minute', sin((i - 1) / 40.0) * 10, sin(i / 40.0) * 10"
                        + " FROM generate_series(0, 999) i",
                "{}");
        assertThat(db.rows("SELECT refs <> '{}' FROM tickbook.compression")).containsExactly("t");
        db.execute("BEGIN", "SELECT tickbook.compress_chunk('x_p20240101')");
        assertThat(db.rows("SELECT mode FROM pg_locks WHERE relation = 'x'::regclass AND mode LIKE '%Exclusive%'"))
                .isEmpty();
        db.execute("COMMIT");
        assertSameAsPlain();
    }

    @Test
    void fewLateRowsAtATimeDoNotBecomeABatchEach() {
        create(
                "s text, time timestamptz NOT NULL, v int",
                "SELECT 's', timestamptz '2024-01-01 00:00+00' + i * interval '1 minute', i FROM generate_series(0, 999) i",
                "{s}");
        compress();
        for (int late = 1; late <= 5; late++) {
            both("INSERT INTO %s VALUES ('s', '2024-01-01 12:00:0" + late + "+00', 0), (NULL, '2024-01-01 12:00:0"
                    + late + "+00', 0)");
            assertThat(db.rows("SELECT tickbook.compress_chunk('x_p20240101')"))
                    .as("late rows")
                    .containsExactly("2");
            assertSameAsPlain();
        }
        assertThat(db.rows("SELECT s, \".rows\" FROM x_batches ORDER BY 1, 2")).containsExactly("s|25", "s|980", "|5");
    }
}
