package dev.tickbook.datasets;

import java.math.BigDecimal;
import java.time.LocalDate;

/**
 * One symbol's trading day. Prices are US dollars as traded, two decimals, so they jump at a split.
 *
 * @param date trading day in New York
 * @param symbol ticker
 * @param open first trade
 * @param high highest trade
 * @param low lowest trade
 * @param close last trade
 * @param adjustedClose close adjusted for every split and dividend with an ex-date after {@code date} and up to the
 *     market's last day, four decimals. It is what a vendor shows on that last day: it was not known on {@code date}
 * @param volume shares, as traded
 * @param vwap volume-weighted average price, four decimals
 * @param trades number of trades
 */
public record DailyBar(
        LocalDate date,
        String symbol,
        BigDecimal open,
        BigDecimal high,
        BigDecimal low,
        BigDecimal close,
        BigDecimal adjustedClose,
        long volume,
        BigDecimal vwap,
        long trades) {}
