package dev.tickbook.datasets;

import java.math.BigDecimal;
import java.time.Instant;

/**
 * What was said about a symbol on one platform in one hour; every hour of every day has a row. It follows the last
 * session's move.
 *
 * @param time start of the hour; known an hour later
 * @param symbol ticker
 * @param platform {@code forum}, {@code microblog} or {@code comments}
 * @param mentions posts, at least one
 * @param positive posts in favour
 * @param negative posts against
 * @param sentiment (positive - negative) / mentions, four decimals
 */
public record SocialSentiment(
        Instant time,
        String symbol,
        String platform,
        long mentions,
        long positive,
        long negative,
        BigDecimal sentiment) {}
