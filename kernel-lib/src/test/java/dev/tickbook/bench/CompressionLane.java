package dev.tickbook.bench;

import dev.tickbook.Tickbook;
import dev.tickbook.datasets.MarketGenerator;
import dev.tickbook.datasets.MinuteBar;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/** A year of minute bars of 20 symbols: what compression saves, and what reading costs before and after. */
final class CompressionLane implements Bench.Lane {

    private static final int REPETITIONS = 5;

    private static final String TABLE = """
            CREATE TABLE bars (
              time timestamptz NOT NULL, symbol text NOT NULL, interval text NOT NULL,
              open numeric(15,4), high numeric(15,4), low numeric(15,4), close numeric(15,4), volume bigint,
              PRIMARY KEY (symbol, interval, time))""";

    private static final String SCAN = "SELECT sum(close) FROM bars";
    private static final String FULL_READ = "COPY (SELECT * FROM bars) TO STDOUT (FORMAT binary)";
    private static final String MONTH = "WHERE symbol = 'ALTR' AND interval = '1m'";
    private static final String MONTH_RANGE = "'2024-06-01 00:00+00', '2024-07-01 00:00+00'";
    private static final String LATEST =
            "SELECT close FROM bars WHERE symbol = 'ALTR' AND interval = '1m' ORDER BY time DESC LIMIT 1";

    /** How an engine makes its hypertable, packs it and asks it for a month. */
    private record Engine(
            String create, String enable, String compressAll, List<String> reclaim, String month, String bytes) {

        String month(String columns) {
            return month.formatted(columns);
        }
    }

    private static final Engine NATIVE = new Engine(
            "SELECT tickbook.create_hypertable('bars', 'time', chunk_interval => '7 days');"
                    + " SELECT tickbook.ensure_chunks('bars', '2024-01-01', '2025-01-01')",
            "SELECT tickbook.enable_compression('bars', ARRAY['symbol', 'interval']::name[])",
            "SELECT tickbook.compress_chunk(chunk) FROM tickbook.show_chunks('bars') AS chunk",
            List.of("SELECT tickbook.add_compression_policy('bars', '7 days')", "CALL tickbook.run_jobs()"),
            "SELECT %s FROM bars_between(" + MONTH_RANGE + ") " + MONTH,
            "SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relname ~ '^_?bars' AND relkind = 'r'");

    private static final Engine TIMESCALEDB = new Engine(
            "SELECT create_hypertable('bars', 'time', chunk_time_interval => interval '7 days',"
                    + " create_default_indexes => false)",
            "ALTER TABLE bars SET (timescaledb.compress, timescaledb.compress_segmentby = 'symbol, interval')",
            "SELECT compress_chunk(chunk) FROM show_chunks('bars') AS chunk",
            List.of(),
            "SELECT %s FROM bars " + MONTH + " AND time >= '2024-06-01 00:00+00' AND time < '2024-07-01 00:00+00'",
            "SELECT hypertable_size('bars')");

    /** Seconds, bytes and rows of one run. */
    private record Measured(
            long rows,
            double bytesBefore,
            double bytesAfter,
            double compress,
            double scanBefore,
            double scanAfter,
            double readBefore,
            double readAfter,
            double month,
            double monthAllColumns,
            double latest) {

        double ratio() {
            return bytesBefore / bytesAfter;
        }
    }

    @Override
    public void run() throws Exception {
        try (Tickbook tb = Tickbook.open();
                Connection connection = tb.connection()) {
            Measured ours = measure(connection, NATIVE);
            Bench.report("compression.ratio", ours.ratio(), "ratio");
            Bench.report("compression.compress_rows_per_second", ours.rows / ours.compress, "rows/s");
            Bench.report("compression.scan_vs_rows", ours.scanAfter / ours.scanBefore, "ratio");
            Bench.report("compression.full_read_vs_rows", ours.readAfter / ours.readBefore, "ratio");
            Bench.report("compression.symbol_month_ms", ours.month * 1000, "ms");
            Bench.report("compression.symbol_month_all_columns_ms", ours.monthAllColumns * 1000, "ms");
            Bench.report("compression.latest_ms", ours.latest * 1000, "ms");
        }
        String[] against = {"ratio_timescaledb", "scan_vs_timescaledb", "symbol_month_vs_timescaledb"};
        if (!TimescaleServer.isThere()) {
            for (String metric : against) {
                Bench.skip("compression." + metric, TimescaleServer.ABSENT);
            }
            return;
        }
        try (TimescaleServer server = new TimescaleServer()) {
            Measured ours = measure(server.ours, NATIVE);
            Measured theirs = measure(server.theirs, TIMESCALEDB);
            Bench.report("compression." + against[0], theirs.ratio(), "ratio");
            Bench.report("compression." + against[1], ours.scanAfter / theirs.scanAfter, "ratio");
            Bench.report("compression." + against[2], ours.month / theirs.month, "ratio");
        }
    }

    private static Measured measure(Connection connection, Engine engine) throws SQLException {
        execute(connection, TABLE);
        execute(connection, engine.create);
        long rows = load(connection);
        execute(connection, "VACUUM ANALYZE bars");
        double bytesBefore = number(connection, engine.bytes);
        double scanBefore = median(() -> drain(connection, SCAN));
        double readBefore = median(() -> copyOut(connection));

        execute(connection, engine.enable);
        long start = System.nanoTime();
        execute(connection, engine.compressAll);
        double compress = (System.nanoTime() - start) / 1e9;
        for (String statement : engine.reclaim) {
            execute(connection, statement);
        }
        execute(connection, "VACUUM ANALYZE"); // not FULL: what a running server does by itself
        return new Measured(
                rows,
                bytesBefore,
                number(connection, engine.bytes),
                compress,
                scanBefore,
                median(() -> drain(connection, SCAN)),
                readBefore,
                median(() -> copyOut(connection)),
                median(() -> drain(connection, engine.month("time, close"))),
                median(() -> drain(connection, engine.month("*"))),
                median(() -> drain(connection, LATEST)));
    }

    private static long load(Connection connection) throws SQLException {
        CopyIn copy = connection
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyIn("COPY bars (time, symbol, interval, open, high, low, close, volume) FROM STDIN (FORMAT csv)");
        for (MinuteBar bar :
                (Iterable<MinuteBar>) MarketGenerator.defaults().generate().minuteBars()::iterator) {
            byte[] line = (bar.time() + "," + bar.symbol() + ",1m," + bar.open() + "," + bar.high() + "," + bar.low()
                            + "," + bar.close() + "," + bar.volume() + "\n")
                    .getBytes(StandardCharsets.UTF_8);
            copy.writeToCopy(line, 0, line.length);
        }
        return copy.endCopy();
    }

    private interface Timed {
        void run() throws SQLException;
    }

    /** The median time of a few runs, after one to warm up. */
    private static double median(Timed work) throws SQLException {
        work.run();
        double[] seconds = new double[REPETITIONS];
        for (int i = 0; i < REPETITIONS; i++) {
            long start = System.nanoTime();
            work.run();
            seconds[i] = (System.nanoTime() - start) / 1e9;
        }
        Arrays.sort(seconds);
        return seconds[REPETITIONS / 2];
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static void drain(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                continue; // what the server needs is measured, not what the driver makes of it
            }
        }
    }

    private static void copyOut(Connection connection) throws SQLException {
        try {
            connection.unwrap(PGConnection.class).getCopyAPI().copyOut(FULL_READ, OutputStream.nullOutputStream());
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static double number(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getDouble(1);
        }
    }
}
