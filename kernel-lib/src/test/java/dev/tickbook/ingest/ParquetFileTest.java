package dev.tickbook.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import dev.tickbook.Tickbook;
import dev.tickbook.TickbookException;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Rows out of Parquet files. Those named duckdb-… were written by DuckDB 1.5, which shares no code with the reader: twelve
 * rows, numbered from 0, whose values follow from their numbers.
 */
class ParquetFileTest {

    @TempDir
    Path folder;

    private static Path written(String by) throws URISyntaxException {
        return Path.of(ParquetFileTest.class.getResource(by + ".parquet").toURI());
    }

    @ParameterizedTest
    @ValueSource(strings = {"duckdb-snappy", "duckdb-zstd", "duckdb-gzip", "duckdb-lz4"})
    void everyValueOfAnotherWriterIsRead(String file) throws Exception {
        List<Map<String, String>> rows = Read.all(ParquetFile.of(written(file)));
        assertThat(rows).hasSize(12);
        for (int i = 0; i < 12; i++) {
            assertThat(rows.get(i))
                    .contains(
                            entry(
                                    "time",
                                    i % 5 == 0
                                            ? null
                                            : Instant.parse("2024-03-01T14:30:00Z")
                                                    .plusSeconds(60L * i)
                                                    .toString()),
                            entry("local", "2024-03-01T09:30:%02d".formatted(i)),
                            entry("day", LocalDate.of(2024, 3, 1).plusDays(i).toString()),
                            entry("symbol", "AAPL"),
                            entry(
                                    "close",
                                    i % 4 == 0
                                            ? null
                                            : BigDecimal.valueOf(1_000_000 + 1250L * i, 4)
                                                    .toPlainString()),
                            entry(
                                    "large",
                                    new BigInteger("1234567890123456789012").multiply(BigInteger.valueOf(i)) + ".00"),
                            entry("ratio", String.valueOf(i / 3.0)),
                            entry("small", String.valueOf(i / 4f)),
                            entry("volume", String.valueOf(i * 5_000_000_000L)),
                            entry("tiny", String.valueOf(i)),
                            entry("flag", String.valueOf(i % 2 == 0)),
                            entry("tags", "[\"a" + i + "\",\"b\\\"\"]"),
                            entry("none", null),
                            entry("quote.last", String.valueOf(i * 0.5)),
                            entry("quote.at.x", String.valueOf(i)),
                            entry("clock", "09:30"),
                            entry("id", "b65c2b21-8f60-4ae1-8a7b-0123456789ab"),
                            entry("exact", "2024-03-01T00:00:00.123456789"));
        }
    }

    @Test
    void barsGoOutAndInAgainUnchanged() {
        Path file = folder.resolve("bars.parquet");
        try (Tickbook tb = Tickbook.open()) {
            tb.sql("""
                            INSERT INTO market.market_data (time, symbol, interval, open, high, low, close, volume)
                            SELECT timestamptz '2024-03-01 14:30+00' + i * interval '1 minute', 'X', '1m', 100 + i % 7, 110, 90, 100.1234 + i % 5, NULLIF(i % 9, 0)
                            FROM generate_series(0, 9999) AS i""").execute();
            assertThat(tb.sql("SELECT * FROM market.market_data").toParquet(file))
                    .isEqualTo(10_000);
            IngestReport report = tb.ingest(ParquetFile.of(file));
            assertThat(report.unchanged()).isEqualTo(10_000);
            Path csv = folder.resolve("bars.csv.gz");
            tb.sql("SELECT time, symbol, interval, open, high, low, close, volume FROM market.market_data")
                    .toCsv(csv);
            assertThat(tb.ingest(CsvFile.of(csv)).unchanged()).isEqualTo(10_000);
        }
    }

    @Test
    void rowsSayWhereTheyAre() throws Exception {
        try (Rows rows = ParquetFile.of(written("duckdb-zstd")).open()) {
            rows.next();
            rows.next();
            assertThat(rows.line()).isEqualTo(2);
            assertThat(rows.fraction()).isEqualTo(2 / 12.0);
            assertThat(rows.raw())
                    .startsWith("time=2024-03-01T14:31:00Z, local=")
                    .contains("close=100.1250, ");
        }
    }

    @Test
    void whatIsNoParquetFileIsRefused() throws Exception {
        assertThatThrownBy(() -> ParquetFile.of(folder.resolve("none.parquet")).open())
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("There is no file");
        Path text = Files.writeString(folder.resolve("text.parquet"), "time,close\n2024-03-01,1\n");
        assertThatThrownBy(() -> ParquetFile.of(text).open())
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining(text + " is no Parquet file, or is cut off");
        byte[] whole = Files.readAllBytes(written("duckdb-zstd"));
        Path cut = Files.write(folder.resolve("cut.parquet"), Arrays.copyOf(whole, whole.length / 2));
        assertThatThrownBy(() -> ParquetFile.of(cut).open())
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("is cut off");
    }

    @Test
    void damagedPagesAreSaidToBe() throws Exception {
        byte[] bytes = Files.readAllBytes(written("duckdb-zstd"));
        Arrays.fill(bytes, 4, 400, (byte) 0x55);
        Path damaged = Files.write(folder.resolve("damaged.parquet"), bytes);
        assertThatThrownBy(() -> Read.all(ParquetFile.of(damaged)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("damaged.parquet cannot be read after row 0")
                .hasMessageContaining("Is it complete");
    }
}
