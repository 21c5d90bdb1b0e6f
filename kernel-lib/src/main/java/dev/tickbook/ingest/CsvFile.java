package dev.tickbook.ingest;

import dev.tickbook.TickbookException;
import dev.tickbook.ingest.internal.CsvInput;
import dev.tickbook.ingest.internal.CsvRows;
import dev.tickbook.ingest.internal.WideRows;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.List;

/**
 * A CSV file, and what its rows do not say themselves.
 *
 * <p>The first line names the columns; upper and lower case, spaces, signs and a prefix such as {@code AAPL.} (which
 * then names the symbol) do not matter. Two shapes are read:
 *
 * <ul>
 *   <li>long, one row per line, with the columns of the {@link MarketStream}: for prices a time ({@code time}, {@code date},
 *       {@code datetime} or {@code timestamp}, a first column without a name, or {@code date} and {@code time} side by
 *       side), {@code close}, and where
 *       there are any {@code open}, {@code high}, {@code low}, {@code adjusted close}, {@code volume}, {@code symbol}
 *       (or {@code ticker}) and {@code interval};
 *   <li>wide, one column of closes per symbol beside the time: see {@link #wide(String...)}.
 * </ul>
 *
 * Other columns are not read, and a value that a file does not have leaves a stored one as it is.
 *
 * <p>Commas, semicolons, tabs and bars separate; the file may be in UTF-8, in UTF-16 with its mark, or in the
 * {@link #charset} that is said, and packed with gzip or alone in a zip. Numbers may have thousands separators, a
 * currency sign, a percent sign, K, M or B, or parentheses for a minus; a decimal comma is found out from the first
 * rows or said by {@link #decimal}. Times are ISO 8601 ({@code 2024-03-01}, {@code 2024-03-01T14:30:00Z}), American
 * ({@code 3/1/2024}), European ({@code 1.3.2024}), {@code 1-Mar-24}, {@code 20240301}, or seconds or milliseconds since
 * 1970; 03/04/2024 needs {@link #dates} where no other row tells days from months. A time without a zone is taken as UTC
 * unless {@link #zone} says another. A date alone is a daily bar.
 *
 * <p>Immutable: each method returns a changed copy.
 */
public final class CsvFile implements Source {

    private final Path path;
    private final String symbol;
    private final String interval;
    private final List<String> wideSymbols;
    private final Character separator;
    private final Charset charset;
    private final Conventions conventions;

    private CsvFile(
            Path path,
            String symbol,
            String interval,
            List<String> wideSymbols,
            Character separator,
            Charset charset,
            Conventions conventions) {
        this.path = path;
        this.symbol = symbol;
        this.interval = interval;
        this.wideSymbols = wideSymbols;
        this.separator = separator;
        this.charset = charset;
        this.conventions = conventions;
    }

    /**
     * @param path the file
     * @return the file, read as its header says
     */
    public static CsvFile of(Path path) {
        return new CsvFile(path, null, null, null, null, null, Conventions.UNKNOWN);
    }

    /**
     * @param symbol whose rows these are, for a file without a column for it. Where it is not given, the prefix of the
     *     column names is taken, else the file's name: {@code AAPL.csv} holds bars of AAPL.
     * @return the file with that symbol
     */
    public CsvFile symbol(String symbol) {
        return new CsvFile(path, symbol, interval, wideSymbols, separator, charset, conventions);
    }

    /**
     * @param interval the bars' length, for a file without a column for it: a number and one of {@code s m h d w mo y},
     *     for example {@code 1m}. Where it is not given, bars with a date for a time are daily ({@code 1d}).
     * @return the file with that interval
     */
    public CsvFile interval(String interval) {
        return new CsvFile(path, symbol, interval, wideSymbols, separator, charset, conventions);
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
        return new CsvFile(path, symbol, interval, List.of(symbols), separator, charset, conventions);
    }

    /**
     * @param separator the sign between two values; where it is not given, the first line tells
     * @return the file with that separator
     */
    public CsvFile separator(char separator) {
        return new CsvFile(path, symbol, interval, wideSymbols, separator, charset, conventions);
    }

    /**
     * @param charset of a file that is not in UTF-8 and has no mark that says what it is in
     * @return the file in that character set
     */
    public CsvFile charset(Charset charset) {
        return new CsvFile(path, symbol, interval, wideSymbols, separator, charset, conventions);
    }

    /**
     * @param decimal the sign before the decimals, {@code '.'} or {@code ','}; where it is not given, the first rows tell
     * @return the file with that sign
     * @throws TickbookException for any other sign
     */
    public CsvFile decimal(char decimal) {
        if (decimal != '.' && decimal != ',') {
            throw new TickbookException("Decimals come after '.' or ',', not after '" + decimal + "'.");
        }
        return with(new Conventions(conventions.zone(), decimal, conventions.dates()));
    }

    /**
     * @param order whether 03/04/2024 is in March or in April; where it is not given, the first rows tell
     * @return the file with that order
     */
    public CsvFile dates(Conventions.DateOrder order) {
        return with(new Conventions(conventions.zone(), conventions.decimal(), order));
    }

    /**
     * @param zone of times that are written without one. A time that the clocks skipped in spring is rejected; one that
     *     they showed twice in autumn is taken as the earlier.
     * @return the file with that zone
     */
    public CsvFile zone(ZoneId zone) {
        return with(new Conventions(zone, conventions.decimal(), conventions.dates()));
    }

    private CsvFile with(Conventions changed) {
        return new CsvFile(path, symbol, interval, wideSymbols, separator, charset, changed);
    }

    /** @return the file */
    public Path path() {
        return path;
    }

    /** @return the file's name */
    @Override
    public String name() {
        return String.valueOf(path.getFileName());
    }

    /** {@inheritDoc} */
    @Override
    public Rows open() throws IOException {
        CsvInput input = CsvInput.open(path, charset);
        try {
            CsvRows rows = new CsvRows(path.toString(), input, separator, conventions, symbol, interval);
            return wideSymbols == null ? rows : new WideRows(path.toString(), rows, wideSymbols);
        } catch (IOException | RuntimeException e) {
            input.close();
            throw e;
        }
    }
}
