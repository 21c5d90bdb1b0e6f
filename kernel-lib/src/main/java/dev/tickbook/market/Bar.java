package dev.tickbook.market;

import java.time.Instant;

/**
 * A bar, as it was known. Prices in the currency of the symbol; a value that the source did not give is NaN.
 *
 * @param time when it opens, UTC
 * @param knownAt since when its values are known: its close, or when they were corrected; yet to come for a bar that is
 *     still open
 * @param open first price
 * @param high highest price
 * @param low lowest price
 * @param close last price
 * @param volume shares or contracts traded
 * @param vwap average price weighted by volume
 */
public record Bar(
        Instant time,
        Instant knownAt,
        double open,
        double high,
        double low,
        double close,
        double volume,
        double vwap) {}
