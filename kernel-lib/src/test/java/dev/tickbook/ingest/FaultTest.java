package dev.tickbook.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tickbook.Tickbook;
import dev.tickbook.TickbookException;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tech.tablesaw.api.Row;

/**
 * What can go wrong while rows are being stored. Each time: what was reported as stored is there, and after running it
 * again every row of the file is there exactly once.
 */
@Timeout(value = 100, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FaultTest {

    private static final int BARS = 120_000;
    private static final int SYMBOLS = 10;

    @TempDir
    static Path folder;

    static Path file;

    /** For faults that a server survives. */
    static Tickbook shared;

    @TempDir
    Path own;

    @BeforeAll
    static void openAndWrite() throws IOException {
        shared = Tickbook.open();
        file = folder.resolve("bars.csv");
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            out.write("time,symbol,interval,open,high,low,close,volume\n");
            for (int i = 0; i < BARS; i++) {
                out.write(line(i));
            }
        }
    }

    @AfterAll
    static void close() {
        shared.close();
    }

    @BeforeEach
    void startEmpty() {
        shared.sql("TRUNCATE market.market_data_rows, market.market_data_batches, market.market_data_versions")
                .execute();
    }

    private static String line(int i) {
        Instant time = Instant.parse("2024-01-02T00:00:00Z").plusSeconds(60L * (i / SYMBOLS));
        return time + ",S" + i % SYMBOLS + ",1m,100,101,99,100." + i % 97 + "," + i + "\n";
    }

    /** Each row is there once, with its own volume: its number. */
    private static void assertAllThereOnce(Tickbook tb) {
        Row row = tb.sql("SELECT count(*) AS rows, sum(volume)::bigint AS volumes, count(DISTINCT volume) AS different"
                        + " FROM market.market_data")
                .table()
                .row(0);
        assertThat(row.getLong("rows")).isEqualTo(BARS);
        assertThat(row.getLong("different")).isEqualTo(BARS);
        assertThat(row.getLong("volumes")).isEqualTo((long) BARS * (BARS - 1) / 2);
        assertThat(tb.sql("SELECT time FROM market.market_data_versions")
                        .table()
                        .rowCount())
                .as("nothing counts as a correction")
                .isZero();
    }

    private static long rows(Tickbook tb) {
        return tb.sql("SELECT count(*) AS rows FROM market.market_data")
                .table()
                .longColumn("rows")
                .get(0);
    }

    private static Ingestion ingestion(Tickbook tb) {
        return tb.ingestion(MarketStream.PRICES, CsvFile.of(file)).batchRows(5_000);
    }

    @Test
    void aServerThatIsKilledComesBackAndTheIngestionGoesOn() {
        try (Tickbook tb = Tickbook.open()) {
            AtomicBoolean killed = new AtomicBoolean();
            IngestReport report = ingestion(tb)
                    .progress((rows, fraction) -> {
                        if (rows >= 40_000 && killed.compareAndSet(false, true)) {
                            // PostgreSQL takes the death of one of its processes as a crash: it kills all others,
                            // throws away its memory, and recovers from what it wrote ahead.
                            int backend = tb.sql(
                                            "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend'"
                                                    + " AND pid <> pg_backend_pid() UNION ALL SELECT pid FROM pg_stat_activity"
                                                    + " WHERE backend_type = 'background writer' LIMIT 1")
                                    .table()
                                    .intColumn("pid")
                                    .get(0);
                            ProcessHandle.of(backend).orElseThrow().destroyForcibly();
                        }
                    })
                    .run();
            assertThat(killed).isTrue();
            assertThat(report.inserted()).isEqualTo(BARS);
            assertAllThereOnce(tb);
            assertThat(ingestion(tb).run().unchanged()).isEqualTo(BARS);
            assertAllThereOnce(tb);
        }
    }

    /** Loads the file into the folder's database and says after each batch how many rows are stored. */
    static final class Victim {
        public static void main(String[] arguments) {
            try (Tickbook tb = Tickbook.open(Path.of(arguments[0]))) {
                tb.ingestion(MarketStream.PRICES, CsvFile.of(Path.of(arguments[1])))
                        .batchRows(5_000)
                        .progress((rows, fraction) -> System.out.println(rows))
                        .run();
            }
        }
    }

    @Test
    void aClientThatIsKilledWithItsServerHasStoredWhatItSaid() throws Exception {
        Path data = own.resolve("data");
        Process victim = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Victim.class.getName(),
                        data.toString(),
                        file.toString())
                .redirectError(Redirect.INHERIT)
                .start();
        long said = 0;
        BufferedReader reader = victim.inputReader(StandardCharsets.UTF_8);
        for (String line = reader.readLine(); line != null && said < BARS / 2; line = reader.readLine()) {
            said = Long.parseLong(line);
        }
        victim.destroyForcibly().waitFor();
        try (Tickbook tb = Tickbook.open(data)) {
            long stored = rows(tb);
            assertThat(stored).isBetween(said, (long) BARS - 1);
            IngestReport report = ingestion(tb).run();
            assertThat(report.unchanged()).isEqualTo(stored);
            assertThat(report.inserted()).isEqualTo(BARS - stored);
            assertAllThereOnce(tb);
        }
    }

    @Test
    void aConnectionThatIsCutAgainAndAgainIsMadeAgainAndAgain() throws Exception {
        try (CuttingProxy proxy = new CuttingProxy(URI.create(shared.psqlUrl()).getPort());
                Tickbook tb = Tickbook.connect(through(proxy))) {
            int before = proxy.cuts();
            AtomicLong batches = new AtomicLong();
            IngestReport report = ingestion(tb)
                    .batchRows(2_000)
                    .progress((rows, fraction) -> {
                        long batch = batches.incrementAndGet();
                        if (batch % 8 == 0) {
                            proxy.cutIn((int) batch / 4); // now between two batches, now within one
                        }
                    })
                    .run();
            assertThat(proxy.cuts() - before).as("cuts").isPositive();
            assertThat(report.read()).isEqualTo(BARS);
            assertThat(report.inserted()).isEqualTo(BARS);
            assertAllThereOnce(shared);
            assertThat(ingestion(shared).run().unchanged()).isEqualTo(BARS);
        }
    }

    @Test
    void aCommitWhoseAnswerIsLostIsCountedOnceAndRight() throws Exception {
        try (CuttingProxy proxy = new CuttingProxy(URI.create(shared.psqlUrl()).getPort());
                Tickbook tb = Tickbook.connect(through(proxy))) {
            AtomicLong batches = new AtomicLong();
            IngestReport report = ingestion(tb)
                    .progress((rows, fraction) -> {
                        if (batches.incrementAndGet() % 5 == 0) {
                            proxy.loseAnswersToCommits(1);
                        }
                    })
                    .run();
            assertThat(report.inserted()).isEqualTo(BARS);
            assertThat(report.unchanged()).isZero();
            assertAllThereOnce(shared);
        }
    }

    private static String through(CuttingProxy proxy) {
        return "jdbc:" + shared.psqlUrl().replaceFirst(":[0-9]+/", ":" + proxy.port() + "/");
    }

    @Test
    void aFullDiskStopsTheIngestionAndRoomLetsItGoOn() throws Exception {
        Path disk = Files.createDirectory(own.resolve("disk"));
        assumeTrue(
                run("mount", "-t", "tmpfs", "-o", "size=110m", "tmpfs", disk.toString()) == 0,
                "skipped: a small disk cannot be mounted here (it takes root and the right to mount)");
        try {
            Path data = disk.resolve("data");
            AtomicLong said = new AtomicLong();
            try (Tickbook tb = Tickbook.open(data)) {
                // A file of ballast, so that it fills up soon whatever else the server keeps.
                Files.write(
                        disk.resolve("ballast"),
                        new byte[(int) Math.max(0, disk.toFile().getUsableSpace() - (9 << 20))]);
                Ingestion ingestion =
                        ingestion(tb).patience(Duration.ofSeconds(1)).progress((rows, fraction) -> said.set(rows));
                assertThatThrownBy(ingestion::run)
                        .isInstanceOf(TickbookException.class)
                        .hasMessageContaining("bars.csv could not be stored")
                        .hasMessageContaining("Run it again when that is mended");
                // Before it is closed: without room the server can neither recover nor stop in order.
                assertThat(run("mount", "-o", "remount,size=600m", disk.toString()))
                        .isZero();
                awaitServer(tb);
            }
            assertThat(said.get()).isLessThan(BARS);
            try (Tickbook tb = Tickbook.open(data)) {
                long stored = rows(tb);
                assertThat(stored).isGreaterThanOrEqualTo(said.get());
                IngestReport report = ingestion(tb).run();
                assertThat(report.unchanged()).isEqualTo(stored);
                assertThat(report.inserted()).isEqualTo(BARS - stored);
                assertAllThereOnce(tb);
            }
        } finally {
            run("umount", "-l", disk.toString());
        }
    }

    /** While it recovers from a crash it takes no connection. */
    private static void awaitServer(Tickbook tb) throws InterruptedException {
        for (int attempt = 0; attempt < 100; attempt++) {
            try {
                DriverManager.getConnection("jdbc:" + tb.psqlUrl()).close();
                return;
            } catch (SQLException e) {
                Thread.sleep(100);
            }
        }
    }

    private static int run(String... command) throws IOException, InterruptedException {
        try {
            return new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            return -1; // there is no such command
        }
    }

    @Test
    void twoThatLoadTheSameRowsAtOnceStoreThemOnce() throws Exception {
        List<String> lines = Files.readAllLines(file);
        Path first = part(lines, 0, 80_000, "first.csv");
        Path second = part(lines, 40_000, BARS, "second.csv");
        Tickbook tb = shared;
        CompletableFuture<IngestReport> other =
                CompletableFuture.supplyAsync(() -> tb.ingestion(MarketStream.PRICES, CsvFile.of(first))
                        .batchRows(5_000)
                        .run());
        IngestReport mine = tb.ingestion(MarketStream.PRICES, CsvFile.of(second))
                .batchRows(5_000)
                .run();
        IngestReport theirs = other.get(60, TimeUnit.SECONDS);
        assertThat(mine.inserted() + theirs.inserted()).isEqualTo(BARS);
        assertThat(mine.unchanged() + theirs.unchanged()).isEqualTo(40_000);
        assertThat(mine.updated() + theirs.updated()).isZero();
        assertAllThereOnce(tb);
    }

    @Test
    void twoThatLoadTheSameTicksAtOnceStoreThemOnceThoughTicksHaveNoKey() throws Exception {
        StringBuilder text = new StringBuilder("symbol,time,price,volume\n");
        for (int i = 0; i < 20_000; i++) {
            text.append("TICK,")
                    .append(Instant.EPOCH.plusMillis(1_700_000_000_000L + i))
                    .append(",10,")
                    .append(i)
                    .append('\n');
        }
        CsvFile ticks = CsvFile.of(Files.writeString(own.resolve("ticks.csv"), text));
        Tickbook tb = shared;
        List<CompletableFuture<IngestReport>> both = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            both.add(CompletableFuture.supplyAsync(() ->
                    tb.ingestion(MarketStream.TICKS, ticks).batchRows(1_000).run()));
        }
        long inserted = 0;
        for (CompletableFuture<IngestReport> each : both) {
            inserted += each.get(60, TimeUnit.SECONDS).inserted();
        }
        assertThat(inserted).isEqualTo(20_000);
        assertThat(tb.sql("SELECT count(*) AS rows FROM market.stock_prices_realtime")
                        .table()
                        .longColumn("rows")
                        .get(0))
                .isEqualTo(20_000);
    }

    private Path part(List<String> lines, int from, int to, String name) throws IOException {
        List<String> part = new ArrayList<>();
        part.add(lines.get(0));
        part.addAll(lines.subList(from + 1, to + 1));
        return Files.write(own.resolve(name), part);
    }

    @Test
    void anIngestionThatIsCancelledSaysWhatItStoredAndGoesOnWhenItIsRunAgain() {
        Tickbook tb = shared;
        Ingestion ingestion = ingestion(tb);
        ingestion.progress((rows, fraction) -> {
            if (rows >= 30_000) {
                ingestion.cancel();
            }
        });
        IngestReport report = ingestion.run();
        assertThat(report.cancelled()).isTrue();
        assertThat(report.inserted()).isEqualTo(30_000).isEqualTo(rows(tb));
        assertThat(report).asString().contains("cancelled: run it again to go on");
        IngestReport rest = ingestion(tb).run();
        assertThat(rest.unchanged()).isEqualTo(30_000);
        assertAllThereOnce(tb);
    }

    @Test
    void aSourceThatFailsHalfWayHasStoredWhatCameBefore() {
        Source failing = new Source() {
            @Override
            public String name() {
                return "a feed";
            }

            @Override
            public Rows open() throws IOException {
                Rows rows = CsvFile.of(file).open();
                return new ForwardingRows(rows) {
                    @Override
                    public boolean next() throws IOException {
                        if (rows.line() == 12_346) {
                            throw new IOException("the line went dead");
                        }
                        return rows.next();
                    }
                };
            }
        };
        Tickbook tb = shared;
        Ingestion ingestion = tb.ingestion(MarketStream.PRICES, failing).batchRows(5_000);
        assertThatThrownBy(ingestion::run)
                .hasMessageContaining("a feed cannot be read any further: the line went dead")
                .hasMessageContaining("The 12,345 rows up to line 12,346 are stored");
        assertThat(rows(tb)).isEqualTo(12_345);
    }
}
