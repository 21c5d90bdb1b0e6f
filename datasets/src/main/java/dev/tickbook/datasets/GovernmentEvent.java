package dev.tickbook.datasets;

import java.math.BigDecimal;
import java.time.Instant;

/**
 * A statistic, a rate decision or a policy announcement. The figures are invented.
 *
 * @param publishedAt when it became known
 * @param agency who published it
 * @param category {@code rate_decision}, {@code inflation}, {@code employment}, {@code growth} or {@code policy}
 * @param title one line
 * @param sector the sector concerned; null when it is all of them
 * @param impact {@code low}, {@code medium} or {@code high}
 * @param expected what was expected: per cent, for employment thousands of jobs; null for a policy
 * @param actual what was published, same unit; null for a policy
 */
public record GovernmentEvent(
        Instant publishedAt,
        String agency,
        String category,
        String title,
        String sector,
        String impact,
        BigDecimal expected,
        BigDecimal actual) {}
