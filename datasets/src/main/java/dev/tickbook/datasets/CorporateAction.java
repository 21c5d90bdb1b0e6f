package dev.tickbook.datasets;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;

/**
 * A split or a cash dividend.
 *
 * @param announcedAt when it became known, half an hour after a close
 * @param symbol ticker
 * @param type {@code split} or {@code dividend}
 * @param exDate first trading day without the dividend or at the new share count; may lie after the market's last day
 * @param ratio new shares per old share, 4 for a four-for-one split, 0.1 for one-for-ten; null for a dividend
 * @param amount US dollars per share; null for a split
 */
public record CorporateAction(
        Instant announcedAt, String symbol, String type, LocalDate exDate, BigDecimal ratio, BigDecimal amount) {}
