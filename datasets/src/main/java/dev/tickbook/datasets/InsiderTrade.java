package dev.tickbook.datasets;

import java.math.BigDecimal;
import java.time.LocalDate;

/**
 * A trade by an officer or director in the company's own shares.
 *
 * @param tradeDate trading day of the trade
 * @param filingDate trading day on which it became public, one day to six weeks after the trade
 * @param symbol ticker
 * @param insider who, as ticker and office, such as {@code ALTR-CFO}
 * @param type {@code buy} or {@code sell}
 * @param shares number of shares
 * @param price US dollars per share, two decimals
 * @param value shares times price
 */
public record InsiderTrade(
        LocalDate tradeDate,
        LocalDate filingDate,
        String symbol,
        String insider,
        String type,
        long shares,
        BigDecimal price,
        BigDecimal value) {}
