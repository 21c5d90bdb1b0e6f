package dev.tickbook.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.MethodSource;

/** Many sessions at once. {@code -Dtickbook.stress.seconds=60} makes the longest test as long as one likes. */
@MethodSource("dev.tickbook.sql.Servers#newest")
class ConcurrencyTest extends DatabaseTest {
    private static final int SECONDS = Integer.getInteger("tickbook.stress.seconds", 10);

    /** Fails as soon as any session does, with what it was told. */
    private final ConcurrentLinkedQueue<String> errors = new ConcurrentLinkedQueue<>();

    @Test
    void eightWritersMaintenanceAndDropChunksGetAlong() throws Exception {
        db.execute(
                "CREATE TABLE bars (writer int NOT NULL, n bigint NOT NULL, time timestamptz NOT NULL, PRIMARY KEY (writer, n, time))",
                "CREATE INDEX ON bars (time)",
                "SELECT tickbook.create_hypertable('bars', 'time', INTERVAL '1 day')");
        AtomicBoolean stop = new AtomicBoolean();
        AtomicLong[] written = new AtomicLong[8];
        AtomicLong kept = new AtomicLong();
        AtomicLong drops = new AtomicLong();
        AtomicLong reads = new AtomicLong();
        List<Runnable> sessions = new ArrayList<>();
        for (int w = 0; w < 8; w++) {
            AtomicLong count = written[w] = new AtomicLong();
            int writer = w;
            // Row n of a writer belongs to the kept range if n is even, to the far past that is being dropped if it is
            // odd.
            sessions.add(() -> session(stop, statement -> {
                long n = count.get();
                statement.execute("BEGIN");
                statement.execute("INSERT INTO bars SELECT " + writer + ", n, CASE n % 2 WHEN 0"
                        + " THEN timestamptz '2030-01-01' + n * interval '1 hour' ELSE timestamptz '2000-01-01' + n % 100 * interval '1 day' END"
                        + " FROM generate_series(" + n + ", " + (n + 19) + ") n");
                statement.execute("SELECT count(*) FROM bars WHERE writer = " + writer + " AND time > '2030-01-01'");
                statement.execute("COMMIT");
                count.addAndGet(20);
            }));
        }
        sessions.add(() -> session(stop, s -> s.execute("SELECT tickbook.maintain_hypertable('bars', 5)")));
        sessions.add(() -> session(
                stop,
                s -> s.execute("SELECT tickbook.ensure_chunks('bars', timestamptz '2030-01-01'"
                        + " + random() * interval '100 days', timestamptz '2030-05-01')")));
        sessions.add(() -> session(stop, s -> {
            s.execute("SELECT tickbook.drop_chunks('bars', DATE '2001-01-01')");
            drops.incrementAndGet();
            Thread.sleep(200);
        }));
        sessions.add(() -> session(stop, s -> {
            s.execute("SELECT count(*) FROM bars");
            reads.incrementAndGet();
        }));
        run(sessions, stop);

        assertThat(errors).isEmpty();
        long total = 0;
        for (int w = 0; w < 8; w++) {
            long rows = written[w].get();
            assertThat(db.count("SELECT count(*) FROM bars WHERE writer = " + w + " AND time >= '2030-01-01'"))
                    .isEqualTo(rows / 2);
            total += rows;
            kept.addAndGet(rows / 2);
        }
        assertThat(drops.get()).isPositive();
        db.execute("SELECT tickbook.maintain_hypertable('bars')");
        assertThat(db.count("SELECT count(*) FROM bars WHERE time >= '2030-01-01'"))
                .isEqualTo(kept.get());
        System.out.printf(
                "%d s: %,d rows by 8 writers, %d drops, %d reads of everything%n",
                SECONDS, total, drops.get(), reads.get());
    }

    @Test
    void readsNeverFailAndSeeEveryRowWhileATableIsConvertedAndReverted() throws Exception {
        db.execute(
                "CREATE TABLE bars (time timestamptz NOT NULL, close int, PRIMARY KEY (time))",
                "INSERT INTO bars SELECT timestamptz '2024-01-01' + i * interval '1 minute', i FROM generate_series(1, 200000) i");
        AtomicBoolean stop = new AtomicBoolean();
        AtomicLong longest = new AtomicLong();
        Runnable reader = () -> session(stop, statement -> {
            Instant begun = Instant.now();
            try (var rows = statement.executeQuery("SELECT count(*) FROM bars")) {
                rows.next();
                if (rows.getLong(1) != 200_000) {
                    errors.add(rows.getLong(1) + " rows");
                }
            }
            longest.accumulateAndGet(Duration.between(begun, Instant.now()).toMillis(), Math::max);
        });
        try (ExecutorServiceScope pool = new ExecutorServiceScope()) {
            List<Future<?>> readers = List.of(pool.submit(reader), pool.submit(reader));
            db.execute(
                    "SELECT tickbook.create_hypertable('bars', 'time', migrate_data => true)",
                    "SELECT tickbook.revert_hypertable('bars')");
            stop.set(true);
            for (Future<?> r : readers) {
                r.get();
            }
        }
        assertThat(errors).isEmpty();
        System.out.printf("longest read while 200,000 rows were converted and reverted: %d ms%n", longest.get());
    }

    /** Reading first and writing later, in one transaction, is the classic way into a deadlock with a conversion. */
    @Test
    void aConversionGivesWayToATransactionThatReadsFirstAndWritesLater() throws Exception {
        db.execute(
                "CREATE TABLE bars (time timestamptz NOT NULL)",
                "INSERT INTO bars VALUES ('2024-01-01')",
                "SET tickbook.patience = '3s'");
        try (Database writer = db.connectAgain();
                ExecutorServiceScope pool = new ExecutorServiceScope()) {
            writer.execute("BEGIN", "SELECT count(*) FROM bars");
            Future<?> conversion = pool.submit(
                    () -> assertError("SELECT tickbook.create_hypertable('bars', 'time', migrate_data => true)")
                            .isEqualTo(
                                    "55P03 could not lock public.bars within 3s HINT: A long transaction uses it (see pg_stat_activity);"
                                            + " end that one, try again later, or set tickbook.patience to a longer time."));
            Thread.sleep(500);
            writer.execute("INSERT INTO bars VALUES ('2024-01-02')", "COMMIT");
            conversion.get();
        }
        db.execute("SELECT tickbook.create_hypertable('bars', 'time', migrate_data => true)");
        assertThat(db.count("SELECT count(*) FROM bars")).isEqualTo(2);
    }

    @Test
    void ofTwoSessionsThatConvertTheSameTableOneIsToldThatTheOtherDid() throws Exception {
        db.execute("CREATE TABLE bars (time timestamptz NOT NULL)", "INSERT INTO bars VALUES ('2024-01-01')", "BEGIN");
        String convert = "SELECT tickbook.create_hypertable('bars', 'time', migrate_data => true)";
        try (Database other = db.connectAgain();
                ExecutorServiceScope pool = new ExecutorServiceScope()) {
            db.execute(convert);
            Future<?> second = pool.submit(() -> assertError(other, convert)
                    .isEqualTo(
                            "55006 table public.bars was replaced by another session HINT: Look at what it is now, and call again if"
                                    + " you still want to."));
            Thread.sleep(500);
            db.execute("COMMIT");
            second.get();
        }
        assertThat(db.rows("SELECT relation, chunks, estimated_rows FROM tickbook.hypertables"))
                .containsExactly("bars|1|1");
    }

    /** A snapshot from before the wait for the lock would miss what the writer commits meanwhile. */
    @Test
    void withAnOlderSnapshotNothingIsRebuiltAndNoRowIsLost() throws Exception {
        db.execute(
                "CREATE TABLE plain (time timestamptz NOT NULL)",
                "CREATE TABLE bars (time timestamptz NOT NULL)",
                "SELECT tickbook.create_hypertable('bars', 'time')");
        for (String isolation : List.of("REPEATABLE READ", "SERIALIZABLE")) {
            for (String change : List.of(
                    "create_hypertable('plain', 'time', migrate_data => true)",
                    "revert_hypertable('bars')",
                    "maintain_hypertable('bars')",
                    "ensure_chunks('bars', '2024-01-01', '2024-01-02')")) {
                try (Database writer = db.connectAgain();
                        Database changer = db.connectAgain();
                        ExecutorServiceScope pool = new ExecutorServiceScope()) {
                    writer.execute(
                            "BEGIN",
                            "INSERT INTO plain VALUES ('2024-01-01')",
                            "INSERT INTO bars VALUES ('2024-01-01')");
                    changer.execute("BEGIN ISOLATION LEVEL " + isolation, "SELECT 1 FROM pg_class LIMIT 1");
                    Future<?> refused = pool.submit(() -> assertError(changer, "SELECT tickbook." + change)
                            .as(change)
                            .startsWith("25001 ")
                            .contains(" cannot be changed in a transaction of isolation level "
                                    + isolation.toLowerCase(Locale.ROOT) + " HINT: ")
                            .endsWith("use READ COMMITTED."));
                    Thread.sleep(100);
                    writer.execute("COMMIT");
                    refused.get();
                }
            }
        }
        assertThat(db.rows("SELECT (SELECT count(*) FROM plain), (SELECT count(*) FROM bars)"))
                .containsExactly("8|8");
        db.execute(
                "SET default_transaction_isolation = 'serializable'",
                "CALL tickbook.run_jobs()",
                "RESET default_transaction_isolation");
        assertThat(db.rows("SELECT status, rows FROM tickbook.job_runs"))
                .as("run_jobs() chooses its own isolation")
                .containsExactly("succeeded|8");
    }

    @Test
    void twoSessionsThatCreateTheSameHypertableIfItDoesNotExistBothSucceed() throws Exception {
        db.execute("CREATE TABLE plain (time timestamptz NOT NULL)", "INSERT INTO plain VALUES ('2024-01-01')");
        String create =
                "SELECT tickbook.create_hypertable('plain', 'time', migrate_data => true, if_not_exists => true)";
        try (Database first = db.connectAgain();
                Database second = db.connectAgain();
                ExecutorServiceScope pool = new ExecutorServiceScope()) {
            first.execute("BEGIN", create);
            Future<?> waiting = pool.submit(() -> second.execute(create));
            Thread.sleep(300);
            first.execute("COMMIT");
            waiting.get();
        }
        assertThat(db.rows("SELECT (SELECT count(*) FROM plain), (SELECT count(*) FROM tickbook.hypertables)"))
                .containsExactly("1|1");
    }

    private interface Work {
        void run(Statement statement) throws SQLException, InterruptedException;
    }

    private void session(AtomicBoolean stop, Work work) {
        try (Database own = db.connectAgain();
                Statement statement = own.connection().createStatement()) {
            while (!stop.get()) {
                work.run(statement);
            }
        } catch (SQLException | InterruptedException e) {
            errors.add(e.getMessage());
            stop.set(true);
        }
    }

    private static void run(List<Runnable> sessions, AtomicBoolean stop) throws Exception {
        try (ExecutorServiceScope pool = new ExecutorServiceScope()) {
            List<Future<?>> all = new ArrayList<>();
            for (Runnable session : sessions) {
                all.add(pool.submit(session));
            }
            Instant end = Instant.now().plusSeconds(SECONDS);
            while (Instant.now().isBefore(end) && !stop.get()) {
                Thread.sleep(100);
            }
            stop.set(true);
            for (Future<?> each : all) {
                each.get();
            }
        }
    }

    private static final class ExecutorServiceScope implements AutoCloseable {
        private final ExecutorService pool = Executors.newCachedThreadPool();

        Future<?> submit(Runnable task) {
            return pool.submit(task);
        }

        @Override
        public void close() {
            pool.shutdownNow();
        }
    }
}
