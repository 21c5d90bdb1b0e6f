package dev.tickbook.ingest;

import static dev.tickbook.ingest.ChartServer.cut;
import static dev.tickbook.ingest.ChartServer.ok;
import static dev.tickbook.ingest.ChartServer.slow;
import static dev.tickbook.ingest.ChartServer.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tickbook.TickbookException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The client of Yahoo's chart service, before a local server that does what services do on bad days. */
@Timeout(30)
class YahooFinanceTest {

    private static final HttpPolicy QUICK =
            new HttpPolicy(1000, 3, Duration.ofMillis(5), Duration.ofSeconds(2), Duration.ofMillis(1500));
    private static final Instant FROM = Instant.parse("2020-08-27T00:00:00Z");
    private static final Instant TO = Instant.parse("2020-09-02T00:00:00Z");

    /** Around the split of 31 August 2020, four for one: opening times in New York, a holiday without values. */
    private static final String CHART = """
            {"chart":{"result":[{"meta":{"currency":"USD","symbol":"AAPL","exchangeTimezoneName":"America/New_York",
              "regularMarketPrice":134.179993,"regularMarketTime":1598990402,"regularMarketVolume":151948100},
              "timestamp":[1598535000,1598621400,1598707800,1598880600],
              "events":{"dividends":{"1596807000":{"amount":0.205,"date":1596807000},"1598880600":{"amount":0.1,"date":1598880600}},
                        "splits":{"1598880600":{"date":1598880600,"numerator":4,"denominator":1,"splitRatio":"4:1"}}},
              "indicators":{"quote":[{"open":[127.1425018310547,126.01249694824219,null,127.58000183105469],
                                      "high":[127.48500061035156,126.44249725341797,null,131.0],
                                      "low":[123.83249664306641,124.57749938964844,null,126.0],
                                      "close":[125.01000213623047,124.80750274658203,null,129.0399932861328],
                                      "volume":[155552400,187630000,null,225702700]}],
                            "adjclose":[{"adjclose":[122.28,122.08,null,126.22]}]}}],"error":null}}
            """;

    private ChartServer server;
    private YahooFinance yahoo;

    @BeforeEach
    void start() throws IOException {
        server = new ChartServer().usually(ok(CHART));
        yahoo = YahooFinance.at(server.address(), QUICK);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private List<Map<String, String>> bars() throws IOException {
        return Read.all(yahoo.bars("AAPL", "1d", FROM, TO));
    }

    @Test
    void pricesAreThoseOfTheDayAndNotThoseAfterLaterSplits() throws IOException {
        assertThat(bars())
                .extracting(bar -> String.join(" ", bar.values()))
                .containsExactly(
                        "2020-08-27T00:00:00Z AAPL 1d 508.5700 509.9400 495.3300 500.0400 122.2800 38888100 Yahoo Finance",
                        "2020-08-28T00:00:00Z AAPL 1d 504.0500 505.7700 498.3100 499.2300 122.0800 46907500 Yahoo Finance",
                        "2020-08-31T00:00:00Z AAPL 1d 127.5800 131.0000 126.0000 129.0400 126.2200 225702700 Yahoo Finance");
    }

    @Test
    void dividendsAndSplitsAreThoseOfTheDayToo() throws IOException {
        Source actions =
                yahoo.actions("AAPL", Instant.parse("2020-01-01T00:00:00Z"), TO).orElseThrow();
        assertThat(Read.all(actions))
                .extracting(action -> action.get("type") + " " + action.get("announced_at") + " "
                        + action.get("ex_date") + " " + action.get("ratio") + " " + action.get("amount"))
                .containsExactlyInAnyOrder(
                        "dividend 2020-08-07T13:30:00Z 2020-08-07 null 0.8200",
                        "split 2020-08-31T13:30:00Z 2020-08-31 4.000000 null",
                        "dividend 2020-08-31T13:30:00Z 2020-08-31 null 0.1000");
    }

    @Test
    void theLatestPriceComesWithTheTimeAtWhichItWasMade() throws IOException {
        Quote quote = yahoo.latest("AAPL");
        assertThat(quote.price()).isEqualByComparingTo("134.18");
        assertThat(quote.time()).isEqualTo("2020-09-01T20:00:02Z");
        assertThat(quote.volume()).isEqualTo(151_948_100);
    }

    @Test
    void shorterBarsKeepTheirTimeAndABarThatIsNotOverIsLeftOut() throws IOException {
        Instant now = Instant.now();
        long over = now.minusSeconds(200).getEpochSecond();
        long underWay = now.minusSeconds(10).getEpochSecond();
        server.usually(ok("""
                {"chart":{"result":[{"meta":{"exchangeTimezoneName":"Asia/Tokyo"},"timestamp":[%d,%d],
                  "indicators":{"quote":[{"open":[1,1],"high":[1,1],"low":[1,1],"close":[1,1],"volume":[5,5]}]}}],"error":null}}""".formatted(over, underWay)));
        assertThat(Read.all(yahoo.bars("7203.T", "1m", now.minusSeconds(3600), now)))
                .extracting(bar -> bar.get("time"))
                .containsExactly(Instant.ofEpochSecond(over).toString());
        assertThat(ChartServer.symbol(server.requests().get(0))).isEqualTo("7203.T");
    }

    @Test
    void aSymbolWithSignsIsWrittenSafely() throws IOException {
        Read.all(yahoo.bars("^GSPC?x=/", "1d", FROM, TO));
        assertThat(server.requests().get(0).getRawPath()).isEqualTo("/v8/finance/chart/%5EGSPC%3Fx%3D%2F");
    }

    @Test
    void whatPassesIsAskedForAgain() throws IOException {
        server.next(
                status(429, "Too Many Requests"),
                status(500, ""),
                ok(CHART),
                cut(CHART),
                status(503, "<html>"),
                ok(CHART));
        assertThat(bars()).hasSize(3);
        assertThat(server.requests()).hasSize(6);
    }

    @Test
    void theServiceIsLeftAloneForAsLongAsItAsks() throws IOException {
        server.next(status(429, "", "Retry-After", "1"), ok(CHART));
        long start = System.nanoTime();
        assertThat(bars()).hasSize(3);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(990));

        server.next(status(
                429,
                "",
                "Retry-After",
                DateTimeFormatter.RFC_1123_DATE_TIME.format(
                        ZonedDateTime.now(ZoneOffset.UTC).plusHours(2))));
        assertThatThrownBy(this::bars)
                .isInstanceOf(IOException.class)
                .hasMessageMatching("(?s)AAPL was not answered \\(status 429\\) by http.*"
                        + "It asks to be left alone for 7\\d\\d\\d s: run again then.*");
    }

    @Test
    void whatDoesNotPassIsGivenUpAfterSomeAttempts() {
        server.usually(status(502, "<html>"));
        assertThatThrownBy(this::bars)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("AAPL was not answered after 3 attempts (status 502) by " + server.address())
                .hasMessageContaining("run again to go on");
        assertThat(server.requests()).hasSize(3);
        server.close();
        assertThatThrownBy(this::bars).isInstanceOf(IOException.class).hasMessageContaining("Check the network");
    }

    @Test
    void anAnswerThatStopsInTheMiddleIsNotWaitedForForEver() {
        server.usually(slow(CHART));
        YahooFinance impatient = YahooFinance.at(server.address(), QUICK.withTimeout(Duration.ofMillis(100)));
        assertThatThrownBy(() -> Read.all(impatient.bars("AAPL", "1d", FROM, TO)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("AAPL was not answered after 3 attempts (no complete answer within 100 ms)");
    }

    @Test
    void anInterruptEndsTheWait() {
        server.usually(status(429, "", "Retry-After", "2"));
        Thread.currentThread().interrupt();
        assertThatThrownBy(this::bars).isInstanceOf(InterruptedIOException.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void requestsKeepTheirDistance() throws IOException {
        YahooFinance slower = YahooFinance.at(server.address(), QUICK.withRequestsPerSecond(20));
        long start = System.nanoTime();
        for (int i = 0; i < 6; i++) {
            slower.latest("AAPL");
        }
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(245));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
        "close":           | "clse":                     | indicators.quote[0].close is missing
        "close":[125.01000213623047, | "close":[         | close has 3 values for 4 timestamps
        "close":[125.01000213623047  | "close":["much"   | close[0] is not a number
        [1598535000        | [1598535000.5               | has a value that is no time
        America/New_York   | Mars/Olympus                | exchangeTimezoneName is no time zone
        "result":[         | "results":[                 | exchangeTimezoneName is missing
        "denominator":1    | "denominator":0             | a split has the denominator 0
        "dividends":{      | "dividends":5,"x":{         | dividends is not an object
        {"chart"           | [{"chart"                   | it is no JSON object
        """)
    void aChangedAnswerIsNotGuessedAt(String part, String changed, String complaint) {
        assertThat(CHART).contains(part);
        server.usually(ok(CHART.replace(part, changed)));
        assertThatThrownBy(this::bars)
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("Yahoo Finance answered AAPL in a form that is not understood: ")
                .hasMessageContaining(complaint)
                .hasMessageContaining(server.address().toString())
                .hasMessageContaining("Run again; if it stays so");
    }

    @Test
    void whatTheServiceSaysIsPassedOn() {
        server.usually(
                status(
                        404,
                        "{\"chart\":{\"result\":null,\"error\":{\"code\":\"Not Found\",\"description\":\"No data found, symbol may be delisted\"}}}"));
        assertThatThrownBy(this::bars)
                .hasMessageContaining("Yahoo Finance has no answer for AAPL: No data found, symbol may be delisted")
                .hasMessageContaining("Check the symbol");
        server.usually(ok("<!DOCTYPE html><html>consent</html>"));
        assertThatThrownBy(this::bars)
                .hasMessageContaining("answered AAPL with a web page (status 200) where JSON was expected")
                .hasMessageContaining("Open it in a browser");
    }

    @Test
    void aTimeWithoutBarsHasNone() throws IOException {
        server.usually(
                status(
                        400,
                        "{\"chart\":{\"result\":null,\"error\":{\"code\":\"Bad Request\",\"description\":\"Data doesn't exist for startDate = 1, endDate = 2\"}}}"));
        assertThat(bars()).isEmpty();
        server.usually(
                ok(
                        "{\"chart\":{\"result\":[{\"meta\":{\"exchangeTimezoneName\":\"UTC\"},\"indicators\":{\"quote\":[{}]}}],\"error\":null}}"));
        assertThat(bars()).isEmpty();
    }

    @Test
    void barsThatTheServiceDoesNotHaveAreRefusedAtOnce() {
        assertThatThrownBy(() -> yahoo.bars("AAPL", "7m", FROM, TO))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("has no bars of \"7m\". Take 1m");
        assertThat(server.requests()).isEmpty();
    }
}
