package dev.tickbook.ingest;

import static dev.tickbook.ingest.ChartServer.ok;
import static dev.tickbook.ingest.ChartServer.query;
import static dev.tickbook.ingest.ChartServer.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tickbook.TickbookException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The client of Stooq's CSV service, before a local server. */
@Timeout(30)
class StooqTest {

    private static final String CSV = "Date,Open,High,Low,Close,Volume\r\n"
            + "2024-02-29,10,11,9.5,10.5,1000\r\n2024-03-01,10.5,12,10,11.25,2000.4567\r\n";

    private ChartServer server;
    private Stooq stooq;

    @BeforeEach
    void start() throws IOException {
        server = new ChartServer().usually(ok(CSV));
        stooq = Stooq.at(
                server.address(),
                new HttpPolicy(1000, 2, Duration.ofMillis(5), Duration.ofSeconds(1), Duration.ofSeconds(2)));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private List<Map<String, String>> bars(String symbol) throws IOException {
        return Read.all(
                stooq.bars(symbol, "1d", Instant.parse("2024-02-28T12:00:00Z"), Instant.parse("2024-03-04T00:00:00Z")));
    }

    @Test
    void linesAreBars() throws IOException {
        assertThat(bars("AAPL"))
                .extracting(bar -> String.join(" ", bar.values()))
                .containsExactly(
                        "2024-02-29 AAPL 1d 10 11 9.5 10.5 1000 Stooq",
                        "2024-03-01 AAPL 1d 10.5 12 10 11.25 2000 Stooq");
        assertThat(query(server.requests().get(0)))
                .containsEntry("s", "aapl.us")
                .containsEntry("d1", "20240229")
                .containsEntry("d2", "20240303")
                .containsEntry("i", "d");
    }

    @Test
    void symbolsAreWrittenAsTheServiceWritesThem() throws IOException {
        for (String symbol : List.of("^SPX", "EURUSD.FX", "CDR.PL")) {
            bars(symbol);
        }
        assertThat(server.requests())
                .extracting(request -> query(request).get("s"))
                .containsExactly("%5Espx", "eurusd", "cdr.pl");
    }

    @Test
    void whatHasNoVolumeHasNone() throws IOException {
        server.usually(ok("Date,Open,High,Low,Close\n2024-03-01,1,1,1,1\n"));
        assertThat(bars("^SPX").get(0)).containsEntry("volume", null).containsEntry("close", "1");
    }

    @Test
    void todayIsLeftOutUntilItIsOver() throws IOException {
        LocalDate today = LocalDate.now(ZoneOffset.UTC);
        server.usually(ok("Date,Open,High,Low,Close\n" + today.minusDays(1) + ",1,1,1,1\n" + today + ",1,1,1,1\n"));
        assertThat(Read.all(stooq.bars("X", "1d", Instant.now().minus(Duration.ofDays(9)), Instant.now())))
                .hasSize(1);
    }

    @Test
    void noDataIsNoBars() throws IOException {
        server.usually(ok("No data"));
        assertThat(bars("AAPL")).isEmpty();
    }

    @Test
    void whatIsNoCsvIsNamed() {
        server.usually(ok("Exceeded the daily hits limit"));
        assertThatThrownBy(() -> bars("AAPL"))
                .hasMessageContaining("did not answer AAPL: the questions of today are used up")
                .hasMessageContaining("Run again tomorrow");
        server.usually(ok("<html>captcha</html>"));
        assertThatThrownBy(() -> bars("AAPL"))
                .hasMessageContaining("something that is not CSV of bars: \"<html>captcha");
        server.usually(ok(CSV + "2024-03"));
        assertThatThrownBy(() -> bars("AAPL")).hasMessageContaining("a line that is no bar: \"2024-03\"");
        server.usually(status(500, ""));
        assertThatThrownBy(() -> bars("AAPL")).hasMessageContaining("not answered after 2 attempts (status 500)");
        server.usually(status(404, ""));
        assertThatThrownBy(() -> bars("AAPL")).hasMessageContaining("with status 404");
        assertThatThrownBy(() -> stooq.longestPiece("1m"))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("Take 1d, 1w or 1mo");
    }
}
