package dev.tickbook.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tickbook.Tickbook;
import dev.tickbook.datasets.Defect;
import dev.tickbook.datasets.Defect.Kind;
import dev.tickbook.datasets.Market;
import dev.tickbook.datasets.MarketFile;
import dev.tickbook.datasets.MarketGenerator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tech.tablesaw.api.Table;

/** What the checks find in a feed whose faults are known, because the generator planted them. */
class QualityTest {

    static Tickbook tb;
    static Market market;
    static IngestReport report;
    static Map<Kind, Long> planted = new EnumMap<>(Kind.class);

    @TempDir
    static Path folder;

    @BeforeAll
    static void load() throws IOException {
        tb = Tickbook.open();
        market = MarketGenerator.defaults()
                .symbols(5)
                .from(LocalDate.of(2024, 1, 2))
                .to(LocalDate.of(2024, 3, 28))
                .generate();
        market.writeTo(folder, MarketFile.MINUTE_FEED);
        planted = market.defects().collect(Collectors.groupingBy(Defect::kind, Collectors.counting()));
        report = tb.ingestion(
                        MarketStream.PRICES,
                        CsvFile.of(folder.resolve("minute_feed.csv")).interval("1m"))
                .batchRows(10_000)
                .run();
    }

    @AfterAll
    static void close() {
        tb.close();
    }

    @Test
    void eachRowOfTheFeedIsCountedOnce() {
        assertThat(report.read()).isEqualTo(market.minuteFeed().count());
        assertThat(report.inserted() + report.updated() + report.unchanged() + report.rejected())
                .isEqualTo(report.read());
    }

    @Test
    void barsThatCannotBeAreRejected() {
        assertThat(planted).containsKeys(Kind.ZERO_PRICE, Kind.HIGH_BELOW_LOW);
        assertThat(report.rejected()).isEqualTo(planted.get(Kind.ZERO_PRICE) + planted.get(Kind.HIGH_BELOW_LOW));
        assertThat(found("range")).isEqualTo(planted.get(Kind.ZERO_PRICE));
        assertThat(found("high and low")).isEqualTo(planted.get(Kind.HIGH_BELOW_LOW));
    }

    @Test
    void rowsThatAreThereTwiceAreStoredOnce() {
        assertThat(report.unchanged()).isEqualTo(planted.get(Kind.DUPLICATE_ROW));
        assertThat(found("duplicate")).isEqualTo(planted.get(Kind.DUPLICATE_ROW));
    }

    @Test
    void minutesThatAreMissingAreNoted() {
        // A bar that was rejected leaves a gap too.
        assertThat(found("gap")).isEqualTo(planted.get(Kind.MISSING_MINUTES) + report.rejected());
    }

    @Test
    void pricesWithAMisplacedPointAreFlaggedAndStored() {
        Set<String> shifted = market.defects()
                .filter(defect -> defect.kind() == Kind.DECIMAL_SHIFT)
                .map(defect -> defect.symbol() + " " + defect.from())
                .collect(Collectors.toSet());
        Table doubtful = tb.sql("SELECT symbol, time FROM market.market_data WHERE quality_score < 1")
                .table();
        Set<String> flagged = doubtful.stream()
                .map(row -> row.getString("symbol") + " " + row.getInstant("time"))
                .collect(Collectors.toSet());
        assertThat(flagged).containsAll(shifted);
        assertThat(flagged.size() - shifted.size())
                .as("sound bars that are flagged, of 120,000: jumps over night")
                .isLessThan(12);
    }

    @Test
    void theReportHasAllOfItAsATable() {
        Table quality = report.quality();
        assertThat(quality.columnNames())
                .containsExactly("check", "outcome", "symbol", "interval", "rows", "first_line");
        assertThat(quality.where(quality.stringColumn("outcome").isEqualTo("rejected"))
                        .longColumn("rows")
                        .sum())
                .isCloseTo(report.rejected(), within(0.0));
    }

    @Test
    void aFeedThatStandsStillIsFlagged() throws IOException {
        StringBuilder text = new StringBuilder("time,close,volume\n");
        Instant time = Instant.parse("2024-03-01T14:30:00Z");
        for (int i = 0; i < 40; i++) {
            text.append(time.plusSeconds(60 * i)).append(i < 20 ? ",10.5,100\n" : ",10." + i + ",10" + i + "\n");
        }
        IngestReport still = tb.ingest(
                CsvFile.of(Files.writeString(folder.resolve("STILL.csv"), text)).interval("1m"));
        assertThat(still.inserted()).isEqualTo(40);
        assertThat(still.findings())
                .containsExactly(new IngestReport.Finding("stale feed", "flagged", "STILL", "1m", 10, 12));
    }

    @Test
    void aNewLevelIsNoOutlierForLong() throws IOException {
        StringBuilder text = new StringBuilder("date,close\n");
        LocalDate day = LocalDate.of(2024, 1, 1);
        for (int i = 0; i < 100; i++) {
            text.append(day.plusDays(i))
                    .append(',')
                    .append((i < 60 ? 100 : 50) + i % 3)
                    .append('\n');
        }
        IngestReport split = tb.ingest(CsvFile.of(Files.writeString(folder.resolve("SPLT.csv"), text)));
        assertThat(split.findings())
                .as("a split that nobody adjusted for")
                .containsExactly(new IngestReport.Finding("outlier", "flagged", "SPLT", "1d", 2, 62));
    }

    @Test
    void aPriceThatFourDecimalsChangeIsFlaggedAndOneThatWouldVanishRejected() throws IOException {
        String text = """
                date,close
                2024-01-02,0.00014
                2024-01-03,0.00001023
                2024-01-04,0.03999999910593033
                2024-01-05,182.00999450683594
                """;
        IngestReport small = tb.ingest(CsvFile.of(Files.writeString(folder.resolve("SMALL.csv"), text)));
        assertThat(small.findings())
                .containsExactlyInAnyOrder(
                        new IngestReport.Finding("rounding", "flagged", "SMALL", "1d", 1, 2),
                        new IngestReport.Finding("range", "rejected", "", "", 1, 3));
        Table stored = tb.sql(
                        "SELECT close, quality_score < 0.5 AS doubtful FROM market.market_data WHERE symbol = 'SMALL' ORDER BY time")
                .table();
        assertThat(stored.doubleColumn("close").asList()).containsExactly(0.0001, 0.04, 182.01);
        assertThat(stored.booleanColumn("doubtful").asList()).containsExactly(true, null, null);
        assertThat(tb.sql("SELECT reason FROM market.ingest_rejects WHERE source = 'SMALL.csv'")
                        .table()
                        .stringColumn("reason")
                        .get(0))
                .contains("close \"0.00001023\" is too small: 4 decimals are stored", "larger unit");
    }

    private static long found(String check) {
        return report.findings().stream()
                .filter(finding -> finding.check().equals(check))
                .mapToLong(IngestReport.Finding::rows)
                .sum();
    }
}
