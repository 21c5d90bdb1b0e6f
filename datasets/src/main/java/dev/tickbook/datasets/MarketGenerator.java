package dev.tickbook.datasets;

import java.time.LocalDate;

/**
 * Makes a realistic, invented market of US-like shares. One seed gives the same bytes on every JDK, machine, locale and
 * time zone.
 *
 * <pre>{@code
 * Market market = MarketGenerator.of(42)
 *         .symbols(20)
 *         .from(LocalDate.of(2024, 1, 1))
 *         .to(LocalDate.of(2024, 12, 31))
 *         .generate();
 * }</pre>
 *
 * <p>What is in it: a market factor whose volatility clusters and rises more when prices fall, sectors, companies with
 * shocks and earnings days of their own, U-shaped sessions on the US {@link TradingCalendar}, splits, dividends, news,
 * insider trades with later filing dates, social sentiment, government events, options, and a minute feed with known
 * {@linkplain Market#defects() defects}.
 *
 * <p>A market that starts on the same day with more symbols or a later end contains the smaller one: only adjusted
 * closes change, as a vendor's do, and what was not yet known by the earlier end comes in.
 *
 * <p>Instances are immutable; each setting returns a new one.
 */
public final class MarketGenerator {

    /** The seed of {@link #defaults()}. */
    public static final long DEFAULT_SEED = 20_240_102;

    private final long seed;
    private final int symbols;
    private final LocalDate from;
    private final LocalDate to;
    /** Null for the whole span. */
    private final LocalDate minutesFrom;

    private MarketGenerator(long seed, int symbols, LocalDate from, LocalDate to, LocalDate minutesFrom) {
        this.seed = seed;
        this.symbols = symbols;
        this.from = from;
        this.to = to;
        this.minutesFrom = minutesFrom;
    }

    /** Twenty symbols over 2024 with minute bars, from {@link #DEFAULT_SEED}. */
    public static MarketGenerator defaults() {
        return of(DEFAULT_SEED);
    }

    /** Twenty symbols over 2024 with minute bars, from a seed of your choice. */
    public static MarketGenerator of(long seed) {
        return new MarketGenerator(seed, 20, LocalDate.of(2024, 1, 2), LocalDate.of(2024, 12, 31), null);
    }

    /**
     * How many companies are listed.
     *
     * @throws IllegalArgumentException for less than 1 or more than 3,200, for which there are names
     */
    public MarketGenerator symbols(int count) {
        if (count < 1 || count > Companies.COUNT) {
            throw new IllegalArgumentException("A market has 1 to " + Companies.COUNT + " symbols, not " + count
                    + "; choose a number in between.");
        }
        return new MarketGenerator(seed, count, from, to, minutesFrom);
    }

    /** The first day; prices start there, so another first day makes another market. */
    public MarketGenerator from(LocalDate first) {
        return new MarketGenerator(seed, symbols, first, to, minutesFrom);
    }

    /** The last day, included. */
    public MarketGenerator to(LocalDate last) {
        return new MarketGenerator(seed, symbols, from, last, minutesFrom);
    }

    /**
     * Gives minute bars only from this day on; the days before have daily bars alone, which are much faster to make.
     */
    public MarketGenerator minuteBarsFrom(LocalDate first) {
        return new MarketGenerator(seed, symbols, from, to, first);
    }

    /** Gives daily bars alone: for long histories of many symbols. */
    public MarketGenerator withoutMinuteBars() {
        return minuteBarsFrom(LocalDate.MAX);
    }

    /**
     * The market. Nothing but its calendar and factors is computed until a stream is read.
     *
     * @throws IllegalArgumentException when there is no trading day from the first day to the last, or the first is
     *     before 1998
     */
    public Market generate() {
        if (TradingCalendar.tradingDays(from, to).findAny().isEmpty()) {
            throw new IllegalArgumentException(
                    "There is no trading day from " + from + " to " + to + "; choose a longer span.");
        }
        return new Market(seed, symbols, from, to, minutesFrom);
    }
}
