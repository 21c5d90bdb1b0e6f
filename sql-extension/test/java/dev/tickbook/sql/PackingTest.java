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
}
