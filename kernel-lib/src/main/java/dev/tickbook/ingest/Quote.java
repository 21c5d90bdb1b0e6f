package dev.tickbook.ingest;

import java.math.BigDecimal;
import java.time.Instant;

/**
 * A price, as it came in.
 *
 * @param symbol as it is stored
 * @param time when the price was made
 * @param price in the currency of the symbol
 * @param volume traded so far that day, null if it is not known
 * @param bid null if it is not known
 * @param ask null if it is not known
 * @param source who says so
 */
public record Quote(
        String symbol, Instant time, BigDecimal price, Long volume, BigDecimal bid, BigDecimal ask, String source) {}
