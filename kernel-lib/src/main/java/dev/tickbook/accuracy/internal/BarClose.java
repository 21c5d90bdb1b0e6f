package dev.tickbook.accuracy.internal;

import dev.tickbook.TickbookException;
import java.time.Instant;
import java.time.Period;
import java.time.ZoneOffset;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** When bars close: the database's {@code market.bar_closes_at} without a round trip. */
public final class BarClose {

    private static final Pattern LENGTH = Pattern.compile("([1-9][0-9]{0,3})(s|m|h|d|w|mo|y)");

    private BarClose() {}

    /**
     * @param opens when the bar opens
     * @param interval its length: 1m, 5m, 1h, 1d …
     * @return when it closes, in UTC, where a day is 24 hours
     */
    public static Instant of(Instant opens, String interval) {
        Matcher length = LENGTH.matcher(interval);
        if (!length.matches()) {
            throw new TickbookException("\"" + interval
                    + "\" is not the length of a bar. Write a number and one of s, m, h, d, w, mo, y: 1d is a day.");
        }
        int count = Integer.parseInt(length.group(1));
        return switch (length.group(2)) {
            case "s" -> opens.plusSeconds(count);
            case "m" -> opens.plusSeconds(60L * count);
            case "h" -> opens.plusSeconds(3600L * count);
            case "d" -> opens.plusSeconds(86_400L * count);
            case "w" -> opens.plusSeconds(7 * 86_400L * count);
            case "mo" ->
                opens.atOffset(ZoneOffset.UTC).plus(Period.ofMonths(count)).toInstant();
            default ->
                opens.atOffset(ZoneOffset.UTC).plus(Period.ofYears(count)).toInstant();
        };
    }
}
