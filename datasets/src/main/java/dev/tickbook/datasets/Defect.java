package dev.tickbook.datasets;

import java.math.BigDecimal;
import java.time.Instant;

/**
 * A fault planted in {@link Market#minuteFeed()}: the truth against which a quality report is checked. A symbol has at
 * most one a day.
 *
 * @param kind what is wrong
 * @param symbol ticker
 * @param from first minute concerned
 * @param to last minute concerned, the same as {@code from} unless minutes are missing
 * @param field the price that is wrong; null for missing and duplicated rows
 * @param trueValue what it should be, as {@link Market#minuteBars()} has it; null for missing and duplicated rows
 * @param plantedValue what the feed says; null for missing and duplicated rows
 */
public record Defect(
        Kind kind,
        String symbol,
        Instant from,
        Instant to,
        String field,
        BigDecimal trueValue,
        BigDecimal plantedValue) {

    /** The kinds of fault. */
    public enum Kind {
        /** One to thirty minutes in a row have no bar. */
        MISSING_MINUTES,
        /** A row comes twice, one after the other. */
        DUPLICATE_ROW,
        /** One of open, high, low and close is zero. */
        ZERO_PRICE,
        /**
         * The close has its decimal point ten or a hundred times off, and the high or the low goes with it, so the bar
         * looks sound.
         */
        DECIMAL_SHIFT,
        /** The high is a cent below the low. */
        HIGH_BELOW_LOW
    }
}
