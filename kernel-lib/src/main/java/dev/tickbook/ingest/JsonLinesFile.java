package dev.tickbook.ingest;

import dev.tickbook.TickbookException;
import dev.tickbook.ingest.internal.JsonColumns;
import dev.tickbook.ingest.internal.JsonRows;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A file with one JSON object per line (JSON lines, NDJSON), UTF-8, plain or gzip.
 *
 * <pre>{@code
 * tb.ingest(JsonLinesFile.of(Path.of("ticks.jsonl.gz")).column("symbol", "instrument.ticker").column("price", "quote.last"));
 * }</pre>
 *
 * <p>A value inside an object is named by its path, with dots: {@code quote.last}; one in an array by its place, from
 * 0: {@code levels.0.price}. An array or object that is named itself is its JSON text. {@code null} is no value, and so
 * is a field that a line does not have. A line that is no JSON object is damaged and spoils no other; empty lines are
 * skipped.
 *
 * <p>Where no column is named, all that the lines have are read: the file is then read twice, first for the names, so
 * that a field which comes late is not lost.
 *
 * <p>Immutable: each method returns a changed copy.
 */
public final class JsonLinesFile implements Source {

    private final Path path;
    private final Map<String, String> columns; // path by name

    private JsonLinesFile(Path path, Map<String, String> columns) {
        this.path = path;
        this.columns = columns;
    }

    /**
     * @param path the file
     * @return the file, with all the fields that its lines have
     */
    public static JsonLinesFile of(Path path) {
        return new JsonLinesFile(path, Map.of());
    }

    /**
     * Reads a field, and only those named this way or by {@link #columns}.
     *
     * @param name what the column is called from here on
     * @param path where in each line its value is, with dots
     * @return the file with that column beside those already named
     */
    public JsonLinesFile column(String name, String path) {
        Map<String, String> more = new LinkedHashMap<>(columns);
        if (more.put(name, path) != null) {
            throw new TickbookException("Column \"" + name + "\" of " + this.path + " is named twice. Name it once.");
        }
        return new JsonLinesFile(this.path, more);
    }

    /**
     * Reads these fields, and only those named this way or by {@link #column}; each is called by its path.
     *
     * @param paths where in each line the values are, with dots
     * @return the file with those columns beside those already named
     */
    public JsonLinesFile columns(String... paths) {
        JsonLinesFile more = this;
        for (String each : paths) {
            more = more.column(each, each);
        }
        return more;
    }

    @Override
    public String name() {
        return path.getFileName().toString();
    }

    /**
     * @throws IOException if the file cannot be read
     * @throws TickbookException if it is not there, is one array instead of lines, or its lines have more than a
     *     thousand different fields and none is named
     */
    @Override
    public Rows open() throws IOException {
        return new JsonRows(path, columns.isEmpty() ? JsonColumns.of(path) : columns);
    }

    @Override
    public String toString() {
        return "JsonLinesFile[" + path + "]";
    }
}
