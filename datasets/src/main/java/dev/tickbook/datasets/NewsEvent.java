package dev.tickbook.datasets;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;

/**
 * A headline. News published before an open leans, weakly, towards that session's move.
 *
 * @param publishedAt when it became known
 * @param symbols the companies it is about, one or two
 * @param headline one line
 * @param category {@code earnings}, {@code guidance}, {@code product}, {@code legal}, {@code analyst},
 *     {@code partnership} or {@code corporate_action}
 * @param impact {@code low}, {@code medium} or {@code high}
 * @param sentiment from -1 (bad) to 1 (good), two decimals
 */
public record NewsEvent(
        Instant publishedAt,
        List<String> symbols,
        String headline,
        String category,
        String impact,
        BigDecimal sentiment) {}
