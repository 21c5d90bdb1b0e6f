package dev.tickbook.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tickbook.Tickbook;
import dev.tickbook.TickbookException;
import dev.tickbook.datasets.Datasets;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tech.tablesaw.api.Row;
import tech.tablesaw.api.Table;

/** Loading bars from CSV: what is understood, what is refused, and that a refused file leaves nothing behind. */
class CsvFileTest {

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
    void startEmpty() {
        tb.sql(
                        "TRUNCATE market.market_data_rows, market.market_data_batches, market.market_data_versions, market.ingest_rejects")
                .execute();
    }

    @Test
    void aFileWithABarPerLineIsLoadedWhole() throws IOException {
        IngestReport report = tb.ingest(csv("""
                time,symbol,interval,open,high,low,close,volume
                2024-03-01T14:30:00Z,ALDR,1m,10.0000,10.5,9.875,10.25,1200
                2024-03-01T09:31:00-05:00,ALDR,1m,10.25,10.3,10.2,10.2,800
                """));
        assertThat(report)
                .isEqualTo(new IngestReport(
                        "bars.csv",
                        MarketStream.PRICES,
                        List.of("ALDR"),
                        2,
                        2,
                        0,
                        0,
                        0,
                        Instant.parse("2024-03-01T14:30:00Z"),
                        Instant.parse("2024-03-01T14:31:00Z"),
                        false,
                        List.of()));
        Row first = bars().row(0);
        assertThat(first.getDouble("open")).isEqualTo(10.0);
        assertThat(first.getDouble("low")).isEqualTo(9.875);
        assertThat(first.getLong("volume")).isEqualTo(1200);
        assertThat(first.isMissing("adjusted_close")).isTrue();
    }

    @Test
    void theReportReadsAsASentence() throws IOException {
        assertThat(tb.ingest(csv("date,close\n2024-03-01,10\n").symbol("ALDR")))
                .hasToString(
                        "bars.csv: 1 bars of ALDR, 2024-03-01 to 2024-03-01\n" + "1 inserted, 0 updated, 0 unchanged");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Date,Close,Adj Close",
                "\uFEFFDATE,CLOSE,ADJ CLOSE",
                " timestamp , close , adjusted_close",
                "datetime,close,adjusted",
                "Date,ALDR.Close,ALDR.Adjusted",
                "Date,Close,Adj.Close",
            })
    void columnsAreFoundByTheNamesThatPeopleUse(String header) throws IOException {
        tb.ingest(csv(header + "\n2024-03-01,10,9.5\n").symbol("ALDR"));
        Row bar = bars().row(0);
        assertThat(bar.getString("symbol")).isEqualTo("ALDR");
        assertThat(bar.getString("interval")).isEqualTo("1d");
        assertThat(bar.getDouble("close")).isEqualTo(10.0);
        assertThat(bar.getDouble("adjusted_close")).isEqualTo(9.5);
    }

    @Test
    void whoseBarsTheyAreIsTakenFromTheHeaderOrTheFilesName() throws IOException {
        tb.ingest(csv("date,BRCH.close\n2024-03-01,10\n"));
        tb.ingest(csv("date,close\n2024-03-01,10\n"));
        assertThat(bars().stringColumn("symbol").asList()).containsExactly("BRCH", "bars");
    }

    @Test
    void closesSideBySideBecomeABarPerSymbol() throws IOException {
        IngestReport report = tb.ingest(csv("date,DAX,SMI,rate\n1991-07-01,1628.75,1678.1,x\n1991-07-02,,1688.5,x\n")
                .wide("DAX", "SMI"));
        assertThat(report.read()).as("the market that was closed has no bar").isEqualTo(3);
        assertThat(bars().stringColumn("symbol").asList()).containsExactly("DAX", "SMI", "SMI");
    }

    @Test
    void loadingAFileAgainChangesNothing() throws IOException {
        CsvFile file = csv("date,close\n2024-03-01,10\n2024-03-04,11\n").symbol("ALDR");
        tb.ingest(file);
        IngestReport again = tb.ingest(file);
        assertThat(again.inserted()).isZero();
        assertThat(again.updated()).isZero();
        assertThat(again.unchanged()).isEqualTo(2);
        assertThat(bars().rowCount()).isEqualTo(2);
    }

    @Test
    void aCorrectedBarReplacesTheOldOne() throws IOException {
        tb.ingest(csv("date,close\n2024-03-01,10\n2024-03-04,11\n").symbol("ALDR"));
        IngestReport corrected = tb.ingest(
                csv("date,close\n2024-03-01,10\n2024-03-04,12\n2024-03-05,13\n").symbol("ALDR"));
        assertThat(corrected.inserted()).isOne();
        assertThat(corrected.updated()).isOne();
        assertThat(corrected.unchanged()).isOne();
        assertThat(bars().doubleColumn("close").asList()).containsExactly(10.0, 12.0, 13.0);
    }

    @Test
    void aValueThatTheFileDoesNotHaveLeavesTheStoredOneAsItIs() throws IOException {
        tb.ingest(csv("date,open,close,volume\n2024-03-01,9,10,500\n").symbol("ALDR"));
        IngestReport again = tb.ingest(csv("date,close\n2024-03-01,10\n").symbol("ALDR"));
        assertThat(again.unchanged()).isOne();
        tb.ingest(csv("date,close,volume\n2024-03-01,11,\n").symbol("ALDR"));
        Row bar = bars().row(0);
        assertThat(bar.getDouble("open")).isEqualTo(9.0);
        assertThat(bar.getDouble("close")).isEqualTo(11.0);
        assertThat(bar.getLong("volume")).isEqualTo(500);
    }

    @Test
    void barsFarApartMakeOnlyTheChunksTheyNeed() throws IOException {
        long before = tb.sql("SELECT * FROM tickbook.chunks").table().rowCount();
        tb.ingest(csv("date,close\n0202-03-01,10\n2124-03-01,10\n").symbol("ALDR"));
        assertThat(tb.sql("SELECT * FROM tickbook.chunks").table().rowCount() - before)
                .isEqualTo(2);
    }

    @Test
    void aSymbolThatCannotBeOneIsRejected() throws IOException {
        tb.ingest(csv("date,close\n2024-03-01,10\n").symbol("A\tB"));
        tb.ingest(csv("date,close\n2024-03-01,10\n").symbol(" "));
        assertThat(rejects().stringColumn("reason").asList())
                .containsExactly("the symbol \"A\tB\" has a control character in it.", "it has no symbol.");
        assertThat(bars().rowCount()).isZero();
    }

    @Test
    void aLineThatIsThereTwiceCountsOnce() throws IOException {
        IngestReport report =
                tb.ingest(csv("date,close\n2024-03-01,10\n2024-03-01,10\n").symbol("ALDR"));
        assertThat(report.inserted()).isOne();
        assertThat(report.unchanged()).isOne();
    }

    @Test
    void barsLandInTheChunksOfTheirTime() throws IOException {
        tb.ingest(csv("date,close\n2024-01-10,10\n2024-06-10,11\n").symbol("ALDR"));
        assertThat(tb.sql("SELECT DISTINCT tableoid FROM market.market_data_rows")
                        .table()
                        .rowCount())
                .isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "2024-03-01,ten,5      | close \"ten\" is not a number.",
                "2024-03-32,10,5       | time \"2024-03-32\" is not a time. Write 2024-03-01,",
                "2024-03-01,,5         | it has no close.",
                "2024-03-01,10         | it has 2 values, the header has 3 columns.",
                "2024-03-01,10,5,6     | it has 4 values, the header has 3 columns.",
                "2024-03-01,10,5.5     | volume \"5.5\" is not a whole number. Round it, or give it in a smaller unit.",
                "2024-03-01,10,-5      | volume \"-5\" must be at least 0.",
                "2024-03-01,1e999,5    | close \"1e999\" is too large",
                "2024-03-01,NaN,5      | it has no close.",
                "2024-03-01,0,5        | close 0 is not above zero.",
                "2024-03-01 09:30,10,5 | the length of its bar is not known. Name it with .interval(\"1m\"), or .with(\"interval\", \"1m\").",
            })
    void aLineThatCannotBeReadIsRejectedWithItsReasonAndTheOthersAreStored(String line, String reason)
            throws IOException {
        IngestReport report = tb.ingest(
                csv("date,close,volume\n" + line + "\n2024-03-04,11,5\n").symbol("ALDR"));
        assertThat(report.read()).isEqualTo(2);
        assertThat(report.inserted()).isOne();
        assertThat(report.rejected()).isOne();
        Row reject = rejects().row(0);
        assertThat(reject.getString("stream")).isEqualTo("prices");
        assertThat(reject.getString("source")).isEqualTo("bars.csv");
        assertThat(reject.getLong("line")).isEqualTo(2);
        assertThat(reject.getString("reason")).contains(reason);
        assertThat(reject.getString("raw")).isEqualTo(line);
    }

    @Test
    void ofTwoDifferentBarsForOnePlaceTheFirstIsStoredAndTheOtherRejected() throws IOException {
        CsvFile file =
                csv("date,close\n2024-03-01,10\n2024-03-04,11\n2024-03-01,12\n").symbol("ALDR");
        for (int time = 0; time < 2; time++) {
            IngestReport report = tb.ingest(file);
            assertThat(report.rejected()).isOne();
            assertThat(report.updated()).isZero();
            assertThat(bars().doubleColumn("close").asList()).containsExactly(10.0, 11.0);
            assertThat(rejects().rowCount())
                    .as("once, however often it is loaded")
                    .isOne();
            assertThat(rejects().row(0).getLong("line")).isEqualTo(4);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "when,close             | has no column \"time\".",
                "date,value             | has no column \"close\".",
                "date,close,Close       | has two columns for \"close\": \"close\" and \"Close\".",
                "2024-03-01,10          | has no column \"time\".",
            })
    void aHeaderThatIsNotUnderstoodIsQuoted(String header, String message) throws IOException {
        CsvFile file = csv(header + "\n2024-03-01,10,11\n").symbol("ALDR");
        assertThatThrownBy(() -> tb.ingest(file))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("bars.csv " + message);
    }

    @Test
    void aMissingColumnOfAWideFileIsNamedWithThoseThereAre() throws IOException {
        CsvFile file = csv("date,DAX\n2024-03-01,10\n").wide("FTSE");
        assertThatThrownBy(() -> tb.ingest(file))
                .hasMessageContaining("no column \"FTSE\". Its columns are: date, DAX");
    }

    @Test
    void anEmptyFileAndAHeaderAloneAreRefused() throws IOException {
        CsvFile empty = csv("");
        assertThatThrownBy(() -> tb.ingest(empty)).hasMessageContaining("bars.csv is empty. It needs");
        CsvFile headerOnly = csv("date,close\n");
        assertThatThrownBy(() -> tb.ingest(headerOnly)).hasMessageContaining("has a header and no rows");
    }

    @Test
    void aFileThatIsNotThereAndAFolderAreNamed() {
        Path nowhere = folder.resolve("nowhere.csv");
        assertThatThrownBy(() -> tb.ingest(CsvFile.of(nowhere)))
                .isInstanceOf(TickbookException.class)
                .hasMessage("There is no file " + nowhere + ". Check its name and folder.");
        assertThatThrownBy(() -> tb.ingest(CsvFile.of(folder)))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("is a folder. Name a file in it.");
    }

    @Test
    void aFileThatIsNotTextIsRefused() throws IOException {
        Path file = folder.resolve("bars.csv");
        Files.write(file, new byte[] {'d', (byte) 0xff, (byte) 0xfe, 0, 7, '\n'});
        assertThatThrownBy(() -> tb.ingest(CsvFile.of(file)))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("bars.csv cannot be read. It is not text in UTF-8.");
    }

    @Test
    void textThatLooksLikeSqlOrLikeCopysOwnSignsIsOnlyText() throws IOException {
        String symbol = "\\N'; DROP SCHEMA market CASCADE; --\\.";
        tb.ingest(csv("date,close\n2024-03-01,10\n").symbol(symbol));
        assertThat(bars().stringColumn("symbol").get(0)).isEqualTo(symbol);
    }

    @Test
    void bundledSeriesAreLoadedAsPublished() throws IOException {
        Path file = Datasets.copyTo("EuStockMarkets", folder.resolve("EuStockMarkets.csv"));
        IngestReport report = tb.ingest(CsvFile.of(file).wide("DAX", "SMI", "CAC", "FTSE"));
        assertThat(report.inserted()).isEqualTo(4 * 1860);
        Table dax = tb.sql("SELECT close FROM market.market_data WHERE symbol = 'DAX' ORDER BY time")
                .table();
        assertThat(dax.doubleColumn("close").get(0))
                .as("R: EuStockMarkets[1, 1]")
                .isEqualTo(1628.75);
    }

    @Test
    void aRealFileOfApplesDailyPricesIsLoaded() {
        Path file = Path.of("..", "..", "shared", "data", "aapl-daily-2015-2017.csv");
        assumeTrue(Files.exists(file), () -> "skipped: " + file + " is not there");
        IngestReport report = tb.ingest(CsvFile.of(file));
        assertThat(report.inserted()).isEqualTo(506);
        Row last = tb.sql("SELECT * FROM market.market_data ORDER BY time DESC LIMIT 1")
                .table()
                .row(0);
        assertThat(last.getString("symbol")).isEqualTo("AAPL");
        assertThat(last.getInstant("time")).isEqualTo(Instant.parse("2017-02-16T00:00:00Z"));
        assertThat(last.getDouble("close")).isEqualTo(135.35);
        assertThat(last.getLong("volume")).isEqualTo(22_118_000);
    }

    private CsvFile csv(String text) throws IOException {
        return CsvFile.of(Files.writeString(folder.resolve("bars.csv"), text, StandardCharsets.UTF_8));
    }

    private static Table rejects() {
        return tb.sql("SELECT * FROM market.ingest_rejects ORDER BY reject_id").table();
    }

    private static Table bars() {
        return tb.sql("SELECT * FROM market.market_data ORDER BY symbol COLLATE \"C\", time")
                .table();
    }
}
