package dev.tickbook.ingest;

import dev.tickbook.TickbookException;
import dev.tickbook.ingest.internal.ParquetRows;
import java.io.IOException;
import java.nio.file.Path;

/**
 * An Apache Parquet file.
 *
 * <pre>{@code
 * tb.ingest(ParquetFile.of(Path.of("bars.parquet")));
 * }</pre>
 *
 * <p>Columns inside groups are named with dots: {@code quote.last}. A column with several values in a row (a list) is
 * read as a JSON array of them. Decimals are exact; NaN, which tables of numbers write for "none", is no value. One group
 * of rows, as its writer made it, is in memory at a time, compressed.
 *
 * <p>Unchangeable.
 */
public final class ParquetFile implements Source {

    private final Path path;

    private ParquetFile(Path path) {
        this.path = path;
    }

    /**
     * @param path the file
     * @return its rows
     */
    public static ParquetFile of(Path path) {
        return new ParquetFile(path);
    }

    @Override
    public String name() {
        return path.getFileName().toString();
    }

    /**
     * @throws IOException if the file cannot be read
     * @throws TickbookException if it is not there, is no Parquet file, is cut off, or compressed in a way that is not
     *     known here
     */
    @Override
    public Rows open() throws IOException {
        return ParquetRows.open(path);
    }

    @Override
    public String toString() {
        return "ParquetFile[" + path + "]";
    }
}
