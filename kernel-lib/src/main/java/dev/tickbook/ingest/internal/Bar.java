package dev.tickbook.ingest.internal;

import java.math.BigDecimal;
import java.time.Instant;

/** A bar as a source gives it, checked. Prices in the symbol's currency, null where the source has none. */
record Bar(
        Instant time,
        String symbol,
        String interval,
        BigDecimal open,
        BigDecimal high,
        BigDecimal low,
        BigDecimal close,
        BigDecimal adjustedClose,
        Long volume) {}
