package dev.tickbook.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A server that is killed in the middle of something comes back with every committed row, once. */
class CrashTest {
    private static final String BARS =
            "CREATE TABLE bars (symbol text NOT NULL, time timestamptz NOT NULL, close int, PRIMARY KEY (symbol, time))";

    private Path data;
    private EmbeddedPostgres postgres;
    private Database db;

    @BeforeEach
    void start() throws IOException {
        data = Files.createTempDirectory("crash");
        restart();
        db.execute("CREATE EXTENSION tickbook", BARS);
    }

    @AfterEach
    void stop() throws IOException {
        db.close();
        postgres.close();
        try (Stream<Path> files = Files.walk(data)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        }
    }

    @Test
    void duringCreateHypertable() throws Exception {
        fill(300_000);
        killDuring("SELECT tickbook.create_hypertable('bars', 'time', INTERVAL '1 day', migrate_data => true)", 700);
        assertThat(db.rows("SELECT relkind FROM pg_class WHERE relname LIKE 'bars%' AND relkind IN ('r', 'p')"))
                .containsExactly("r");
        assertThat(db.rows("SELECT * FROM tickbook.hypertables")).isEmpty();
        assertEveryRowOnce(300_000);
        db.execute("SELECT tickbook.create_hypertable('bars', 'time', INTERVAL '1 day', migrate_data => true)");
        assertEveryRowOnce(300_000);
    }

    @Test
    void duringACopy() throws Exception {
        db.execute("SELECT tickbook.create_hypertable('bars', 'time', INTERVAL '1 day')");
        fill(50_000);
        db.execute("SELECT tickbook.maintain_hypertable('bars')");
        try (Database loader = db.connectAgain()) {
            var copying = CompletableFuture.runAsync(() -> {
                try {
                    loader.copy().copyIn("COPY bars FROM STDIN (FORMAT csv)", new EndlessCsv());
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            Thread.sleep(700);
            kill();
            assertThat(copying).failsWithin(20, TimeUnit.SECONDS);
        }
        restart();
        assertEveryRowOnce(50_000);
        assertThat(db.copy().copyIn("COPY bars FROM STDIN (FORMAT csv)", new java.io.StringReader("B,2024-06-01,1\n")))
                .isEqualTo(1);
        db.execute("SELECT tickbook.maintain_hypertable('bars')");
        assertThat(db.count("SELECT count(*) FROM bars WHERE symbol = 'B'")).isEqualTo(1);
    }

    @Test
    void duringRunJobs() throws Exception {
        db.execute("SELECT tickbook.create_hypertable('bars', 'time', INTERVAL '1 day')");
        fill(300_000);
        killDuring("CALL tickbook.run_jobs()", 700);
        assertThat(db.rows("SELECT status FROM tickbook.job_runs")).containsExactly("interrupted");
        assertEveryRowOnce(300_000);
        assertThat(db.count("SELECT rows_outside_chunks FROM tickbook.hypertables"))
                .as("an estimate, as the crash emptied the statistics")
                .isBetween(150_000L, 600_000L);
        db.execute("UPDATE tickbook.job SET next_start = now()");
        for (int run = 0; run < 20; run++) {
            db.execute("CALL tickbook.run_jobs()");
        }
        assertThat(db.count("SELECT count(*) FROM ONLY bars_default")).isZero();
        assertThat(db.rows("SELECT DISTINCT status FROM tickbook.job_runs ORDER BY 1"))
                .containsExactly("interrupted", "succeeded");
        assertEveryRowOnce(300_000);
    }

    @Test
    void duringCompressChunk() throws Exception {
        db.execute("SELECT tickbook.create_hypertable('bars', 'time', INTERVAL '1000 days')");
        fill(400_000);
        db.execute(
                "SELECT tickbook.maintain_hypertable('bars')",
                "SELECT tickbook.enable_compression('bars', '{symbol}')");
        killDuring("SELECT tickbook.compress_chunk(c) FROM tickbook.show_chunks('bars') c", 300);
        assertThat(db.count("SELECT count(*) FROM bars_batches"))
                .as("all or nothing")
                .isZero();
        assertEveryRowOnce(400_000);
        db.execute("SELECT tickbook.compress_chunk(c) FROM tickbook.show_chunks('bars') c");
        assertThat(db.count("SELECT count(*) FROM bars_rows")).isZero();
        assertEveryRowOnce(400_000);
        killDuring("SELECT tickbook.decompress_chunk(c) FROM tickbook.show_chunks('bars') c", 150);
        assertThat(db.count("SELECT count(*) FROM bars_rows")).isZero();
        assertEveryRowOnce(400_000);
    }

    private void fill(int rows) {
        db.execute(
                "INSERT INTO bars SELECT 'A', timestamptz '2024-01-01' + i * interval '1 minute', i FROM generate_series(1, "
                        + rows + ") i");
    }

    private void assertEveryRowOnce(int rows) {
        assertThat(db.rows("SELECT count(*), count(DISTINCT time), sum(close) FROM bars"))
                .containsExactly(rows + "|" + rows + "|" + (long) rows * (rows + 1) / 2);
    }

    private void killDuring(String sql, int afterMillis) throws Exception {
        try (Database worker = db.connectAgain()) {
            var work = CompletableFuture.runAsync(() -> worker.execute(sql));
            Thread.sleep(afterMillis);
            assertThat(work).as("still at it when the server dies").isNotDone();
            kill();
            assertThat(work).failsWithin(20, TimeUnit.SECONDS);
        }
        restart();
    }

    /** SIGKILL to the server and all of its children, which this test started. */
    private void kill() throws IOException, InterruptedException {
        long pid = Long.parseLong(
                Files.readAllLines(data.resolve("postmaster.pid")).get(0).strip());
        ProcessHandle server = ProcessHandle.of(pid).orElseThrow();
        List<ProcessHandle> all = new ArrayList<>(server.descendants().toList());
        all.add(0, server);
        all.forEach(ProcessHandle::destroyForcibly);
        for (ProcessHandle each : all) {
            while (each.info().command().isPresent()) { // in a container the dead may stay in the list of processes
                Thread.sleep(20);
            }
        }
        Files.deleteIfExists(data.resolve("epg-lock"));
    }

    private void restart() throws IOException {
        Files.deleteIfExists(data.resolve("postmaster.pid"));
        postgres = Servers.start(18, Map.of("synchronous_commit", "on"), data);
        db = new Database(
                new Server("", postgres.getJdbcUrl("postgres", "postgres"), true, false),
                postgres.getJdbcUrl("postgres", "postgres"));
    }

    /** CSV rows until the connection breaks. */
    private static final class EndlessCsv extends java.io.Reader {
        private long minute = 1_000_000;
        private String line = "";
        private int position;

        @Override
        public int read(char[] buffer, int offset, int length) {
            if (position == line.length()) {
                minute++;
                line = "C," + java.time.Instant.ofEpochSecond(1_700_000_000L + minute * 60) + ",1\n";
                position = 0;
            }
            int n = Math.min(length, line.length() - position);
            line.getChars(position, position + n, buffer, offset);
            position += n;
            return n;
        }

        @Override
        public void close() {}
    }
}
