package dev.tickbook.market;

import dev.tickbook.TickbookException;
import dev.tickbook.market.internal.Questions;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import tech.tablesaw.api.Table;

/**
 * Bars to read: of one symbol, from and to a time, as they were known at a moment. Unchangeable; each call gives another.
 *
 * <pre>{@code
 * Table bars = tb.read("AAPL").interval("1d").from(LocalDate.of(2024, 1, 1)).asOf(Instant.parse("2024-06-28T20:00:00Z")).table();
 * }</pre>
 *
 * @see dev.tickbook.Tickbook#read
 */
public final class BarQuery {

    private final Questions questions;
    private final String symbol;
    private final String interval;
    private final Instant from;
    private final Instant to;
    private final Instant asOf;
    private final String bucket;
    private final boolean fillGaps;
    private final int last;

    private BarQuery(
            Questions questions,
            String symbol,
            String interval,
            Instant from,
            Instant to,
            Instant asOf,
            String bucket,
            boolean fillGaps,
            int last) {
        this.questions = questions;
        this.symbol = symbol;
        this.interval = interval;
        this.from = from;
        this.to = to;
        this.asOf = asOf;
        this.bucket = bucket;
        this.fillGaps = fillGaps;
        this.last = last;
    }

    /**
     * Made by {@link dev.tickbook.Tickbook#read}.
     *
     * @param questions asks the database
     * @param symbol as {@code market.market_data} has it
     */
    public BarQuery(Questions questions, String symbol) {
        this(questions, symbol, null, null, null, null, null, false, 0);
    }

    /**
     * @param length of the stored bars: 1m, 5m, 1h, 1d …; if none is named, days, or with {@link #bucket} the longest
     *     stored ones that fill it
     * @return the same question about these bars
     */
    public BarQuery interval(String length) {
        return new BarQuery(questions, symbol, length, from, to, asOf, bucket, fillGaps, last);
    }

    /**
     * @param time the first one at which a bar may open; if none is named, all bars are read
     * @return the same question from there on
     */
    public BarQuery from(Instant time) {
        return new BarQuery(questions, symbol, interval, time, to, asOf, bucket, fillGaps, last);
    }

    /**
     * @param day the first one, from midnight UTC
     * @return the same question from there on
     */
    public BarQuery from(LocalDate day) {
        return from(day.atStartOfDay().toInstant(ZoneOffset.UTC));
    }

    /**
     * @param time before which bars open
     * @return the same question up to there
     */
    public BarQuery to(Instant time) {
        return new BarQuery(questions, symbol, interval, from, time, asOf, bucket, fillGaps, last);
    }

    /**
     * @param day before which bars open, at midnight UTC: the first day that is not read
     * @return the same question up to there
     */
    public BarQuery to(LocalDate day) {
        return to(day.atStartOfDay().toInstant(ZoneOffset.UTC));
    }

    /**
     * @param moment nothing that became known after it is read: bars that had closed by then, with the values that were
     *     known then
     * @return the same question as of that moment
     */
    public BarQuery asOf(Instant moment) {
        return new BarQuery(questions, symbol, interval, from, to, moment, bucket, fillGaps, last);
    }

    /**
     * @param length for example {@code 1 hour} or {@code 1 month}, as PostgreSQL writes intervals; needs {@link #from}
     *     and {@link #to}
     * @return the same question, answered in bars of this length
     */
    public BarQuery bucket(String length) {
        return new BarQuery(questions, symbol, interval, from, to, asOf, length, fillGaps, last);
    }

    /**
     * @return the same question, where a bucket without bars, after the first that has some, repeats the last close,
     *     with volume 0
     */
    public BarQuery fillGaps() {
        return new BarQuery(questions, symbol, interval, from, to, asOf, bucket, true, last);
    }

    /**
     * @param bars how many, at least 1
     * @return the same question, answered with the last bars of its range alone; not with {@link #bucket}
     */
    public BarQuery last(int bars) {
        if (bars < 1) {
            throw new TickbookException("The last " + bars + " bars are none. Ask for 1 or more.");
        }
        return new BarQuery(questions, symbol, interval, from, to, asOf, bucket, fillGaps, bars);
    }

    /**
     * Reads them.
     *
     * @return in the order of time: time (opening, UTC), known_at (UTC), open, high, low, close, volume, vwap; with
     *     {@link #bucket} no known_at, but bars, the number of stored bars in each. Prices in the currency of the symbol.
     * @throws TickbookException if symbol, interval or range cannot be, or the server fails for more than half a minute
     */
    public Table table() {
        return questions.ask(asOf, sql(), parameters());
    }

    /**
     * Writes them to a CSV file, with the columns of {@link #table}.
     *
     * @param file where to; see {@link dev.tickbook.db.Query#toCsv}
     * @return the number of bars
     * @throws TickbookException if symbol, interval or range cannot be, the server fails, or the file cannot be written
     */
    public long toCsv(Path file) {
        return questions.query(sql(), parameters()).toCsv(file);
    }

    /**
     * Writes them to an Apache Parquet file, with the columns of {@link #table}.
     *
     * @param file where to; see {@link dev.tickbook.db.Query#toParquet}
     * @return the number of bars
     * @throws TickbookException if symbol, interval or range cannot be, the server fails, or the file cannot be written
     */
    public long toParquet(Path file) {
        return questions.query(sql(), parameters()).toParquet(file);
    }

    /**
     * Writes them to an Arrow file, with the columns of {@link #table}.
     *
     * @param file where to; see {@link dev.tickbook.db.Query#toArrow}
     * @return the number of bars
     * @throws TickbookException if symbol, interval or range cannot be, the server fails, or the file cannot be written
     */
    public long toArrow(Path file) {
        return questions.query(sql(), parameters()).toArrow(file);
    }

    private String sql() {
        if (bucket == null) {
            if (fillGaps) {
                throw new TickbookException("Gaps are filled between buckets. Name their length with bucket().");
            }
            return last > 0
                    ? "SELECT * FROM tickbook._last_bars(CAST(? AS text), CAST(? AS text), coalesce(CAST(? AS timestamptz),"
                            + " 'infinity'), coalesce(CAST(? AS timestamptz), 'infinity'), CAST(? AS integer))"
                            + " WHERE time >= coalesce(CAST(? AS timestamptz), '-infinity') ORDER BY time"
                    : "SELECT * FROM tickbook.get_price_range(CAST(? AS text), CAST(? AS text), coalesce(CAST(? AS timestamptz),"
                            + " '-infinity'), coalesce(CAST(? AS timestamptz), 'infinity'), coalesce(CAST(? AS timestamptz), 'infinity'))";
        }
        if (last > 0) {
            throw new TickbookException("The last bars are those that are stored. Leave out last() or bucket().");
        }
        if (from == null || to == null) {
            throw new TickbookException("Buckets need a beginning and an end. Name both with from() and to().");
        }
        return "SELECT * FROM tickbook.ohlcv(CAST(? AS text), CAST(? AS interval), CAST(? AS timestamptz), CAST(? AS timestamptz),"
                + " CAST(? AS boolean), CAST(? AS text), coalesce(CAST(? AS timestamptz), 'infinity'))";
    }

    private Object[] parameters() {
        if (bucket != null) {
            return new Object[] {symbol, bucket, from, to, fillGaps, interval, asOf};
        }
        String length = interval == null ? "1d" : interval;
        return last > 0
                ? new Object[] {symbol, length, to, asOf, last, from}
                : new Object[] {symbol, length, from, to, asOf};
    }
}
