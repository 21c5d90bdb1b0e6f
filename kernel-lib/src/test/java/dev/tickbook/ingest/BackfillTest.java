package dev.tickbook.ingest;

import static dev.tickbook.ingest.ChartServer.ok;
import static dev.tickbook.ingest.ChartServer.query;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import dev.tickbook.Tickbook;
import dev.tickbook.TickbookException;
import java.io.IOException;
import java.net.URI;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Twenty years of several symbols, from a local service that trades every weekday and sometimes fails. */
@Timeout(60)
class BackfillTest {

    private static final ZoneId NEW_YORK = ZoneId.of("America/New_York");
    private static final LocalDate FIRST = LocalDate.of(2004, 1, 1);
    private static final LocalDate END = LocalDate.of(2024, 1, 1);

    static Tickbook tb;

    private ChartServer server;
    private YahooFinance yahoo;

    @BeforeAll
    static void open() {
        tb = Tickbook.open();
    }

    @AfterAll
    static void close() {
        tb.close();
    }

    @BeforeEach
    void start() throws IOException {
        server = new ChartServer().usually(BackfillTest::answer);
        yahoo = YahooFinance.at(
                server.address(),
                new HttpPolicy(1000, 2, Duration.ofMillis(5), Duration.ofSeconds(1), Duration.ofSeconds(5)));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    /** Every weekday that is asked for; the close is the day's number since 1970. YOUNG is traded since 2015. */
    private static void answer(HttpExchange exchange) throws IOException {
        URI request = exchange.getRequestURI();
        String symbol = ChartServer.symbol(request);
        if (symbol.equals("BAD")) {
            ChartServer.ok("<html>").on(exchange);
            return;
        }
        Instant from = Instant.ofEpochSecond(Long.parseLong(query(request).get("period1")));
        Instant to = Instant.ofEpochSecond(Long.parseLong(query(request).get("period2")));
        LocalDate listed = symbol.equals("YOUNG") ? LocalDate.of(2015, 6, 1) : LocalDate.EPOCH;
        List<String> times = new ArrayList<>();
        List<String> values = new ArrayList<>();
        List<String> volumes = new ArrayList<>();
        for (LocalDate day = from.atZone(NEW_YORK).toLocalDate(); ; day = day.plusDays(1)) {
            Instant opening = day.atTime(9, 30).atZone(NEW_YORK).toInstant();
            if (!opening.isBefore(to)) {
                break;
            }
            if (isTraded(day) && !opening.isBefore(from) && !day.isBefore(listed)) {
                times.add(String.valueOf(opening.getEpochSecond()));
                values.add(String.valueOf(day.toEpochDay()));
                volumes.add("100");
            }
        }
        String prices = values.stream().collect(Collectors.joining(",", "[", "]"));
        ok("""
                {"chart":{"result":[{"meta":{"exchangeTimezoneName":"America/New_York"},"timestamp":%s,
                  "events":{"dividends":{"a":{"amount":0.5,"date":1262356200}}},
                  "indicators":{"quote":[{"open":%s,"high":%s,"low":%s,"close":%s,"volume":%s}]}}],"error":null}}""".formatted(times, prices, prices, prices, prices, volumes)).on(exchange);
    }

    private static boolean isTraded(LocalDate day) {
        return day.getDayOfWeek() != DayOfWeek.SATURDAY && day.getDayOfWeek() != DayOfWeek.SUNDAY;
    }

    private static List<LocalDate> weekdays(LocalDate from) {
        return from.datesUntil(END).filter(BackfillTest::isTraded).toList();
    }

    private static List<LocalDate> stored(String symbol) {
        return tb.sql(
                        "SELECT time::date AS day FROM market.market_data WHERE symbol = ? AND close = time::date - date '1970-01-01' ORDER BY time",
                        symbol)
                .table()
                .dateColumn("day")
                .asList();
    }

    private Backfill backfill(String... symbols) {
        return tb.backfill(yahoo, symbols).from(FIRST).to(END);
    }

    /** How many bars the service was asked for, in requests. */
    private long askedForBars() {
        return server.requests().stream()
                .filter(request -> query(request).get("interval").equals("1d"))
                .count();
    }

    @Test
    void everyBarOfEverySymbolIsStoredAndOneThatFailsStopsNoOther() {
        List<String> progress = new ArrayList<>();
        BackfillReport report = backfill("ONE", "BAD", "YOUNG")
                .progress((symbol, done, pieces) -> progress.add(symbol + " " + done + "/" + pieces))
                .run();
        assertThat(stored("ONE")).isEqualTo(weekdays(FIRST));
        assertThat(stored("YOUNG")).isEqualTo(weekdays(LocalDate.of(2015, 6, 1)));
        assertThat(report.isComplete()).isFalse();
        assertThat(report.problems()).singleElement().satisfies(bad -> {
            assertThat(bad.symbol()).isEqualTo("BAD");
            assertThat(bad.problem()).contains("answered BAD with a web page", "run again");
        });
        assertThat(report.symbols().get(0).inserted()).isEqualTo(weekdays(FIRST).size());
        assertThat(report.symbols().get(0).actions()).isOne();
        assertThat(report.table().rowCount()).isEqualTo(3);
        assertThat(report.toString()).contains("of 3 symbols").contains("BAD: ");
        assertThat(progress).contains("ONE 11/11").last().asString().startsWith("YOUNG 22/");
    }

    @Test
    void itGoesOnWhereItWas() {
        server.next(BackfillTest::answer, BackfillTest::answer, BackfillTest::answer, BackfillTest::answer);
        server.next(ChartServer.status(404, ""));
        BackfillReport broken = backfill("RESUMED").run();
        assertThat(broken.problems()).hasSize(1);
        List<LocalDate> some = stored("RESUMED");
        assertThat(some).as("what was received is stored").isNotEmpty().hasSizeLessThan(7 * 262);
        long asked = askedForBars();

        BackfillReport whole = backfill("RESUMED").run();
        assertThat(whole.isComplete()).isTrue();
        assertThat(stored("RESUMED")).isEqualTo(weekdays(FIRST));
        assertThat(server.requests().stream()
                        .skip(5)
                        .filter(r -> query(r).get("interval").equals("1d")))
                .as("not from the beginning")
                .allSatisfy(request -> assertThat(Long.parseLong(query(request).get("period1")))
                        .isGreaterThan(some.get(some.size() - 1)
                                .minusDays(3)
                                .atStartOfDay()
                                .toEpochSecond(ZoneOffset.UTC)));
        assertThat(askedForBars() - asked).isLessThan(12);

        asked = askedForBars();
        BackfillReport again = backfill("RESUMED").run();
        assertThat(again.isComplete()).isTrue();
        assertThat(askedForBars() - asked)
                .as("nothing is asked for that is there")
                .isZero();
        assertThat(again.symbols().get(0).inserted()).isZero();
    }

    @Test
    void aHoleIsFilled() {
        backfill("HOLE").from(LocalDate.of(2008, 1, 1)).run();
        tb.sql("DELETE FROM market.market_data WHERE symbol = 'HOLE' AND time BETWEEN '2010-03-01' AND '2010-06-30'")
                .execute();
        long asked = askedForBars();
        assertThat(backfill("HOLE").from(LocalDate.of(2008, 1, 1)).run().isComplete())
                .isTrue();
        assertThat(stored("HOLE")).isEqualTo(weekdays(LocalDate.of(2008, 1, 1)));
        assertThat(askedForBars() - asked).isOne();
    }

    @Test
    void aWeekThatIsMissingAtEitherEndIsAskedFor() {
        backfill("ENDS").from(LocalDate.of(2022, 1, 1)).run();
        tb.sql("DELETE FROM market.market_data WHERE symbol = 'ENDS' AND (time < '2022-01-08' OR time > '2023-12-25')")
                .execute();
        assertThat(backfill("ENDS").from(LocalDate.of(2022, 1, 1)).run().isComplete())
                .isTrue();
        assertThat(stored("ENDS")).isEqualTo(weekdays(LocalDate.of(2022, 1, 1)));
    }

    @Test
    void aServiceThatThrowsWhatItShouldNotStopsNoOtherSymbol() {
        HistoryService broken = new HistoryService() {
            @Override
            public String name() {
                return "Broken";
            }

            @Override
            public Source bars(String symbol, String interval, Instant from, Instant to) {
                if (symbol.equals("BAD")) {
                    throw new IllegalStateException("no such thing");
                }
                return yahoo.bars(symbol, interval, from, to);
            }

            @Override
            public Optional<Source> actions(String symbol, Instant from, Instant to) {
                return Optional.empty();
            }

            @Override
            public Duration longestPiece(String interval) {
                return yahoo.longestPiece(interval);
            }
        };
        BackfillReport report = tb.backfill(broken, "BAD", "FINE")
                .from(LocalDate.of(2022, 1, 1))
                .to(END)
                .run();
        assertThat(report.problems())
                .singleElement()
                .satisfies(bad -> assertThat(bad.problem()).contains("Broken failed", "no such thing"));
        assertThat(stored("FINE")).isEqualTo(weekdays(LocalDate.of(2022, 1, 1)));
    }

    @Test
    void upToNowTheLastBarIsAskedForAgain() {
        LocalDate today = LocalDate.now(ZoneOffset.UTC);
        tb.backfill(yahoo, "NOW").from(today.minusDays(30)).run();
        long asked = askedForBars();
        BackfillReport report =
                tb.backfill(yahoo, "NOW").from(today.minusDays(30)).run();
        assertThat(askedForBars() - asked).isOne();
        assertThat(report.symbols().get(0).unchanged()).isOne();
        assertThat(report.symbols().get(0).inserted()).isZero();
    }

    @Test
    void anInterruptEndsItWithAReport() {
        Thread.currentThread().interrupt();
        BackfillReport report = backfill("A", "B").run();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(report.problems())
                .hasSize(2)
                .allSatisfy(symbol -> assertThat(symbol.problem()).contains("Run it again to go on"));
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void aSymbolThatNobodyKnowsIsAProblem() {
        server.usually(ok("{\"chart\":{\"result\":[{\"meta\":{\"exchangeTimezoneName\":\"UTC\"}}],\"error\":null}}"));
        assertThat(backfill("TYPO").run().problems())
                .singleElement()
                .satisfies(typo -> assertThat(typo.problem())
                        .contains("has no bar of it")
                        .contains("Check how the service writes"));
    }

    @Test
    void whatMakesNoSenseIsRefusedAtOnce() {
        assertThatThrownBy(() -> tb.backfill(yahoo))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("at least one symbol");
        assertThatThrownBy(() -> tb.backfill(yahoo, "X").interval("3d")).hasMessageContaining("has no bars of \"3d\"");
        assertThatThrownBy(() -> YahooFinance.at(URI.create("localhost"), HttpPolicy.POLITE))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("\"localhost\" is no address of a service");
        assertThatThrownBy(() -> tb.backfill(yahoo, "X").from(END).to(FIRST).run())
                .hasMessageContaining("Swap them");
    }
}
