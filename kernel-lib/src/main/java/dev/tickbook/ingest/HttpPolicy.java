package dev.tickbook.ingest;

import dev.tickbook.TickbookException;
import java.time.Duration;

/**
 * How politely and how patiently a service is asked. Immutable; each {@code with…} returns a changed copy.
 *
 * @param requestsPerSecond at most so many; the requests of one client wait for each other
 * @param attempts how often a request is made before it counts as failed: again after a lost connection, an answer that
 *     takes too long, and the statuses 408, 425, 429, 500, 502, 503 and 504
 * @param firstWait before the second attempt; doubled before each further one, with some chance in it. A service that
 *     says how long to wait (Retry-After) is obeyed
 * @param longestWait no wait is longer; if the service wants a longer one, the request fails and says so
 * @param timeout for one answer as a whole, its last byte included
 */
public record HttpPolicy(
        double requestsPerSecond, int attempts, Duration firstWait, Duration longestWait, Duration timeout) {

    /** Two requests a second, five attempts that wait for 1, 2, 4 and 8 seconds, two minutes at most, 30 seconds each. */
    public static final HttpPolicy POLITE =
            new HttpPolicy(2, 5, Duration.ofSeconds(1), Duration.ofMinutes(2), Duration.ofSeconds(30));

    /** @throws TickbookException if a number is not above zero */
    public HttpPolicy {
        if (!(requestsPerSecond > 0) || attempts < 1 || timeout.isNegative() || timeout.isZero()) {
            throw new TickbookException("Requests per second, attempts and timeout must be above zero, not "
                    + requestsPerSecond + ", " + attempts + " and " + timeout + ".");
        }
        if (firstWait.isNegative() || longestWait.isNegative()) {
            throw new TickbookException("Waits cannot be negative: " + firstWait + ", " + longestWait + ".");
        }
    }

    /** @return the same, with at most so many requests per second */
    public HttpPolicy withRequestsPerSecond(double requests) {
        return new HttpPolicy(requests, attempts, firstWait, longestWait, timeout);
    }

    /** @return the same, with so many attempts */
    public HttpPolicy withAttempts(int count) {
        return new HttpPolicy(requestsPerSecond, count, firstWait, longestWait, timeout);
    }

    /** @return the same, with waits that begin at {@code first} and never exceed {@code longest} */
    public HttpPolicy withWaits(Duration first, Duration longest) {
        return new HttpPolicy(requestsPerSecond, attempts, first, longest, timeout);
    }

    /** @return the same, with so much time for one answer */
    public HttpPolicy withTimeout(Duration time) {
        return new HttpPolicy(requestsPerSecond, attempts, firstWait, longestWait, time);
    }
}
