package dev.tickbook.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.MethodSource;
import org.postgresql.util.PSQLException;

/**
 * Whatever is done to a hypertable, and whenever: its aggregates give what their queries give, and of chunks that retention
 * dropped what the queries gave before. {@code -Dtickbook.seed=7} repeats a run, {@code -Dtickbook.rounds=50} makes it longer.
 */
@MethodSource("dev.tickbook.sql.Servers#natives")
class AggregatePropertyTest extends DatabaseTest {
    private static final long SEED = Long.getLong("tickbook.seed", System.nanoTime());
    private static final int STEPS = 30 * Integer.getInteger("tickbook.rounds", 4);
    private static final int STRESS_SECONDS = Integer.getInteger("tickbook.stress.seconds", 4);

    /** @param bucket the bucket of a time {@code t} */
    private record Aggregate(String name, String column, String bucket, String query) {}

    private static final Aggregate DAILY = new Aggregate(
            "daily",
            "day",
            "tickbook.time_bucket('1 day', t)",
            "SELECT tickbook.time_bucket('1 day', time) AS day, symbol, tickbook.first(close, time) AS open, max(close) AS high,"
                    + " tickbook.last(close, time) AS close, sum(volume) AS volume, count(*) FILTER (WHERE volume > 5) AS busy"
                    + " FROM bars GROUP BY day, symbol");
    private static final Aggregate MONTHLY = new Aggregate(
            "monthly",
            "month",
            "tickbook.time_bucket('1 month', t, 'America/New_York')",
            "SELECT tickbook.time_bucket('1 month', time, 'America/New_York') AS month, count(*) AS bars, sum(close) AS total"
                    + " FROM bars b GROUP BY 1");
    private static final Aggregate BERLIN = new Aggregate(
            "berlin",
            "day",
            "tickbook.time_bucket('1 day', t, 'Europe/Berlin')",
            "SELECT tickbook.time_bucket('1 day', time, 'Europe/Berlin') AS day, symbol, max(close) AS high"
                    + " FROM bars GROUP BY symbol, tickbook.time_bucket('1 day', time, 'Europe/Berlin')");
    private static final Aggregate WEEKLY = new Aggregate(
            "weekly",
            "week",
            null,
            "SELECT tickbook.time_bucket('1 week', day) AS week, symbol, tickbook.first(open, day) AS open,"
                    + " tickbook.last(close, day) AS close, sum(volume) AS volume FROM daily GROUP BY 1, 2");
    private static final List<Aggregate> OF_ROWS = List.of(DAILY, MONTHLY, BERLIN);
    private static final List<Aggregate> ALL = List.of(DAILY, MONTHLY, BERLIN, WEEKLY);

    private final Random random = new Random(SEED);
    private final List<String> history = new ArrayList<>();

    @BeforeEach
    void createBars() {
        db.execute(
                "SET timezone = 'UTC'",
                "CREATE TABLE bars (symbol text NOT NULL, time timestamptz NOT NULL, close numeric(15,4), volume int,"
                        + " PRIMARY KEY (symbol, time))",
                "SELECT tickbook.create_hypertable('bars', 'time', INTERVAL '7 days')",
                "CREATE TABLE staged (symbol text, time timestamptz, close numeric(15,4), volume int)");
        for (Aggregate a : ALL) {
            db.execute("SELECT tickbook.create_continuous_aggregate('" + a.name + "', $$" + a.query + "$$)");
        }
        for (Aggregate a : OF_ROWS) {
            db.execute(
                    "CREATE TABLE kept_" + a.name + " AS SELECT * FROM " + a.name,
                    "CREATE TABLE frozen_" + a.name + " (bucket timestamptz)");
        }
    }

    @Test
    void afterEveryStatementItIsItsQueryAndTheHistoryThatWasKept() throws Exception {
        boolean compressed = false;
        for (int step = 0; step < STEPS; step++) {
            if (random.nextInt(3) > 0) { // else what was forgotten could still be pending for another reason
                for (Aggregate a : ALL) {
                    run("CALL tickbook.refresh_continuous_aggregate('" + a.name + "')");
                }
            }
            switch (random.nextInt(37) / 2) {
                case 0, 1, 2 ->
                    run("INSERT INTO bars SELECT * FROM (" + someRows() + ") n (symbol, time) CROSS JOIN (VALUES ("
                            + random.nextInt(100) + ", " + random.nextInt(10) + ")) v WHERE NOT EXISTS"
                            + " (SELECT FROM bars b WHERE b.symbol = n.symbol AND b.time = n.time)");
                case 3 -> copy();
                case 4 -> run("UPDATE bars SET close = close + 1 WHERE " + condition());
                case 5 -> run("UPDATE bars SET time = time + interval '100 days 1 second' WHERE " + condition());
                case 6 -> run("DELETE FROM bars WHERE " + condition());
                case 7 ->
                    run(
                            "TRUNCATE staged",
                            "INSERT INTO staged SELECT n.*, " + random.nextInt(100) + ", 7 FROM (" + someRows() + ") n",
                            "SELECT tickbook.upsert('bars', 'staged')");
                case 8 ->
                    run("BEGIN; UPDATE bars SET volume = 9 WHERE " + condition()
                            + "; SAVEPOINT s; DELETE FROM bars WHERE " + condition() + "; "
                            + (random.nextBoolean() ? "ROLLBACK TO s" : "RELEASE s") + "; COMMIT");
                case 9 -> run("SELECT tickbook.maintain_hypertable('bars', 3)");
                case 10, 11 ->
                    run("CALL tickbook.refresh_continuous_aggregate('" + ALL.get(random.nextInt(4)).name + "'"
                            + (random.nextBoolean() ? "" : ", '2024-03-20', '2024-04-02'") + ")");
                case 12 -> retain();
                case 13 -> {
                    if (!compressed) {
                        run("SELECT tickbook.enable_compression('bars', '{symbol}')");
                    } else if (random.nextInt(4) == 0) {
                        run("SELECT tickbook.disable_compression('bars')");
                    }
                    compressed = compressed ? !history.get(history.size() - 1).contains("disable") : true;
                }
                case 14, 15 -> {
                    if (compressed) {
                        run(
                                "SELECT tickbook.compress_chunk(c) FROM tickbook.show_chunks('bars') c ORDER BY c::text LIMIT "
                                        + random.nextInt(1, 5));
                    }
                }
                case 16 -> {
                    if (compressed) {
                        run(
                                "SELECT tickbook.decompress_chunk(c) FROM tickbook.show_chunks('bars') c ORDER BY c::text LIMIT 2");
                    }
                }
                case 17 -> run("UPDATE tickbook.job SET next_start = now()", "CALL tickbook.run_jobs()");
                default -> run(compressed ? "TRUNCATE bars_rows" : "TRUNCATE bars");
            }
            assertAllAreRight();
        }
        for (Aggregate a : ALL) {
            run("CALL tickbook.refresh_continuous_aggregate('" + a.name + "')");
            assertThat(db.rows("SELECT * FROM " + a.name + "_materialized ORDER BY 1, 2, 3"))
                    .as(this::toString)
                    .isEqualTo(db.rows(expected(a)));
        }
    }

    /** Writers, refreshes, packing and unpacking all at once; a reader's snapshot shows the aggregate and the rows as one. */
    @Test
    void inEverySnapshotItIsItsQueryWhileSessionsWriteRefreshAndCompress() throws Exception {
        db.execute(
                "SELECT tickbook.ensure_chunks('bars', '2024-01-01', '2024-06-01')",
                "SELECT tickbook.enable_compression('bars', '{symbol}')");
        List<Thread> sessions = new ArrayList<>();
        ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
        CountDownLatch end = new CountDownLatch(1);
        for (int i = 0; i < 2; i++) {
            String symbol = "'" + (char) ('A' + i) + "'";
            sessions.add(session(
                    failures,
                    end,
                    r -> "INSERT INTO bars_rows SELECT " + symbol + ", t, " + r.nextInt(100)
                            + ", 1 FROM generate_series(timestamptz '2024-03-01' + " + r.nextInt(1800)
                            + " * interval '1 hour', timestamptz '2024-05-20', '" + r.nextInt(1, 40)
                            + " hours') t ON CONFLICT DO NOTHING"));
            sessions.add(session(
                    failures,
                    end,
                    r -> (r.nextBoolean() ? "UPDATE bars SET close = close + 1" : "DELETE FROM bars")
                            + " WHERE symbol = " + symbol + " AND time >= timestamptz '2024-03-01' + " + r.nextInt(1800)
                            + " * interval '1 hour' AND time < timestamptz '2024-03-03' + " + r.nextInt(1800)
                            + " * interval '1 hour'"));
        }
        sessions.add(session(
                failures,
                end,
                r -> "CALL tickbook.refresh_continuous_aggregate('" + ALL.get(r.nextInt(4)).name + "')"));
        sessions.add(session(failures, end, r -> "CALL tickbook.refresh_continuous_aggregate('daily')"));
        sessions.add(session(
                failures,
                end,
                r -> "SELECT tickbook." + (r.nextInt(3) > 0 ? "compress" : "decompress")
                        + "_chunk(c) FROM tickbook.show_chunks('bars', DATE '2024-05-01') c OFFSET " + r.nextInt(9)
                        + " LIMIT 2"));
        try (Database reader = db.connectAgain()) {
            reader.execute("SET timezone = 'UTC'");
            long stop = System.nanoTime() + TimeUnit.SECONDS.toNanos(STRESS_SECONDS);
            while (System.nanoTime() < stop && failures.isEmpty()) {
                reader.execute("BEGIN ISOLATION LEVEL REPEATABLE READ");
                for (Aggregate a : ALL) {
                    assertThat(reader.rows("SELECT * FROM " + a.name + " ORDER BY 1, 2, 3"))
                            .as(a.name)
                            .isEqualTo(reader.rows(expected(a)));
                }
                reader.execute("COMMIT");
            }
        } finally {
            end.countDown();
            for (Thread session : sessions) {
                session.join();
            }
        }
        assertThat(failures).isEmpty();
        for (Aggregate a : ALL) {
            db.execute("CALL tickbook.refresh_continuous_aggregate('" + a.name + "')");
            assertThat(db.rows("SELECT * FROM " + a.name + "_materialized ORDER BY 1, 2, 3"))
                    .as(a.name)
                    .isEqualTo(db.rows(expected(a)));
        }
    }

    private interface Statement {
        String next(Random random);
    }

    /** Repeats random statements; that two sessions wait for each other, or change the same row, is theirs to sort out. */
    private Thread session(ConcurrentLinkedQueue<Throwable> failures, CountDownLatch end, Statement statements) {
        Random own = new Random(random.nextLong());
        Thread thread = new Thread(() -> {
            try (Database session = db.connectAgain()) {
                while (!end.await(own.nextInt(20), TimeUnit.MILLISECONDS)) {
                    try {
                        session.execute(statements.next(own));
                    } catch (IllegalStateException e) {
                        String state = e.getCause() instanceof PSQLException p ? p.getSQLState() : "";
                        if (!List.of("40001", "40P01", "23505").contains(state)) {
                            throw e;
                        }
                    }
                }
            } catch (Exception e) {
                failures.add(e);
            }
        });
        thread.start();
        return thread;
    }

    /**
     * What retention drops is kept: here in a table, of the buckets that times of those chunks are in. None of them reaches into
     * a chunk that was to stay.
     */
    private void retain() {
        String bound = "timestamptz '2024-03-01' + interval '1 day' * " + random.nextInt(-30, 20);
        run(
                "DROP TABLE IF EXISTS chunks_before",
                "CREATE TEMP TABLE chunks_before AS SELECT chunk::text, range_start, range_end FROM tickbook.chunks"
                        + " WHERE relation = 'bars'::regclass");
        for (Aggregate a : OF_ROWS) {
            run("DROP TABLE IF EXISTS before_" + a.name, "CREATE TEMP TABLE before_" + a.name + " AS " + expected(a));
        }
        run("SELECT tickbook.drop_chunks('bars', " + bound + ")");
        for (Aggregate a : OF_ROWS) {
            String bucketsOf = "SELECT DISTINCT " + a.bucket + " AS bucket FROM chunks_before k, generate_series("
                    + "k.range_start, k.range_end - interval '1 second', '30 minutes') t WHERE ";
            String lost = bucketsOf + "to_regclass(k.chunk) IS NULL EXCEPT SELECT bucket FROM frozen_" + a.name;
            assertThat(db.rows("(" + lost + ") INTERSECT " + bucketsOf + "k.range_end > " + bound))
                    .as(() -> "buckets that go on, of " + a.name + " " + this)
                    .isEmpty();
            run(
                    "CREATE TEMP TABLE lost AS " + lost,
                    "INSERT INTO kept_" + a.name + " SELECT * FROM before_" + a.name + " WHERE " + a.column
                            + " IN (SELECT bucket FROM lost)",
                    "INSERT INTO frozen_" + a.name + " SELECT bucket FROM lost",
                    "DROP TABLE lost");
        }
    }

    private static String expected(Aggregate a) {
        if (a == WEEKLY) {
            return "SELECT * FROM (" + a.query.replace("FROM daily", "FROM (" + expected(DAILY) + ") daily")
                    + ") q ORDER BY 1, 2, 3";
        }
        return "SELECT * FROM (SELECT * FROM kept_" + a.name + " UNION ALL SELECT * FROM (" + a.query + ") q WHERE "
                + a.column + " NOT IN (SELECT bucket FROM frozen_" + a.name + ")) e ORDER BY 1, 2, 3";
    }

    private void assertAllAreRight() {
        for (Aggregate a : ALL) {
            assertThat(db.rows("SELECT * FROM " + a.name + " ORDER BY 1, 2, 3"))
                    .as(() -> a.name + " " + this)
                    .isEqualTo(db.rows(expected(a)));
        }
    }

    private void run(String... statements) {
        for (String statement : statements) {
            history.add(statement);
            db.execute(statement);
        }
    }

    private void copy() throws Exception {
        String from = "2024-04-0" + random.nextInt(1, 9) + " 0" + random.nextInt(10) + ":00:0" + random.nextInt(10)
                + "." + history.size();
        String lines = IntStream.range(0, 40)
                .mapToObj(i -> "Q" + i + "," + from + "," + i + ",1\n")
                .collect(Collectors.joining());
        history.add("COPY bars FROM STDIN (FORMAT csv): " + lines);
        db.copy().copyIn("COPY bars FROM STDIN (FORMAT csv)", new StringReader(lines));
    }

    /** Around the changes of clocks, across month ends, and now and then years back. */
    private String someRows() {
        String start = random.nextInt(8) == 0
                ? "2019-10-25"
                : List.of("2024-03-08", "2024-03-28", "2024-02-28", "2024-04-29")
                        .get(random.nextInt(4));
        return "SELECT '" + (char) ('A' + random.nextInt(3)) + "', timestamptz '" + start
                + " 00:00+00' + i * interval '" + random.nextInt(1, 200) + " minutes' FROM generate_series(1, "
                + random.nextInt(1, 60) + ") i";
    }

    private String condition() {
        String from = "timestamptz '2024-02-20 00:00+00' + interval '1 hour' * " + random.nextInt(1700);
        return "symbol >= '" + (char) ('A' + random.nextInt(3)) + "' AND time >= " + from + " AND time < " + from
                + " + interval '" + random.nextInt(1, 80) + " hours'";
    }

    @Override
    public String toString() {
        return "seed " + SEED + ", after:\n" + String.join(";\n", history);
    }
}
