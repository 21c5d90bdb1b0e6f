package dev.tickbook.bench;

import dev.tickbook.Tickbook;
import dev.tickbook.datasets.MarketGenerator;
import java.io.ByteArrayInputStream;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.util.stream.DoubleStream;
import org.postgresql.PGConnection;

/**
 * Daily bars of a million minute bars, a year of 11 symbols, in weekly chunks: what computing all of them takes, what a correction of
 * one symbol-day takes, or a symbol-day that comes late, what reading takes, and what a COPY pays for being noticed. TimescaleDB gets the hypertable as its
 * create_hypertable makes it, with an index on the time that ours does not have. Contestants take turns on the same server.
 */
final class AggregatesLane implements Bench.Lane {

    private static final int ROUNDS = 9;
    private static final int CORRECTIONS = 21;
    private static final LocalDate FROM = LocalDate.of(2024, 1, 2);
    private static final LocalDate TO = LocalDate.of(2024, 12, 31);

    private static final String TABLE = """
            DROP TABLE IF EXISTS bars CASCADE;
            CREATE TABLE bars (
              time timestamptz NOT NULL, symbol text NOT NULL,
              open numeric(15,4), high numeric(15,4), low numeric(15,4), close numeric(15,4),
              volume bigint, vwap numeric(15,4), trades integer,
              PRIMARY KEY (symbol, time))""";

    private static final String DAILY = """
            SELECT %1$stime_bucket('1 day', time) AS day, symbol, %1$sfirst(open, time) AS open, max(high) AS high,
                   min(low) AS low, %1$slast(close, time) AS close, sum(volume) AS volume
              FROM bars GROUP BY day, symbol""";

    /** How an engine makes the hypertable and the aggregate, and refreshes. */
    private record Engine(String hypertable, String aggregate, String refresh, String refreshAll) {}

    private static final Engine NATIVE = new Engine(
            "SELECT tickbook.create_hypertable('bars', 'time', chunk_interval => '7 days');"
                    + " SELECT tickbook.ensure_chunks('bars', '" + FROM + "', '" + TO.plusDays(1) + "')",
            "SELECT tickbook.create_continuous_aggregate('daily', $$" + DAILY.formatted("tickbook.")
                    + "$$, with_data => false)",
            "CALL tickbook.refresh_continuous_aggregate('daily')",
            "CALL tickbook.refresh_continuous_aggregate('daily', force => true)");

    private static final Engine TIMESCALEDB = new Engine(
            "SELECT create_hypertable('bars', 'time', chunk_time_interval => interval '7 days')",
            "CREATE MATERIALIZED VIEW daily WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS "
                    + DAILY.formatted("") + " WITH NO DATA",
            "CALL refresh_continuous_aggregate('daily', NULL, NULL)",
            "CALL refresh_continuous_aggregate('daily', NULL, NULL, force => true)");

    private byte[] bars;

    @Override
    public void run() throws Exception {
        bars = HypertableLane.minuteBars(
                MarketGenerator.defaults().symbols(11).from(FROM).to(TO));
        try (Tickbook tb = Tickbook.open();
                Connection connection = tb.connection()) {
            writeOverhead(connection);
            prepare(connection, NATIVE);
            Bench.report("aggregates.full_refresh_seconds", seconds(connection, NATIVE.refresh), "s");
            double[] corrections = new double[CORRECTIONS];
            for (int i = 0; i < CORRECTIONS; i++) {
                corrections[i] = correction(connection, NATIVE, i);
            }
            Bench.report("aggregates.incremental_refresh_ms", median(corrections) * 1000, "ms");
            query(connection);
        }
        against();
    }

    /** One symbol, and the days of a year: what a chart asks for. */
    private static void query(Connection connection) throws SQLException {
        String year =
                "SELECT * FROM daily WHERE symbol = 'ALTR' AND day >= '2024-01-01' AND day < '2025-01-01' ORDER BY day";
        double[] times = new double[CORRECTIONS];
        for (int i = -3; i < CORRECTIONS; i++) {
            double time = seconds(connection, year);
            if (i >= 0) {
                times[i] = time;
            }
        }
        Bench.report("aggregates.query_ms", median(times) * 1000, "ms");
    }

    /** COPY of all bars into a hypertable that has an aggregate ÷ into one that has none, in turns. */
    private void writeOverhead(Connection connection) throws SQLException {
        double[] ratios = new double[ROUNDS];
        for (int round = -1; round < ROUNDS; round++) {
            boolean withFirst = round % 2 == 0; // whoever comes second finds the machine as the first left it
            double first = write(connection, withFirst);
            double second = write(connection, !withFirst);
            if (round >= 0) {
                ratios[round] = withFirst ? first / second : second / first;
            }
        }
        Bench.report("aggregates.write_overhead", median(ratios), "ratio");
    }

    private double write(Connection connection, boolean withAggregate) throws SQLException {
        clear(connection);
        execute(connection, TABLE);
        execute(connection, NATIVE.hypertable);
        if (withAggregate) {
            execute(connection, NATIVE.aggregate);
            execute(connection, NATIVE.refresh);
        }
        execute(connection, "CHECKPOINT");
        long start = System.nanoTime();
        copy(connection);
        return (System.nanoTime() - start) / 1e9;
    }

    private void against() throws SQLException {
        String full = "aggregates.full_refresh_vs_timescaledb";
        String incremental = "aggregates.incremental_refresh_vs_timescaledb";
        String late = "aggregates.late_insert_refresh_vs_timescaledb";
        if (!TimescaleServer.isThere()) {
            for (String metric : new String[] {full, incremental, late}) {
                Bench.skip(metric, TimescaleServer.ABSENT);
            }
            return;
        }
        try (TimescaleServer server = new TimescaleServer()) {
            prepare(server.ours, NATIVE);
            prepare(server.theirs, TIMESCALEDB);
            execute(server.ours, NATIVE.refresh);
            execute(server.theirs, TIMESCALEDB.refresh);
            double[] ratios = new double[ROUNDS];
            for (int i = 0; i < ROUNDS; i++) {
                boolean usFirst = i % 2 == 0;
                double first = seconds(
                        usFirst ? server.ours : server.theirs, usFirst ? NATIVE.refreshAll : TIMESCALEDB.refreshAll);
                double second = seconds(
                        usFirst ? server.theirs : server.ours, usFirst ? TIMESCALEDB.refreshAll : NATIVE.refreshAll);
                ratios[i] = usFirst ? first / second : second / first;
            }
            Bench.report(full, median(ratios), "ratio");
            double[] ours = new double[CORRECTIONS];
            double[] theirs = new double[CORRECTIONS];
            for (int i = 0; i < CORRECTIONS; i++) {
                ours[i] = correction(server.ours, NATIVE, i);
                theirs[i] = correction(server.theirs, TIMESCALEDB, i);
            }
            Bench.report(incremental, median(ours) / median(theirs), "ratio");
            for (int i = 0; i < CORRECTIONS; i++) {
                ours[i] = lateInsert(server.ours, NATIVE, i);
                theirs[i] = lateInsert(server.theirs, TIMESCALEDB, i);
            }
            Bench.report(late, median(ours) / median(theirs), "ratio");
        }
    }

    private void prepare(Connection connection, Engine engine) throws SQLException {
        clear(connection);
        execute(connection, TABLE);
        execute(connection, engine.hypertable);
        copy(connection);
        execute(connection, "VACUUM ANALYZE bars");
        execute(connection, engine.aggregate);
    }

    private static void clear(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet there = statement.executeQuery("SELECT to_regclass('daily') IS NOT NULL AND EXISTS"
                        + " (SELECT FROM pg_namespace WHERE nspname = 'tickbook')")) {
            there.next();
            if (there.getBoolean(1)) {
                execute(connection, "SELECT tickbook.drop_continuous_aggregate('daily')");
            }
        }
    }

    /** A late correction of one symbol's closes of one day, and the refresh after it, which is what is timed. */
    private static double correction(Connection connection, Engine engine, int i) throws SQLException {
        execute(connection, "UPDATE bars SET close = close + 0.01 WHERE " + symbolDay(i));
        return seconds(connection, engine.refresh);
    }

    /** Another symbol's bars of a day long past, and the refresh after them, which is what is timed. */
    private static double lateInsert(Connection connection, Engine engine, int i) throws SQLException {
        execute(
                connection,
                "INSERT INTO bars SELECT time, 'LATE" + i
                        + "', open, high, low, close, volume, vwap, trades FROM bars WHERE " + symbolDay(i));
        return seconds(connection, engine.refresh);
    }

    private static String symbolDay(int i) {
        LocalDate day = LocalDate.of(2024, 1 + i % 6, 15).with(DayOfWeek.WEDNESDAY);
        return "symbol = 'ALTR' AND time >= '" + day + "' AND time < '" + day.plusDays(1) + "'";
    }

    private static double seconds(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            long start = System.nanoTime();
            if (statement.execute(sql)) {
                try (ResultSet rows = statement.getResultSet()) {
                    while (rows.next()) {
                        rows.getObject(1);
                    }
                }
            }
            return (System.nanoTime() - start) / 1e9;
        }
    }

    private void copy(Connection connection) throws SQLException {
        try {
            connection
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyIn("COPY bars FROM STDIN (FORMAT csv)", new ByteArrayInputStream(bars), 1 << 16);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static double median(double[] values) {
        return DoubleStream.of(values)
                .sorted()
                .skip(values.length / 2)
                .findFirst()
                .orElseThrow();
    }
}
