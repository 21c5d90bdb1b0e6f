package dev.tickbook.datasets;

import java.math.BigDecimal;
import java.time.Instant;

/**
 * One symbol's minute. Prices are US dollars as traded, two decimals.
 *
 * @param time start of the minute; the bar is known a minute later
 * @param symbol ticker
 * @param open first trade
 * @param high highest trade
 * @param low lowest trade
 * @param close last trade
 * @param volume shares
 * @param vwap volume-weighted average price, four decimals
 * @param trades number of trades
 */
public record MinuteBar(
        Instant time,
        String symbol,
        BigDecimal open,
        BigDecimal high,
        BigDecimal low,
        BigDecimal close,
        long volume,
        BigDecimal vwap,
        long trades) {}
