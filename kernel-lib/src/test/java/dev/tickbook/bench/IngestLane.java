package dev.tickbook.bench;

import dev.tickbook.Tickbook;
import dev.tickbook.datasets.MarketGenerator;
import dev.tickbook.datasets.MinuteBar;
import dev.tickbook.ingest.CsvFile;
import dev.tickbook.ingest.IngestReport;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Iterator;
import java.util.SplittableRandom;
import java.util.stream.DoubleStream;
import org.postgresql.PGConnection;

/**
 * A CSV file of a million minute bars into {@code market.market_data}, checks and all, against the driver's CopyManager
 * sending the same file as it is into the same table. Both take turns on one server, each round with an empty table.
 * Then five million bars in a process of its own, whose heap is looked at.
 */
final class IngestLane implements Bench.Lane {

    private static final int BARS = 1_000_000;
    private static final int MANY_BARS = 5_000_000;
    private static final int ROUNDS = 5;
    private static final String HEADER = "time,symbol,interval,open,high,low,close,volume\n";

    // Not by the public name, which is a view that takes each row by itself: as fast as it goes.
    private static final String RAW = "COPY market.market_data_rows (time, symbol, interval, open, high, low, close,"
            + " volume) FROM STDIN (FORMAT csv, HEADER)";

    private static final String EMPTY =
            "TRUNCATE market.market_data_rows, market.market_data_batches, market.market_data_versions";

    private interface Contestant {
        void load() throws SQLException, IOException;
    }

    @Override
    public void run() throws Exception {
        Path folder = Files.createTempDirectory("tickbook-ingest");
        try (Tickbook tb = Tickbook.open();
                Connection connection = tb.connection()) {
            Path file = minuteBars(folder.resolve("bars.csv"));
            double[][] seconds = inTurns(connection, () -> ours(tb, file), () -> raw(connection, file));
            double[] ratios = new double[ROUNDS];
            Arrays.setAll(ratios, round -> seconds[0][round] / seconds[1][round]);
            Bench.report("ingest.vs_raw_copy", median(ratios), "ratio");
            Bench.report("ingest.rows_per_second", BARS / median(seconds[0]), "rows/s");
            Bench.report("ingest.raw_copy_rows_per_second", BARS / median(seconds[1]), "rows/s");
            empty(connection);
            Path many = manyBars(folder.resolve("many.csv"));
            Bench.report("ingest.peak_heap_mb", peakHeap(tb, many), "MB");
            Files.delete(file);
            Files.delete(many);
        } finally {
            Files.delete(folder);
        }
    }

    /** Real ones of twenty symbols, in the order of time, as a feed writes them. */
    private static Path minuteBars(Path file) throws IOException {
        String[] lines = new String[BARS];
        Iterator<MinuteBar> bars =
                MarketGenerator.defaults().generate().minuteBars().iterator();
        for (int i = 0; i < BARS; i++) {
            MinuteBar bar = bars.next();
            lines[i] = bar.time() + "," + bar.symbol() + ",1m," + bar.open() + "," + bar.high() + "," + bar.low() + ","
                    + bar.close() + "," + bar.volume() + "\n";
        }
        Arrays.sort(lines);
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            out.write(HEADER);
            for (String line : lines) {
                out.write(line);
            }
        }
        return file;
    }

    /** Made up, in the order of time: what is in them does not matter to the memory. */
    private static Path manyBars(Path file) throws IOException {
        int symbols = 50;
        SplittableRandom random = new SplittableRandom(1);
        int[] prices = new int[symbols];
        Arrays.fill(prices, 10_000);
        Instant time = Instant.parse("2023-01-02T00:00:00Z");
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            out.write(HEADER);
            for (int i = 0; i < MANY_BARS; i++) {
                int symbol = i % symbols;
                int open = prices[symbol];
                int close = Math.max(100, open + random.nextInt(-20, 21));
                prices[symbol] = close;
                out.write(time + ",S" + symbol + ",1m," + cents(open) + "," + cents(Math.max(open, close) + 5) + ","
                        + cents(Math.min(open, close) - 5) + "," + cents(close) + "," + random.nextInt(100_000) + "\n");
                if (symbol == symbols - 1) {
                    time = time.plusSeconds(60);
                }
            }
        }
        return file;
    }

    private static String cents(int price) {
        return price / 100 + (price % 100 < 10 ? ".0" : ".") + price % 100;
    }

    private static void ours(Tickbook tb, Path file) {
        IngestReport report = tb.ingest(CsvFile.of(file));
        if (report.inserted() != BARS) {
            throw new IllegalStateException(report.toString());
        }
    }

    private static void raw(Connection connection, Path file) throws SQLException, IOException {
        try (InputStream in = Files.newInputStream(file)) {
            long rows = connection.unwrap(PGConnection.class).getCopyAPI().copyIn(RAW, in, 1 << 16);
            if (rows != BARS) {
                throw new IllegalStateException("raw COPY stored " + rows);
            }
        }
    }

    /** One round to warm up, which makes the chunks too; then each in its turn, the first one second every other time. */
    private static double[][] inTurns(Connection connection, Contestant... contestants) throws Exception {
        double[][] seconds = new double[contestants.length][ROUNDS];
        for (int round = -1; round < ROUNDS; round++) {
            for (int turn = 0; turn < contestants.length; turn++) {
                int i = round % 2 == 0 ? turn : contestants.length - 1 - turn;
                empty(connection);
                long start = System.nanoTime();
                contestants[i].load();
                if (round >= 0) {
                    seconds[i][round] = (System.nanoTime() - start) / 1e9;
                }
            }
        }
        return seconds;
    }

    private static void empty(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(EMPTY);
            statement.execute("CHECKPOINT");
        }
        System.gc(); // nobody pays for what another left behind
    }

    private static double median(double[] values) {
        return DoubleStream.of(values)
                .sorted()
                .skip(values.length / 2)
                .findFirst()
                .orElseThrow();
    }

    /** What a process with little memory needs at most: the sum over the parts of its heap, each at its fullest. */
    private static double peakHeap(Tickbook tb, Path file) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx192m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Loader.class.getName(),
                        tb.psqlUrl(),
                        file.toString())
                .redirectError(Redirect.INHERIT)
                .start();
        String peak = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (process.waitFor() != 0) {
            throw new IllegalStateException("five million rows could not be loaded within 192 MB");
        }
        return Double.parseDouble(peak);
    }

    /** Loads a file into a database and says how full its heap was, in MB. */
    static final class Loader {
        public static void main(String[] arguments) {
            long start = System.nanoTime();
            try (Tickbook tb = Tickbook.connect("jdbc:" + arguments[0])) {
                IngestReport report = tb.ingest(CsvFile.of(Path.of(arguments[1])));
                if (report.inserted() != MANY_BARS) {
                    throw new IllegalStateException(report.toString());
                }
            }
            Duration taken = Duration.ofNanos(System.nanoTime() - start);
            System.err.printf("%,d bars in %.1f s%n", MANY_BARS, taken.toMillis() / 1e3);
            long bytes = ManagementFactory.getMemoryPoolMXBeans().stream()
                    .filter(pool -> pool.getType() == MemoryType.HEAP)
                    .map(MemoryPoolMXBean::getPeakUsage)
                    .mapToLong(usage -> usage.getUsed())
                    .sum();
            System.out.println(bytes / (1 << 20));
        }
    }
}
