package dev.tickbook.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tickbook.Realtime;
import dev.tickbook.Tickbook;
import dev.tickbook.TickbookException;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tech.tablesaw.api.Table;

/** Prices of now, cycle by cycle, and what is left of them in the history. */
@Timeout(60)
class RealtimeProducerTest {

    private static final Instant MORNING = Instant.parse("2024-03-01T14:30:00Z");

    static Tickbook tb;

    @TempDir
    Path folder;

    @BeforeAll
    static void open() {
        tb = Tickbook.open();
    }

    @AfterAll
    static void close() {
        tb.close();
    }

    @BeforeEach
    void forget() {
        tb.sql("ALTER TABLE market.stock_prices_realtime DISABLE TRIGGER USER").execute();
        tb.sql("TRUNCATE market.stock_prices_realtime, market.stock_prices_historical")
                .execute();
        tb.sql("ALTER TABLE market.stock_prices_realtime ENABLE TRIGGER USER").execute();
    }

    private static RealtimeSettings every10Milliseconds(int cycles, String... tickers) {
        return new RealtimeSettings(List.of(tickers), Duration.ofMillis(10), cycles);
    }

    private static Quote quote(String symbol, Instant time, String price) {
        return new Quote(symbol, time, new BigDecimal(price), 100L, null, null, "test");
    }

    /** A price every twelve hours, one more than the one before. */
    private static QuoteService ticking() {
        AtomicInteger asked = new AtomicInteger();
        return symbol -> {
            int n = asked.getAndIncrement();
            return quote(symbol, MORNING.plus(Duration.ofHours(12L * n)), String.valueOf(10 + n));
        };
    }

    @Test
    void everyPriceIsStoredAndTheLastOfEachDayIsHistory() {
        List<List<String>> trained = new ArrayList<>();
        RealtimeReport report = tb.realtime(ticking(), every10Milliseconds(5, "AAPL"))
                .then(trained::add)
                .run();
        assertThat(report.cycles()).isEqualTo(5);
        assertThat(report.inserted()).isEqualTo(5);
        // 1 March 14:30, 2 March 2:30 and 14:30, 3 March 2:30 and 14:30
        Table history = tb.sql(
                        "SELECT start_date, price, is_current FROM market.stock_prices_historical WHERE symbol = 'AAPL' ORDER BY start_date")
                .table();
        assertThat(history.dateColumn("start_date").asList())
                .map(String::valueOf)
                .containsExactly("2024-03-01", "2024-03-02", "2024-03-03");
        assertThat(history.doubleColumn("price").asList()).containsExactly(10.0, 12.0, 14.0);
        assertThat(report.days()).isEqualTo(3);
        assertThat(trained).containsExactly(List.of("AAPL"));
    }

    @Test
    void aPriceThatDoesNotChangeIsStoredOnce() {
        RealtimeReport report = tb.realtime(
                        symbol -> quote(symbol, MORNING, "10"), every10Milliseconds(4, "AAPL", "MSFT"))
                .run();
        assertThat(report.received()).isEqualTo(8);
        assertThat(report.inserted()).isEqualTo(2);
        assertThat(report.unchanged()).isEqualTo(6);
        assertThat(tb.sql("SELECT * FROM market.stock_prices_realtime").table().rowCount())
                .isEqualTo(2);
    }

    @Test
    void aTickerWithoutAnswerStopsNoOtherAndIsAskedAgain() {
        AtomicInteger asked = new AtomicInteger();
        QuoteService moody = symbol -> {
            if (symbol.equals("BAD") || symbol.equals("LATER") && asked.getAndIncrement() == 0) {
                throw new IOException(symbol + " was not answered. Check the symbol.");
            }
            return quote(symbol, MORNING, "10");
        };
        List<String> lines = new ArrayList<>();
        RealtimeReport report = tb.realtime(moody, every10Milliseconds(2, "BAD", "LATER", "GOOD"))
                .log(lines::add)
                .run();
        assertThat(report.symbols()).containsExactly("GOOD", "LATER");
        assertThat(report.problems()).containsExactly(Map.entry("BAD", "BAD was not answered. Check the symbol."));
        assertThat(lines).contains("LATER was not answered. Check the symbol.");
    }

    @Test
    void aServiceThatThrowsWhatItShouldNotStopsNoOtherTicker() {
        QuoteService broken = symbol -> {
            if (symbol.equals("BAD")) {
                throw new IllegalStateException("no such thing");
            }
            return quote(symbol, MORNING, "10");
        };
        RealtimeReport report =
                tb.realtime(broken, every10Milliseconds(2, "BAD", "GOOD")).run();
        assertThat(report.symbols()).containsExactly("GOOD");
        assertThat(report.problems().get("BAD")).contains("BAD was not answered", "no such thing");
    }

    @Test
    void atTheEndModelsAreTrainedForTheTickersWithEnoughDailyBars() throws IOException {
        StringBuilder closes = new StringBuilder("date,close\n");
        LocalDate today = LocalDate.now(ZoneOffset.UTC);
        for (int day = 80; day > 0; day--) {
            closes.append(today.minusDays(day))
                    .append(',')
                    .append(100 + day * 7 % 13)
                    .append('\n');
        }
        tb.ingest(CsvFile.of(Files.writeString(folder.resolve("TRAINED.csv"), closes)));
        tb.realtime(symbol -> quote(symbol, Instant.now(), "100"), every10Milliseconds(1, "TRAINED", "UNKNOWN"))
                .run();
        Table status = tb.training().status();
        assertThat(status.where(status.stringColumn("symbol").isIn("TRAINED", "UNKNOWN"))
                        .stringColumn("status")
                        .asList())
                .containsExactly("trained", "skipped");
        assertThat(tb.sql("SELECT symbol FROM market.predictions WHERE symbol = 'TRAINED'")
                        .table()
                        .rowCount())
                .isPositive();
    }

    @Test
    void whatFollowsMayFailAndThePricesAreStored() {
        RealtimeReport report = tb.realtime(symbol -> quote(symbol, MORNING, "10"), every10Milliseconds(1, "AAPL"))
                .then(symbols -> {
                    throw new TickbookException("no model today");
                })
                .run();
        assertThat(report.inserted()).isOne();
        assertThat(report.problems().values()).singleElement().asString().contains("failed: no model today");
    }

    @Test
    void whatCannotBeAPriceIsKeptAsRejected() {
        RealtimeReport report = tb.realtime(symbol -> quote(symbol, MORNING, "-1"), every10Milliseconds(1, "AAPL"))
                .run();
        assertThat(report.rejected()).isOne();
        assertThat(report.inserted()).isZero();
        assertThat(report.symbols()).isEmpty();
    }

    @Test
    void stoppedWhileItWaitsItStillStoresAndMigrates() throws Exception {
        RealtimeProducer producer = tb.realtime(
                symbol -> quote(symbol, MORNING, "10"), new RealtimeSettings(List.of("AAPL"), Duration.ofHours(1), 0));
        RealtimeReport[] report = new RealtimeReport[1];
        Thread thread = new Thread(() -> report[0] = producer.run());
        thread.start();
        while (thread.getState() != Thread.State.TIMED_WAITING
                || tb.sql("SELECT * FROM market.stock_prices_realtime").table().rowCount() == 0) {
            Thread.sleep(10);
        }
        producer.stop();
        thread.join();
        assertThat(report[0].inserted()).isOne();
        assertThat(report[0].symbols()).containsExactly("AAPL");
        assertThat(tb.sql("SELECT * FROM market.stock_prices_historical")
                        .table()
                        .rowCount())
                .isOne();
    }

    @Test
    void stoppedInTheMiddleOfACycleItStoresWhatItHas() {
        RealtimeProducer[] producer = new RealtimeProducer[1];
        producer[0] = tb.realtime(
                symbol -> {
                    if (symbol.equals("MSFT")) {
                        producer[0].stop();
                    }
                    return quote(symbol, MORNING, "10");
                },
                every10Milliseconds(0, "AAPL", "MSFT", "GOOG"));
        RealtimeReport report = producer[0].run();
        assertThat(report.symbols()).containsExactly("AAPL", "MSFT");
        assertThat(Thread.interrupted()).isFalse();
    }

    /** The service as people run it: another process, the variables, and a signal. */
    @Test
    void asAServiceItStopsCleanlyOnSigterm() throws Exception {
        try (ChartServer server = new ChartServer()) {
            AtomicInteger asked = new AtomicInteger();
            server.usually(exchange -> ChartServer.ok(
                            """
                    {"chart":{"result":[{"meta":{"exchangeTimezoneName":"UTC","regularMarketPrice":%d,"regularMarketTime":%d}}],"error":null}}""".formatted(asked.incrementAndGet(), MORNING.getEpochSecond() + asked.get()))
                    .on(exchange));
            Path output = folder.resolve("output");
            ProcessBuilder builder = new ProcessBuilder(
                            ProcessHandle.current().info().command().orElseThrow(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            Realtime.class.getName())
                    .redirectErrorStream(true)
                    .redirectOutput(Redirect.to(output.toFile()));
            builder.environment().put("POSTGRES_DSN", tb.psqlUrl());
            builder.environment().put("TICKERS", "AAPL, MSFT");
            builder.environment().put("POLL_INTERVAL", "0.2");
            builder.environment().put("QUOTES_URL", server.address().toString());
            Process process = builder.start();
            try {
                while (asked.get() < 6) {
                    assertThat(process.isAlive()).as(() -> text(output)).isTrue();
                    Thread.sleep(20);
                }
                process.destroy(); // SIGTERM
                assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            } finally {
                process.destroyForcibly();
            }
            assertThat(text(output))
                    .contains("Cycle 1: 2 prices stored.")
                    .contains("Models: 0 trained, 2 skipped")
                    .contains("days of history changed");
            long stored =
                    tb.sql("SELECT * FROM market.stock_prices_realtime").table().rowCount();
            assertThat(stored).as("every answer").isBetween(asked.get() - 1L, (long) asked.get());
            assertThat(tb.sql("SELECT * FROM market.stock_prices_historical WHERE is_current")
                            .table()
                            .rowCount())
                    .isEqualTo(2);
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            return e.toString();
        }
    }

    @Test
    void theEnvironmentSaysWhatToDo() {
        RealtimeSettings settings = RealtimeSettings.from(
                Map.of("TICKERS", " AAPL,MSFT,, AAPL ", "POLL_INTERVAL", "1.5", "MAX_CYCLES", "10"));
        assertThat(settings).isEqualTo(new RealtimeSettings(List.of("AAPL", "MSFT"), Duration.ofMillis(1500), 10));
        assertThat(RealtimeSettings.from(Map.of("TICKERS", "A")))
                .isEqualTo(new RealtimeSettings(List.of("A"), Duration.ofMinutes(1), 0));
        assertThatThrownBy(() -> RealtimeSettings.from(Map.of()))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("TICKERS names no ticker");
        assertThatThrownBy(() -> RealtimeSettings.from(Map.of("TICKERS", "A", "POLL_INTERVAL", "often")))
                .hasMessageContaining("POLL_INTERVAL is \"often\"");
        assertThatThrownBy(() -> RealtimeSettings.from(Map.of("TICKERS", "A", "POLL_INTERVAL", "0")))
                .hasMessageContaining("POLL_INTERVAL must be above zero");
        assertThatThrownBy(() -> RealtimeSettings.from(Map.of("TICKERS", "A", "MAX_CYCLES", "-1")))
                .hasMessageContaining("MAX_CYCLES must be");
        assertThatThrownBy(() -> RealtimeSettings.from(Map.of("TICKERS", "A", "MAX_CYCLES", "x")))
                .hasMessageContaining("MAX_CYCLES is \"x\"");
    }
}
