package dev.tickbook.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import dev.tickbook.TickbookException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows out of JSON lines, good and damaged. */
class JsonLinesFileTest {

    @TempDir
    Path folder;

    private Path file(String content) throws IOException {
        return Files.writeString(folder.resolve("ticks.jsonl"), content);
    }

    private List<Map<String, String>> rows(String content) throws IOException {
        return Read.all(JsonLinesFile.of(file(content)));
    }

    @Test
    void everyFieldIsAColumnThoseInsideObjectsByTheirPath() throws IOException {
        assertThat(rows("""
                        {"time":"2024-03-01T14:30:00Z","quote":{"last":101.50,"size":{"bid":3}},"ok":true,"note":null}
                        {"time":"2024-03-01T14:31:00Z","late":"ü \\u00e9 \\"q\\""}
                        """))
                .satisfiesExactly(
                        first -> assertThat(first)
                                .containsExactly(
                                        entry("time", "2024-03-01T14:30:00Z"),
                                        entry("quote.last", "101.50"),
                                        entry("quote.size.bid", "3"),
                                        entry("ok", "true"),
                                        entry("note", null),
                                        entry("late", null)),
                        second -> assertThat(second)
                                .containsEntry("late", "ü é \"q\"")
                                .containsEntry("quote.last", null));
    }

    @Test
    void numbersKeepTheirDigits() throws IOException {
        assertThat(rows("{\"a\":123456789012345678901234567890.10,\"b\":1e-7,\"c\":9007199254740993}")
                        .get(0))
                .containsValues("123456789012345678901234567890.10", "1e-7", "9007199254740993");
    }

    @Test
    void namedColumnsAreReadAndNoOthers() throws IOException {
        Path file = file(
                "{\"t\":1,\"book\":{\"asks\":[{\"p\":10.5},{\"p\":11}]},\"tags\":[\"a\",{\"b\":[1.0,null]}],\"x\":2}");
        assertThat(Read.all(JsonLinesFile.of(file)
                                .column("ask", "book.asks.1.p")
                                .column("asks", "book.asks")
                                .columns("tags", "nowhere"))
                        .get(0))
                .containsExactly(
                        entry("ask", "11"),
                        entry("asks", "[{\"p\":10.5},{\"p\":11}]"),
                        entry("tags", "[\"a\",{\"b\":[1.0,null]}]"),
                        entry("nowhere", null));
    }

    @Test
    void aDamagedLineIsNamedAndSpoilsNoOther() throws IOException {
        byte[] bytes = ("{\"a\":1}\n{\"a\":\n\n[1]\n{\"a\":2} {\"a\":3}\nnull\n{\"a\":NaN}\n{\"a\":\"#\"}\n" + "{\"a\":"
                        + "[".repeat(5000) + "\n{\"a\":4}")
                .getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = bytes[i] == '#' ? (byte) 0xFF : bytes[i];
        }
        Path file = Files.write(folder.resolve("damaged.jsonl"), bytes);
        List<Map<String, String>> rows = Read.all(JsonLinesFile.of(file).columns("a"));
        assertThat(rows.stream().map(row -> row.keySet().iterator().next()))
                .containsExactly("a", "line 2", "line 4", "line 5", "line 6", "line 7", "line 8", "line 9", "a");
        assertThat(rows.get(1)).containsEntry("line 2", "bad JSON at column 6: End of input");
        assertThat(rows.get(2)).containsEntry("line 4", "the line is no JSON object");
        assertThat(rows.get(3)).containsEntry("line 5", "bad JSON at column 10");
        assertThat(rows.get(6)).containsEntry("line 8", "the line is not UTF-8");
        assertThat(rows.get(8)).containsEntry("a", "4");
        assertThat(Read.all(JsonLinesFile.of(file)))
                .as("finding the columns by itself")
                .hasSameSizeAs(rows);
    }

    @Test
    void aDamagedLineIsGivenAsItIs() throws IOException {
        try (Rows rows = JsonLinesFile.of(file("{\"a\":1}\r\n{\"a\":oops\r\n")).open()) {
            rows.next();
            assertThat(rows.raw()).isEqualTo("{\"a\":1}");
            rows.next();
            assertThat(rows.raw()).isEqualTo("{\"a\":oops");
        }
    }

    @Test
    void aLineWithoutEndDoesNotFillTheMemory() throws IOException {
        byte[] bytes = new byte[(16 << 20) + 1000];
        Arrays.fill(bytes, (byte) '7');
        bytes[bytes.length - 10] = '\n';
        System.arraycopy("{\"a\":1}  ".getBytes(StandardCharsets.UTF_8), 0, bytes, bytes.length - 9, 9);
        Path file = Files.write(folder.resolve("long.jsonl"), bytes);
        assertThat(Read.all(JsonLinesFile.of(file)))
                .containsExactly(Map.of("line 1", "the line is longer than 16 MB"), Map.of("a", "1"));
    }

    @Test
    void gzipIsKnownByItsFirstBytesAndACutFileGivesItsRowsBeforeItSaysSo() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write("\uFEFF{\"a\":1}\n{\"a\":2}".getBytes(StandardCharsets.UTF_8));
        }
        Path file = Files.write(folder.resolve("data.bin"), bytes.toByteArray());
        assertThat(Read.all(JsonLinesFile.of(file))).containsExactly(Map.of("a", "1"), Map.of("a", "2"));

        Path cut = Files.write(folder.resolve("cut.jsonl.gz"), Arrays.copyOf(bytes.toByteArray(), bytes.size() - 12));
        try (Rows rows = JsonLinesFile.of(cut).columns("a").open()) {
            assertThatThrownBy(() -> {
                        while (rows.next()) {
                            assertThat(rows.value(0)).isNotNull();
                        }
                    })
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("cut.jsonl.gz cannot be read after line")
                    .hasMessageContaining("Is it complete?");
        }
    }

    @Test
    void anEmptyFileHasNoRows() throws IOException {
        assertThat(rows("")).isEmpty();
        assertThat(rows("\n \n")).isEmpty();
    }

    @Test
    void whatIsNoFileOfJsonLinesIsRefused() throws IOException {
        assertThatThrownBy(() -> JsonLinesFile.of(folder.resolve("none.jsonl")).open())
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("There is no file " + folder.resolve("none.jsonl"));
        assertThatThrownBy(() -> rows("[\n{\"a\":1},\n{\"a\":2}\n]\n"))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("is one JSON array over many lines")
                .hasMessageContaining("jq -c");
        assertThatThrownBy(() -> rows("[{\"a\":1},{\"a\":2}]"))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("is one JSON array")
                .hasMessageContaining("jq -c");
        StringBuilder keys = new StringBuilder("{");
        for (int i = 0; i < 1001; i++) {
            keys.append(i == 0 ? "" : ",").append("\"k").append(i).append("\":1");
        }
        assertThatThrownBy(() -> rows(keys + "}"))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("more than 1000 different fields")
                .hasMessageContaining("Name those you need with columns()");
    }
}
