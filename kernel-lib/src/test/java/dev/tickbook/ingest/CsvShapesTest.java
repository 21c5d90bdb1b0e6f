package dev.tickbook.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tickbook.Tickbook;
import dev.tickbook.TickbookException;
import dev.tickbook.ingest.Conventions.DateOrder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
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

/** CSV files as people have them: how numbers, times and the file itself are written. */
class CsvShapesTest {

    private static final String DAILY = "date,close\n2024-03-01,10.5\n2024-03-04,11.25\n";

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
        tb.sql("TRUNCATE market.market_data_rows, market.market_data_batches, market.market_data_versions,"
                        + " market.ingest_rejects")
                .execute();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1234.5        | 1234.5",
                "1,234.5       | 1234.5",
                "$1,234.50     | 1234.5",
                "-$3.25        | -3.25",
                "($3.25)       | -3.25",
                "3.25-         | reject",
                "€ 12.30       | 12.3",
                "12.30 €       | 12.3",
                "12.5%         | 0.125",
                "1.5K          | 1500",
                "2M            | 2000000",
                "1 234 567.25  | 1234567.25",
                "1'234'567.25  | 1234567.25",
                "+7            | 7",
                "1.2e3         | 1200",
                ".5            | 0.5",
                "5.            | 5",
                "10.00005      | 10.0001",
                "-10.00005     | -10.0001",
                "10.00004999   | 10",
                "99999999999.9999 | 99999999999.9999",
                "1,23          | reject",
                "1,2345        | reject",
                "12,34,567     | reject",
                "0x10          | reject",
                "1e9999999     | reject",
                "١٢            | reject",
                "--5           | reject",
                "5 5           | reject",
                "%             | reject",
                ".             | reject",
                "Infinity      | reject",
            })
    void numbers(String written, String meant) throws IOException {
        String text = "date,close\n2024-03-01,\"" + written + "\"\n2024-03-04,1.5\n";
        tb.ingestion(MarketStream.PRICES, csv(text)).anyPrice().run();
        if (meant.equals("reject")) {
            assertThat(closes()).containsExactly(1.5);
            assertThat(rejects()).singleElement().asString().startsWith("close \"" + written + "\" is");
        } else {
            assertThat(closes()).containsExactly(Double.parseDouble(meant), 1.5);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "2024-03-01                   | 2024-03-01T00:00:00Z",
                "2024/3/1                     | 2024-03-01T00:00:00Z",
                "20240301                     | 2024-03-01T00:00:00Z",
                "1.3.2024                     | 2024-03-01T00:00:00Z",
                "3/13/2024                    | 2024-03-13T00:00:00Z",
                "13/3/2024                    | 2024-03-13T00:00:00Z",
                "13-03-24                     | 2024-03-13T00:00:00Z",
                "1-Mar-24                     | 2024-03-01T00:00:00Z",
                "01-MAR-1999                  | 1999-03-01T00:00:00Z",
                "1 March 2024                 | 2024-03-01T00:00:00Z",
                "Mar 1, 2024                  | 2024-03-01T00:00:00Z",
                "Fri, 1 Mar 2024              | 2024-03-01T00:00:00Z",
                "2024-03-01 09:30             | 2024-03-01T09:30:00Z",
                "2024-03-01T09:30:15.25       | 2024-03-01T09:30:15.250Z",
                "2024-03-01T09:30:00+01:00    | 2024-03-01T08:30:00Z",
                "2024-03-01 09:30:00 -0500    | 2024-03-01T14:30:00Z",
                "2024-03-01 09:30:00 America/New_York | 2024-03-01T14:30:00Z",
                "2024-03-01 09:30:00 UTC      | 2024-03-01T09:30:00Z",
                "3/13/2024 1:30 PM            | 2024-03-13T13:30:00Z",
                "3/13/2024 12:05 a.m.         | 2024-03-13T00:05:00Z",
                "20240301 093000              | 2024-03-01T09:30:00Z",
                "20240301093000               | 2024-03-01T09:30:00Z",
                "1709285400                   | 2024-03-01T09:30:00Z",
                "1709285400.5                 | 2024-03-01T09:30:00.500Z",
                "1709285400000                | 2024-03-01T09:30:00Z",
                "1709285400000000             | 2024-03-01T09:30:00Z",
                "2024-02-29                   | 2024-02-29T00:00:00Z",
                "2023-02-29                   | reject",
                "1900-02-29                   | reject",
                "2024-13-01                   | reject",
                "2024-03-01 24:30             | reject",
                "2024-03-01 09:60             | reject",
                "3/13/2024 13:30 PM           | reject",
                "1-Mrz-24                     | reject",
                "yesterday                    | reject",
                "2024-03-01 Europe/Atlantis   | reject",
                "2024-03-01 09:30 Europe/Atlantis | reject",
            })
    void times(String written, String meant) throws IOException {
        tb.ingest(csv("date,close\n\"" + written + "\",1\n").interval("1d"));
        if (meant.equals("reject")) {
            assertThat(rejects()).singleElement().asString().startsWith("time \"" + written + "\" is not a time.");
        } else {
            assertThat(bars().row(0).getInstant("time")).isEqualTo(Instant.parse(meant));
        }
    }

    @Test
    void aDateThatMayMeanTwoDaysIsRefusedUntilARowOrTheCallerTells() throws IOException {
        CsvFile unclear = csv("date,close\n03/04/2024,1\n05/06/2024,2\n");
        assertThatThrownBy(() -> tb.ingest(unclear))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("bars.csv: \"03/04/2024\" may mean two days")
                .hasMessageContaining(".dates(DateOrder.DAY_FIRST)");
        tb.ingest(unclear.dates(DateOrder.MONTH_FIRST));
        assertThat(bars().row(0).getInstant("time")).isEqualTo(Instant.parse("2024-03-04T00:00:00Z"));
        startEmpty();
        tb.ingest(csv("date,close\n03/04/2024,1\n25/06/2024,2\n"));
        assertThat(bars().row(0).getInstant("time")).isEqualTo(Instant.parse("2024-04-03T00:00:00Z"));
    }

    @Test
    void aTimeWithoutAZoneIsInTheZoneThatIsSaidSummerAndWinter() throws IOException {
        CsvFile file = csv("""
                        time,close
                        2024-03-08 09:30,1
                        2024-03-10 02:30,2
                        2024-03-11 09:30,3
                        2024-11-03 01:30,4
                        2024-11-04,5
                        """).interval("1m").zone(ZoneId.of("America/New_York"));
        tb.ingest(file);
        assertThat(bars().instantColumn("time").asList())
                .containsExactly(
                        Instant.parse("2024-03-08T14:30:00Z"),
                        Instant.parse("2024-03-11T13:30:00Z"),
                        Instant.parse("2024-11-03T05:30:00Z"),
                        Instant.parse("2024-11-04T00:00:00Z"));
        assertThat(rejects())
                .containsExactly(
                        "the clocks of America/New_York never showed \"2024-03-10 02:30\": they were put forward.");
    }

    @Test
    void aDecimalCommaIsFoundOutFromTheRows() throws IOException {
        tb.ingest(csv("Datum;Date;Schluss;Close;Volume\nx;01.03.2024;y;1.234,50;1.200\nx;04.03.2024;y;12,5;900\n"));
        assertThat(closes()).containsExactly(1234.5, 12.5);
        assertThat(bars().longColumn("volume").asList()).containsExactly(1200L, 900L);
    }

    @Test
    void aNumberThatMayMeanTwoIsRefusedUntilTheCallerTells() throws IOException {
        CsvFile unclear = csv("date;close\n2024-03-01;1,234\n");
        assertThatThrownBy(() -> tb.ingest(unclear))
                .hasMessageContaining("\"1,234\" can be read with a decimal comma or with a comma between thousands");
        tb.ingest(unclear.decimal(','));
        assertThat(closes()).containsExactly(1.234);
        tb.ingest(unclear.decimal('.').symbol("OTHER"));
        assertThat(closes()).containsExactly(1234.0, 1.234);
    }

    @ParameterizedTest
    @ValueSource(strings = {";", "\t", "|", ","})
    void theFirstLineTellsTheSeparator(String separator) throws IOException {
        tb.ingest(csv(DAILY.replace(",", separator)));
        assertThat(closes()).containsExactly(10.5, 11.25);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", "\r", "\n\n\n", "\r\n\r\n"})
    void lineEndsOfAnySystemAndEmptyLinesAreReadPast(String end) throws IOException {
        IngestReport report = tb.ingest(csv(DAILY.replace("\n", end) + end + end));
        assertThat(report.read()).isEqualTo(2);
        assertThat(closes()).containsExactly(10.5, 11.25);
    }

    @Test
    void theLastLineNeedsNoEnd() throws IOException {
        tb.ingest(csv(DAILY.strip()));
        assertThat(closes()).containsExactly(10.5, 11.25);
    }

    @ParameterizedTest
    @CsvSource({"UTF-8,EFBBBF", "UTF-16LE,FFFE", "UTF-16BE,FEFF"})
    void aMarkSaysWhatAFileIsIn(String charset, String mark) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(java.util.HexFormat.of().parseHex(mark));
        bytes.write(DAILY.getBytes(charset));
        tb.ingest(bytes("bars.csv", bytes.toByteArray()));
        assertThat(closes()).containsExactly(10.5, 11.25);
    }

    @Test
    void otherCharacterSetsAreSaid() throws IOException {
        byte[] latin = "date,symbol,close\n2024-03-01,MÜLLER,10\n".getBytes(StandardCharsets.ISO_8859_1);
        tb.ingest(bytes("bars.csv", latin).charset(StandardCharsets.ISO_8859_1));
        assertThat(bars().stringColumn("symbol").asList()).containsExactly("MÜLLER");
        byte[] wide = DAILY.getBytes(StandardCharsets.UTF_16LE);
        CsvFile unmarked = bytes("wide.csv", wide);
        assertThatThrownBy(() -> tb.ingest(unmarked)).hasMessageContaining("say what it is in with .charset(…)");
        tb.ingest(unmarked.charset(Charset.forName("UTF-16LE")));
        assertThat(bars().rowCount()).isEqualTo(3);
    }

    @Test
    void aPackedFileIsReadLikeAnyOther() throws IOException {
        tb.ingest(bytes("GZIP.csv.gz", gzip(DAILY)));
        tb.ingest(bytes("ZIP.zip", zip("anything.csv", DAILY)));
        assertThat(bars().stringColumn("symbol").unique().asList()).containsExactlyInAnyOrder("GZIP", "ZIP");
        assertThat(bars().rowCount()).isEqualTo(4);
    }

    @Test
    void ofAZipWithTwoFilesNoneIsLeftOutUnsaid() throws IOException {
        CsvFile two = bytes("two.zip", zip("a.csv", DAILY, "b.csv", DAILY));
        assertThatThrownBy(() -> tb.ingest(two))
                .hasMessageContaining("two.zip")
                .hasMessageContaining("has a second file in it, b.csv. Unpack it");
    }

    @Test
    void aPackedFileThatIsCutOffSaysSo() throws IOException {
        StringBuilder many = new StringBuilder("date,close\n");
        for (int i = 0; i < 5000; i++) {
            many.append(java.time.LocalDate.EPOCH.plusDays(i))
                    .append(',')
                    .append(i * 7919 % 1000 + 1)
                    .append('\n');
        }
        byte[] whole = gzip(many.toString());
        CsvFile cut = bytes("cut.csv.gz", java.util.Arrays.copyOf(whole, whole.length / 2));
        assertThatThrownBy(() -> tb.ingest(cut))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("is packed, and what is in it is cut off or broken");
    }

    @Test
    void dateAndTimeSideBySideAreOneTime() throws IOException {
        tb.ingest(
                csv(
                        "<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>\nAAPL.US,5,20240301,093500,1,2,1,2,100\n"));
        Row bar = bars().row(0);
        assertThat(bar.getString("symbol")).isEqualTo("AAPL.US");
        assertThat(bar.getString("interval")).isEqualTo("5m");
        assertThat(bar.getInstant("time")).isEqualTo(Instant.parse("2024-03-01T09:35:00Z"));
    }

    @Test
    void theIndexOfADataFrameNeedsNoName() throws IOException {
        tb.ingest(csv(",open,high,low,close\n2024-03-01,1,2,1,2\n"));
        assertThat(bars().row(0).getInstant("time")).isEqualTo(Instant.parse("2024-03-01T00:00:00Z"));
    }

    @Test
    void barsOfUnknownLengthAreRefusedAsAWholeAndNotOneByOne() throws IOException {
        CsvFile minutes = csv("time,close\n2024-03-01 09:30,1\n2024-03-01 09:31,2\n");
        assertThatThrownBy(() -> tb.ingest(minutes))
                .hasMessageContaining("the length of its bars is not known")
                .hasMessageContaining(".interval(\"1m\")")
                .hasMessageContaining("nothing was stored");
        assertThat(tb.sql("SELECT line FROM market.ingest_rejects").table().rowCount())
                .isZero();
        assertThat(tb.ingest(minutes.interval("1m")).inserted()).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource({
        "D,1d",
        "daily,1d",
        "1min,1m",
        "60,60m",
        "1 hour,1h",
        "1H,1h",
        "weekly,1w",
        "1mo,1mo",
        "3mo,3mo",
        "5m,5m"
    })
    void lengthsOfBarsAreUnderstoodAsPeopleWriteThem(String written, String meant) throws IOException {
        tb.ingest(csv("time,interval,close\n2024-03-01T00:00:00Z," + written + ",10\n"));
        assertThat(bars().row(0).getString("interval")).isEqualTo(meant);
    }

    @Test
    void brokenLinesCostOnlyThemselves() throws IOException {
        IngestReport report = tb.ingest(
                csv("date,close\n2024-03-01,1\n\"2024-03-02,2\n2024-03-03,3\n\"2024-03-04\"x,4\n2024-03-05,5\n"
                        .replace("\"2024-03-02", "\"2024-03-02")));
        // The quote of line 3 is closed by that of line 5.
        assertThat(report.read()).isEqualTo(3);
        assertThat(closes()).containsExactly(1.0, 5.0);
        startEmpty();
        report = tb.ingest(csv("date,close\n2024-03-01,1\n\"2024-03-02,2\n2024-03-03,3\n2024-03-04,4\n"));
        assertThat(report.read()).isEqualTo(4);
        assertThat(closes()).containsExactly(1.0, 3.0, 4.0);
        assertThat(rejects())
                .containsExactly("a quote is opened and not closed. Close it, or write a quote in a value as \"\".");
    }

    @Test
    void aLineWithoutEndIsCutOffInTheRecordAndReadPast() throws IOException {
        String endless = "x".repeat(3_000_000);
        IngestReport report = tb.ingest(csv("date,close\n2024-03-01,1\n" + endless + "\n2024-03-05,5\n"));
        assertThat(report.read()).isEqualTo(3);
        assertThat(closes()).containsExactly(1.0, 5.0);
        Row reject = tb.sql("SELECT * FROM market.ingest_rejects").table().row(0);
        assertThat(reject.getLong("line")).isEqualTo(3);
        assertThat(reject.getString("raw")).hasSize(2000);
        assertThat(reject.getString("reason")).contains("it is longer than");
    }

    @Test
    void bytesThatAreNoTextAndNulsCostOnlyTheirLine() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write("date,symbol,close\n2024-03-01,A,1\n2024-03-02,".getBytes(StandardCharsets.UTF_8));
        bytes.write(new byte[] {(byte) 0xff, (byte) 0xc3});
        bytes.write(",2\n2024-03-03,A\0B,3\n2024-03-04,A,4\n".getBytes(StandardCharsets.UTF_8));
        IngestReport report = tb.ingest(bytes("bars.csv", bytes.toByteArray()));
        assertThat(report.rejected()).isEqualTo(2);
        assertThat(closes()).containsExactly(1.0, 4.0);
        assertThat(rejects().get(0)).startsWith("it has bytes that are not text in UTF-8");
        assertThat(rejects().get(1)).contains("control character");
        assertThat(tb.sql("SELECT raw FROM market.ingest_rejects WHERE line = 4")
                        .table()
                        .get(0, 0))
                .as("a NUL, which the database cannot store, is shown")
                .isEqualTo("2024-03-03,A\u2400B,3");
    }

    @Test
    void aSpreadsheetsFirstLineIsUnderstood() throws IOException {
        tb.ingest(csv("sep=;\ndate;close\n2024-03-01;10.5\n"));
        assertThat(closes()).containsExactly(10.5);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "10,9.5,9,9.7  | open 10.0000 is above high 9.5000.",
                "9.5,10,9.8,9.7| low 9.8000 is above open 9.5000.",
                "9,10,8,11     | close 11.0000 is above high 10.0000.",
                "9,10,8.5,8    | low 8.5000 is above close 8.0000.",
                "-1,10,8,9     | open -1 is not above zero.",
            })
    void aBarThatCannotBeIsRejected(String prices, String reason) throws IOException {
        tb.ingest(csv("date,open,high,low,close\n2024-03-01," + prices + "\n"));
        assertThat(rejects()).singleElement().asString().startsWith(reason);
    }

    private CsvFile csv(String text) throws IOException {
        return bytes("bars.csv", text.getBytes(StandardCharsets.UTF_8));
    }

    private CsvFile bytes(String name, byte[] bytes) throws IOException {
        return CsvFile.of(Files.write(folder.resolve(name), bytes));
    }

    private static byte[] gzip(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(bytes)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }

    private static byte[] zip(String... namesAndTexts) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream out = new ZipOutputStream(bytes)) {
            for (int i = 0; i < namesAndTexts.length; i += 2) {
                out.putNextEntry(new ZipEntry(namesAndTexts[i]));
                out.write(namesAndTexts[i + 1].getBytes(StandardCharsets.UTF_8));
            }
        }
        return bytes.toByteArray();
    }

    private static Table bars() {
        return tb.sql("SELECT * FROM market.market_data ORDER BY symbol COLLATE \"C\", time")
                .table();
    }

    private static List<Double> closes() {
        return tb.sql("SELECT close FROM market.market_data ORDER BY symbol COLLATE \"C\", time")
                .table()
                .doubleColumn("close")
                .asList();
    }

    private static List<String> rejects() {
        return tb.sql("SELECT reason FROM market.ingest_rejects ORDER BY reject_id")
                .table()
                .stringColumn("reason")
                .asList();
    }
}
