package dev.tickbook.ingest;

import dev.tickbook.TickbookException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * What a {@link RealtimeProducer} asks for.
 *
 * @param tickers whose prices
 * @param pollInterval from the beginning of one cycle to the beginning of the next
 * @param maxCycles how many; 0: until it is stopped
 */
public record RealtimeSettings(List<String> tickers, Duration pollInterval, int maxCycles) {

    private static final Duration EVERY_MINUTE = Duration.ofMinutes(1);

    /** @throws TickbookException if there is no ticker, or a number is below zero */
    public RealtimeSettings {
        tickers = List.copyOf(tickers);
        if (tickers.isEmpty()) {
            throw new TickbookException("TICKERS names no ticker. Write them with commas: TICKERS=AAPL,MSFT.");
        }
        if (pollInterval.isNegative() || pollInterval.isZero()) {
            throw new TickbookException(
                    "POLL_INTERVAL must be above zero seconds, not " + pollInterval.toSeconds() + ".");
        }
        if (maxCycles < 0) {
            throw new TickbookException(
                    "MAX_CYCLES must be a number of cycles, or 0 for no end, not " + maxCycles + ".");
        }
    }

    /**
     * Reads the environment variables {@code TICKERS} (with commas), {@code POLL_INTERVAL} (seconds, 60 if it is not
     * set) and {@code MAX_CYCLES} (0 or not set: until it is stopped).
     *
     * @return what they say
     * @throws TickbookException if one cannot be read; it names the variable
     */
    public static RealtimeSettings fromEnvironment() {
        return from(System.getenv());
    }

    /**
     * As {@link #fromEnvironment()}.
     *
     * @param variables their values by their names
     * @return what they say
     * @throws TickbookException if one cannot be read; it names the variable
     */
    public static RealtimeSettings from(Map<String, String> variables) {
        List<String> tickers = Arrays.stream(
                        variables.getOrDefault("TICKERS", "").split(","))
                .map(String::strip)
                .filter(ticker -> !ticker.isEmpty())
                .distinct()
                .toList();
        return new RealtimeSettings(tickers, interval(variables), cycles(variables));
    }

    private static Duration interval(Map<String, String> variables) {
        String seconds = variables.getOrDefault("POLL_INTERVAL", "").strip();
        try {
            return seconds.isEmpty() ? EVERY_MINUTE : Duration.ofMillis(Math.round(Double.parseDouble(seconds) * 1000));
        } catch (NumberFormatException e) {
            throw new TickbookException(
                    "POLL_INTERVAL is \"" + seconds + "\". Write a number of seconds: POLL_INTERVAL=60.", e);
        }
    }

    private static int cycles(Map<String, String> variables) {
        String cycles = variables.getOrDefault("MAX_CYCLES", "").strip();
        try {
            return cycles.isEmpty() ? 0 : Integer.parseInt(cycles);
        } catch (NumberFormatException e) {
            throw new TickbookException(
                    "MAX_CYCLES is \"" + cycles + "\". Write a number, or 0 for no end: MAX_CYCLES=10.", e);
        }
    }
}
