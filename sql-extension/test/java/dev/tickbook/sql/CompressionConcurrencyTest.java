package dev.tickbook.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.MethodSource;

/** Chunks are packed and unpacked under sessions that read and write. */
@MethodSource("dev.tickbook.sql.Servers#newest")
class CompressionConcurrencyTest extends DatabaseTest {
    private static final int SECONDS = Integer.getInteger("tickbook.stress.seconds", 8);
    private static final int ROWS = 20_000;

    private final AtomicBoolean stop = new AtomicBoolean();
    private final Queue<String> errors = new ConcurrentLinkedQueue<>();
    private final List<CompletableFuture<Void>> sessions = new ArrayList<>();

    @BeforeEach
    void createHypertable() {
        db.execute(
                "CREATE TABLE bars (symbol text NOT NULL, time timestamptz NOT NULL, close numeric(15,4), PRIMARY KEY (symbol, time))",
                "SELECT tickbook.create_hypertable('bars', 'time', INTERVAL '1 day')",
                "INSERT INTO bars SELECT 'S' || i % 4, timestamptz '2024-01-01 00:00+00' + i / 4 * interval '1 minute', i"
                        + " FROM generate_series(0, " + (ROWS - 1) + ") i",
                "SELECT tickbook.maintain_hypertable('bars')",
                "SELECT tickbook.enable_compression('bars', '{symbol}')");
    }

    @Test
    void everySnapshotSeesEachRowOnce() throws Exception {
        AtomicLong reads = new AtomicLong();
        AtomicLong switches = new AtomicLong();
        String count = "SELECT count(*), count(DISTINCT (symbol, time)), sum(close) FROM bars";
        String expected = ROWS + "|" + ROWS + "|" + (long) ROWS * (ROWS - 1) / 2 + ".0000";
        session(statement -> {
            check(statement, count, expected);
            reads.incrementAndGet();
        });
        // A transaction that keeps its snapshot while chunks come and go; between two looks their space is given back.
        session(statement -> {
            statement.execute("BEGIN ISOLATION LEVEL REPEATABLE READ");
            check(statement, "SELECT count(*) FROM bars WHERE symbol = 'S1'", "" + ROWS / 4);
            Thread.sleep(300);
            check(statement, count, expected);
            statement.execute("COMMIT");
            reads.incrementAndGet();
        });
        // A function that is STABLE reads with the snapshot of the statement that calls it, whenever it opens the
        // tables.
        db.execute("CREATE FUNCTION look() RETURNS bigint LANGUAGE plpgsql STABLE AS"
                + " $$ BEGIN PERFORM pg_sleep(0.1); RETURN (SELECT count(*) FROM bars); END $$");
        session(statement -> {
            check(statement, "SELECT look()", "" + ROWS);
            reads.incrementAndGet();
        });
        session(statement -> {
            statement.execute("SELECT tickbook.compress_chunk(c) FROM tickbook.show_chunks('bars') c");
            statement.execute("SELECT tickbook._reclaim(c) FROM tickbook.show_chunks('bars') c");
            statement.execute(
                    "SELECT tickbook.decompress_chunk(c) FROM tickbook.show_chunks('bars') c ORDER BY random() LIMIT 2");
            switches.incrementAndGet();
        });
        finish();
        assertThat(reads.get()).isGreaterThan(20);
        assertThat(switches.get()).isGreaterThan(3);
    }

    @Test
    void writersAndCompressionGetAlong() throws Exception {
        AtomicLong inserted = new AtomicLong();
        AtomicLong[] updated = new AtomicLong[4];
        for (int s = 0; s < 4; s++) {
            String symbol = "S" + s;
            AtomicLong updates = updated[s] = new AtomicLong();
            // Each writer adds one to rows of its own symbol: the sum says whether an update was lost.
            session(
                    statement -> updates.addAndGet(
                            statement.executeUpdate(
                                    "UPDATE bars SET close = close + 1 WHERE symbol = '" + symbol
                                            + "' AND time IN (SELECT timestamptz '2024-01-01 00:00+00' + (random() * 4999)::int * interval '1 minute' FROM generate_series(1, 3))")));
        }
        session(statement -> {
            long n = inserted.incrementAndGet();
            statement.execute("INSERT INTO bars VALUES ('S0', timestamptz '2024-01-01 00:00:30+00' + " + n % 5000
                    + " * interval '1 minute' + " + n / 5000 + " * interval '1 ms', 0)");
        });
        session(statement -> {
            String again =
                    "INSERT INTO bars SELECT symbol, time, close FROM bars WHERE symbol = 'S2' ORDER BY random() LIMIT 1";
            try {
                statement.execute(again);
                errors.add("a key was inserted twice");
            } catch (SQLException e) {
                if (!"23505".equals(e.getSQLState())) {
                    throw e;
                }
            }
        });
        session(statement ->
                statement.execute("SELECT tickbook.compress_chunk(c) FROM tickbook.show_chunks('bars') c"));
        finish();
        long updates = 0;
        for (AtomicLong each : updated) {
            updates += each.get();
        }
        assertThat(updates).isGreaterThan(20);
        long rows = ROWS + inserted.get();
        assertThat(db.rows("SELECT count(*), count(DISTINCT (symbol, time)), sum(close)::bigint FROM bars"))
                .containsExactly(rows + "|" + rows + "|" + ((long) ROWS * (ROWS - 1) / 2 + updates));
    }

    @Test
    void upsertAndCompressionGetAlong() throws Exception {
        AtomicLong merged = new AtomicLong();
        db.execute(
                "CREATE TABLE staging AS SELECT symbol, time, 0::numeric AS close FROM bars WHERE extract(minute FROM time) % 5 = 0");
        session(statement -> {
            statement.execute("UPDATE staging SET close = close + 1 WHERE symbol = 'S1'");
            statement.execute("SELECT tickbook.upsert('bars', 'staging')");
            merged.incrementAndGet();
        });
        session(statement ->
                statement.execute("SELECT tickbook.compress_chunk(c) FROM tickbook.show_chunks('bars') c"));
        finish();
        assertThat(merged.get()).isGreaterThan(3);
        assertThat(db.rows("SELECT count(*), count(DISTINCT (symbol, time)) FROM bars"))
                .containsExactly(ROWS + "|" + ROWS);
        assertThat(db.rows("SELECT s.* FROM staging s JOIN bars b USING (symbol, time) WHERE s.close <> b.close"))
                .isEmpty();
    }

    @FunctionalInterface
    private interface Work {
        void run(Statement statement) throws SQLException, InterruptedException;
    }

    private void session(Work work) {
        sessions.add(CompletableFuture.runAsync(
                () -> {
                    try (Database mine = db.connectAgain();
                            Statement statement = mine.connection().createStatement()) {
                        while (!stop.get() && errors.isEmpty()) {
                            try {
                                work.run(statement);
                            } catch (SQLException e) {
                                if (!"40001".equals(e.getSQLState()) && !"40P01".equals(e.getSQLState())) {
                                    throw e;
                                }
                                Connection connection = mine.connection();
                                if (!connection.getAutoCommit()) {
                                    connection.rollback();
                                }
                            }
                        }
                    } catch (SQLException | InterruptedException e) {
                        errors.add(e.toString());
                    }
                },
                task -> {
                    Thread thread = new Thread(task);
                    thread.setDaemon(true);
                    thread.start();
                }));
    }

    private void check(Statement statement, String sql, String expected) throws SQLException {
        try (ResultSet row = statement.executeQuery(sql)) {
            row.next();
            StringBuilder seen = new StringBuilder(row.getString(1));
            for (int i = 2; i <= row.getMetaData().getColumnCount(); i++) {
                seen.append('|').append(row.getString(i));
            }
            if (!expected.contentEquals(seen)) {
                errors.add(sql + " gave " + seen + " instead of " + expected);
            }
        }
    }

    private void finish() throws Exception {
        for (int tenth = 0; tenth < SECONDS * 10 && errors.isEmpty(); tenth++) {
            Thread.sleep(100);
        }
        stop.set(true);
        for (CompletableFuture<Void> session : sessions) {
            session.get(60, TimeUnit.SECONDS);
        }
        assertThat(errors).isEmpty();
    }
}
