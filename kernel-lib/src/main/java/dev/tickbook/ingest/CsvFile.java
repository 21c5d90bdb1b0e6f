package dev.tickbook.ingest;

import dev.tickbook.TickbookException;
import java.nio.file.Path;

/**
 * A CSV file of bars, and what its rows do not say themselves.
 *
 * <p>The first line names the columns; upper and lower case, spaces and a prefix such as {@code AAPL.} (which then names
 * the symbol) do not matter. Two shapes are read:
 *
 * <ul>
 *   <li>long, one bar per line: a time ({@code time}, {@code date}, {@code datetime} or {@code timestamp}),
 *       {@code close}, and where there are any {@code open}, {@code high}, {@code low}, {@code adjusted close},
 *       {@code volume}, {@code symbol} (or {@code ticker}) and {@code interval};
 *   <li>wide, one column of closes per symbol beside the time: see {@link #wide(String...)}.
 * </ul>
 *
 * Other columns are not read, and a value that a file does not have leaves a stored one as it is. A time is a date ({@code 2024-03-01}, a daily bar), a time with its zone
 * ({@code 2024-03-01T14:30:00Z}), or a time without, which is taken as UTC ({@code 2024-03-01 14:30:00}).
 *
 * <p>Immutable: each method returns a changed copy.
 */
public final class CsvFile {

    private final Path path;
    private final String symbol;
    private final String interval;
    private final String[] wideSymbols;

    private CsvFile(Path path, String symbol, String interval, String[] wideSymbols) {
        this.path = path;
        this.symbol = symbol;
        this.interval = interval;
        this.wideSymbols = wideSymbols;
    }

    /**
     * @param path the file, UTF-8
     * @return the file, read as its header says
     */
    public static CsvFile of(Path path) {
        return new CsvFile(path, null, null, null);
    }

    /**
     * @param symbol whose bars these are, for a file without a column for it. Where it is not given, the prefix of the
     *     column names is taken, else the file's name: {@code AAPL.csv} holds bars of AAPL.
     * @return the file with that symbol
     */
    public CsvFile symbol(String symbol) {
        return new CsvFile(path, symbol, interval, wideSymbols);
    }

    /**
     * @param interval the bars' length, for a file without a column for it: a number and one of {@code s m h d w mo},
     *     for example {@code 1m}. Where it is not given, bars with a date for a time are daily ({@code 1d}).
     * @return the file with that interval
     */
    public CsvFile interval(String interval) {
        return new CsvFile(path, symbol, interval, wideSymbols);
    }

    /**
     * Reads closes side by side, one column per symbol.
     *
     * @param symbols the columns to read, named as in the header
     * @return the file in that shape
     * @throws TickbookException if no column is named
     */
    public CsvFile wide(String... symbols) {
        if (symbols.length == 0) {
            throw new TickbookException("wide() needs the names of the columns to read from " + path + ".");
        }
        return new CsvFile(path, symbol, interval, symbols.clone());
    }

    /** @return the file */
    public Path path() {
        return path;
    }

    /** @return the symbol that was given, null if none was */
    public String symbol() {
        return symbol;
    }

    /** @return the interval that was given, null if none was */
    public String interval() {
        return interval;
    }

    /** @return the columns to read as closes, null for a file with one bar per line */
    public String[] wideSymbols() {
        return wideSymbols == null ? null : wideSymbols.clone();
    }
}
