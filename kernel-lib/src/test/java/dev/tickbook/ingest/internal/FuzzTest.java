package dev.tickbook.ingest.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tickbook.Tickbook;
import dev.tickbook.TickbookException;
import dev.tickbook.ingest.CsvFile;
import dev.tickbook.ingest.IngestReport;
import dev.tickbook.ingest.JsonLinesFile;
import dev.tickbook.ingest.MarketStream;
import dev.tickbook.ingest.Rows;
import dev.tickbook.ingest.Source;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files with things done to them that no one foresaw. Whatever they are, each row is either good or rejected, or the file
 * is refused with words; and the database takes all that the checks let pass, or says which row it does not.
 *
 * <p>Some thousands by default; {@code -Dtickbook.fuzz=100000} for more. A failure names the number of its input.
 */
class FuzzTest {

    private static final int INPUTS = Integer.getInteger("tickbook.fuzz", 4000);
    private static final int INTO_THE_DATABASE = 25; // one of so many

    private record Seed(MarketStream stream, String text, Function<Path, Source> source) {}

    private static final List<Seed> SEEDS = List.of(
            new Seed(MarketStream.PRICES, """
                    time,symbol,interval,open,high,low,close,volume
                    2024-03-01T14:30:00Z,ALDR,1m,10.0000,10.5,9.875,10.25,1200
                    2024-03-01T09:31:00-05:00,ALDR,1m,10.25,10.3,10.2,10.2,800
                    2024-03-01T14:32:00Z,"BR,CH",1m,"1,010.25","1,010.30",1010,1010.1,1.5K
                    2024-03-01T14:33:00Z,ALDR,1m,10.25,10.3,10.2,10.2,
                    """, CsvFile::of),
            new Seed(MarketStream.PRICES, """
                    Date;Schluss;Close;Open;Vol.\r
                    01.03.2024;x;1.234,50;"1.200,00 €";10\r
                    04.03.2024;x;(3,25);12,5 %;\r
                    13.03.2024;x;-;-;-\r
                    """, CsvFile::of),
            new Seed(
                    MarketStream.PRICES,
                    "\uFEFFtimestamp\tAAPL.Close\tAAPL.Volume\n1709285400\t1\t5\n1709285400000\t2\t6\n3/13/2024 1:30 PM\t3\t7\n",
                    path -> CsvFile.of(path).interval("5m")),
            new Seed(
                    MarketStream.PRICES,
                    "date,DAX,SMI\n1991-07-01,1628.75,1678.1\n1991-07-02,,1688.5\n1991-07-03,1606.51,\n",
                    path -> CsvFile.of(path).wide("DAX", "SMI")),
            new Seed(MarketStream.NEWS, """
                    id,published_at,symbols,headline,impact,sentiment,retracted,corrected_at
                    1,2024-03-01T12:00:00Z,"ALDR;BRCH","He said ""no\""",low,0.5,false,
                    1,2024-03-01T12:00:00Z,[ALDR],"He said
                    yes",HIGH,-0.5,yes,2024-03-01T13:00:00Z
                    ,2024-03-02,,Nothing,,,,
                    """, CsvFile::of),
            new Seed(MarketStream.TICKS, """
                    symbol,time,price,volume,bid,ask
                    TICK,2024-03-01T14:30:00.123456Z,10.01,100,10.00,10.02
                    TICK,2024-03-01T14:30:01Z,10.03,,,
                    """, CsvFile::of),
            new Seed(MarketStream.PRICES, """
                    {"time":"2024-03-01T14:30:00Z","symbol":"ALDR","interval":"1m","open":10.0,"high":10.5,"low":9.875,"close":10.25,"volume":1200}
                    {"time":1709285400,"symbol":"BR\\u00e9CH","interval":"1m","close":1e1,"volume":null,"more":{"deep":[1,2]}}

                    {"time":"2024-03-01T14:32:00Z","symbol":"ALDR","interval":"1m","close":"1,010.25"}
                    """, JsonLinesFile::of),
            new Seed(MarketStream.TICKS, """
                    {"symbol":"TICK","time":"2024-03-01T14:30:00.123456Z","price":10.01,"volume":100,"bid":10,"ask":10.02}
                    {"symbol":"TICK","time":"2024-03-01T14:30:01Z","price":10.03}
                    """, JsonLinesFile::of));

    @TempDir
    Path folder;

    @Test
    @Timeout(value = 20, unit = TimeUnit.MINUTES)
    void whateverAFileIsItsRowsAddUp() throws IOException {
        Path file = folder.resolve("fuzz.csv");
        long rejected = 0;
        long good = 0;
        long refused = 0;
        try (Tickbook tb = Tickbook.open()) {
            for (int i = 0; i < INPUTS; i++) {
                Random random = new Random(i);
                Seed seed = SEEDS.get(random.nextInt(SEEDS.size()));
                Files.write(file, mutated(seed.text.getBytes(StandardCharsets.UTF_8), random));
                Source source = seed.source.apply(file);
                try {
                    long[] counts = read(seed.stream, source);
                    good += counts[0];
                    rejected += counts[1];
                    if (i % INTO_THE_DATABASE == 0) {
                        store(tb, seed.stream, source, counts[0] + counts[1]);
                    }
                } catch (TickbookException e) {
                    assertThat(e.getMessage())
                            .as("input %d", i)
                            .contains("fuzz.csv")
                            .doesNotContain("does not add up");
                    refused++;
                } catch (RuntimeException | AssertionError e) {
                    throw new AssertionError("input " + i + " of " + seed.stream, e);
                }
            }
        }
        assertThat(good).as("mutations leave something of the files").isGreaterThan(INPUTS / 4);
        assertThat(rejected).isGreaterThan(INPUTS / 4);
        assertThat(refused).isGreaterThan(INPUTS / 100);
    }

    /** How many rows are good, and how many are not. */
    private static long[] read(MarketStream stream, Source source) throws IOException {
        long[] counts = new long[2];
        try (Rows rows = source.open()) {
            RowReader reader = new RowReader(source.name(), stream, rows, 64, false);
            for (Batch batch = reader.next(); batch != null; batch = reader.next()) {
                assertThat(batch.rows() + batch.rejects.size()).isEqualTo((int) batch.read);
                batch.rejects.forEach(reject -> assertThat(reject.reason()).isNotBlank());
                counts[0] += batch.rows();
                counts[1] += batch.rejects.size();
            }
        }
        return counts;
    }

    private static void store(Tickbook tb, MarketStream stream, Source source, long rows) {
        long before = rows(tb, stream);
        IngestReport report = tb.ingest(stream, source);
        assertThat(report.read()).isEqualTo(rows);
        assertThat(report.inserted() + report.updated() + report.unchanged() + report.rejected())
                .isEqualTo(rows);
        assertThat(rows(tb, stream) - before).isEqualTo(report.inserted());
    }

    private static long rows(Tickbook tb, MarketStream stream) {
        return tb.sql("SELECT count(*) AS rows FROM " + stream.table())
                .table()
                .longColumn("rows")
                .get(0);
    }

    private static byte[] mutated(byte[] text, Random random) {
        byte[] bytes = text;
        for (int times = random.nextInt(6); times >= 0; times--) {
            int at = random.nextInt(bytes.length + 1);
            int length = Math.min(bytes.length - at, random.nextInt(random.nextBoolean() ? 4 : 40));
            bytes = switch (random.nextInt(8)) {
                case 0 -> spliced(bytes, at, length, new byte[0]);
                case 1 -> spliced(bytes, at, 0, Arrays.copyOfRange(bytes, at, at + length));
                case 2 -> spliced(bytes, at, Math.min(1, length), new byte[] {(byte) random.nextInt(256)});
                case 3 ->
                    spliced(
                            bytes,
                            at,
                            0,
                            piece("\"|\"\"|,|;|\t|\n|\r|\r\n|\0|'|\\|\\N|\\.|{|}|(|)|[|]".split("\\|"), random));
                case 4 ->
                    spliced(
                            bytes,
                            at,
                            length,
                            piece(
                                    new String[] {
                                        "NaN",
                                        "1e309",
                                        "-0",
                                        "9".repeat(40),
                                        "2024-02-30",
                                        "Infinity",
                                        "null",
                                        "\uFFFD",
                                        "\uD83D\uDE00",
                                        "99999999999.99999",
                                        "0001-01-01",
                                        "9999-12-31",
                                        "%",
                                        "x".repeat(5000)
                                    },
                                    random));
                case 5 -> Arrays.copyOf(bytes, at);
                case 6 -> shuffled(bytes, random);
                default -> spliced(bytes, at, length, piece(new String[] {"1", "-", ".", "0", "00", "5", " "}, random));
            };
        }
        return bytes;
    }

    private static byte[] piece(String[] pieces, Random random) {
        return pieces[random.nextInt(pieces.length)].getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] spliced(byte[] bytes, int at, int removed, byte[] inserted) {
        byte[] result = new byte[bytes.length - removed + inserted.length];
        System.arraycopy(bytes, 0, result, 0, at);
        System.arraycopy(inserted, 0, result, at, inserted.length);
        System.arraycopy(bytes, at + removed, result, at + inserted.length, bytes.length - at - removed);
        return result;
    }

    /** Two lines change places. */
    private static byte[] shuffled(byte[] bytes, Random random) {
        String[] lines = new String(bytes, StandardCharsets.ISO_8859_1).split("\n", -1);
        int a = random.nextInt(lines.length);
        int b = random.nextInt(lines.length);
        String line = lines[a];
        lines[a] = lines[b];
        lines[b] = line;
        return String.join("\n", lines).getBytes(StandardCharsets.ISO_8859_1);
    }
}
