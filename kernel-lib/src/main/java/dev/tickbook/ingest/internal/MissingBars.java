package dev.tickbook.ingest.internal;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/**
 * What the database does not have of a symbol's past, in pieces that a service can be asked for.
 *
 * @param pieces the earliest first
 * @param isWhole whether the database has nothing at all of that time
 */
public record MissingBars(List<Piece> pieces, boolean isWhole) {

    /**
     * A time to ask for.
     *
     * @param from its beginning
     * @param to its end, not included
     */
    public record Piece(Instant from, Instant to) {}

    /** Markets close for weekends and feasts; longer is a hole. */
    private static final Duration LONGEST_CLOSING = Duration.ofDays(5);

    /** Between daily bars, where a hole costs a question in each backfill: some markets close for a week. */
    private static final Duration LONGEST_CLOSING_OF_DAYS = Duration.ofDays(10);

    /** The bars' times, and how long it is to the next one. The pruned read, because the history may be packed. */
    private static final String HOLES = """
            SELECT found_from, found_to FROM (
              SELECT b.time AS found_from, lead(b.time) OVER (ORDER BY b.time) AS found_to
                FROM market.market_data b WHERE b.symbol = ? AND b.interval = ? AND b.time >= ? AND b.time < ?) pairs
             WHERE found_to IS NULL OR found_to - found_from > CAST(? AS interval)
            UNION ALL
            SELECT NULL, min(b.time) FROM market.market_data b WHERE b.symbol = ? AND b.interval = ? AND b.time >= ? AND b.time < ?
            ORDER BY found_from NULLS FIRST""";

    /**
     * @param connection to the database
     * @param symbol whose bars
     * @param interval their length
     * @param from the first time
     * @param to before which
     * @param longest what a service can be asked for at once
     * @return what is missing. The last bar is asked for again, because it may have been stored before it was complete
     * @throws SQLException if the server fails
     */
    public static MissingBars find(
            Connection connection, String symbol, String interval, Instant from, Instant to, Duration longest)
            throws SQLException {
        Duration closing = longestClosing(interval);
        List<Piece> pieces = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(HOLES)) {
            OffsetDateTime first = from.atOffset(ZoneOffset.UTC);
            OffsetDateTime last = to.atOffset(ZoneOffset.UTC);
            Object[] values = {
                symbol, interval, first, last, closing.toSeconds() + " seconds", symbol, interval, first, last
            };
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    Instant before = instant(rows, 1);
                    Instant after = instant(rows, 2);
                    if (before == null && after == null) {
                        cut(from, to, longest, pieces);
                        return new MissingBars(pieces, true);
                    }
                    if (before == null) {
                        if (isOpenStart(from, after, interval)) {
                            cut(from, after, longest, pieces);
                        }
                    } else if (after != null) {
                        cut(before.plusSeconds(1), after, longest, pieces);
                    } else if (isOpenEnd(before, to, interval)) {
                        cut(before, to, longest, pieces);
                    }
                }
            }
        }
        return new MissingBars(pieces, false);
    }

    /** Whether a session can have been before the first bar: a backfill, or somebody, may have begun later. */
    private static boolean isOpenStart(Instant from, Instant first, String interval) {
        return hasSession(
                from, first.truncatedTo(ChronoUnit.DAYS).minus(step(interval)).plus(1, ChronoUnit.DAYS));
    }

    /** Whether bars can have come since the last one: always up to now, but not between a Friday and a past Sunday. */
    private static boolean isOpenEnd(Instant last, Instant to, String interval) {
        return isWithinDays(interval)
                || to.plus(longestClosing(interval)).isAfter(Instant.now())
                || hasSession(last.truncatedTo(ChronoUnit.DAYS).plus(step(interval)), to);
    }

    /** Whether a day that is of no weekend begins from a time up to another. */
    private static boolean hasSession(Instant from, Instant to) {
        LocalDate day =
                from.minusNanos(1).atOffset(ZoneOffset.UTC).toLocalDate().plusDays(1);
        for (int i = 0; i < 3 && day.atStartOfDay().toInstant(ZoneOffset.UTC).isBefore(to); i++) {
            if (day.getDayOfWeek().compareTo(DayOfWeek.SATURDAY) < 0) {
                return true;
            }
            day = day.plusDays(1);
        }
        return false;
    }

    private static boolean isWithinDays(String interval) {
        return !interval.matches(".*(d|w|mo)");
    }

    /** Length of the bars in whole days. */
    private static Duration step(String interval) {
        return interval.endsWith("mo") ? Duration.ofDays(31) : Duration.ofDays(interval.endsWith("w") ? 7 : 1);
    }

    private static Duration longestClosing(String interval) {
        return interval.endsWith("mo")
                ? Duration.ofDays(70)
                : interval.endsWith("w")
                        ? Duration.ofDays(21)
                        : isWithinDays(interval) ? LONGEST_CLOSING : LONGEST_CLOSING_OF_DAYS;
    }

    private static Instant instant(ResultSet row, int column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    private static void cut(Instant from, Instant to, Duration longest, List<Piece> pieces) {
        for (Instant start = from; start.isBefore(to); start = start.plus(longest)) {
            Instant end = start.plus(longest);
            pieces.add(new Piece(start, end.isBefore(to) ? end : to));
        }
    }
}
