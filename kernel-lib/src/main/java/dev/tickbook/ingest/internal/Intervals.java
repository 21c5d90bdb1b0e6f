package dev.tickbook.ingest.internal;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Lengths of bars as files write them, and as the database has them. */
final class Intervals {

    private static final int MOST_KEPT = 1000;
    private static final Pattern LENGTH = Pattern.compile("([1-9][0-9]{0,3})(s|m|h|d|w|mo|y)");
    private static final Pattern WRITTEN = Pattern.compile(
            "([1-9][0-9]{0,3})? ?(sec|second|min|minute|h|hr|hour|day|daily|d|wk|week|weekly|w|mon|month|monthly|year|yearly)s?",
            Pattern.CASE_INSENSITIVE);

    private final Map<String, String> known = new HashMap<>();

    /** {@code 1m}, {@code 1d} … for what is written. */
    String read(String text) throws BadValueException {
        String interval = known.get(text);
        if (interval == null) {
            interval = written(text.strip());
            if (known.size() < MOST_KEPT) {
                known.put(text, interval);
            }
        }
        return interval;
    }

    private static String written(String text) throws BadValueException {
        if (LENGTH.matcher(text).matches()) {
            return text;
        }
        if (text.matches("[1-9][0-9]{0,3}")) {
            return text + "m";
        }
        Matcher words = WRITTEN.matcher(text);
        if (words.matches()) {
            String unit = switch (words.group(2).toLowerCase(Locale.ROOT)) {
                case "sec", "second" -> "s";
                case "min", "minute" -> "m";
                case "h", "hr", "hour" -> "h";
                case "wk", "week", "weekly", "w" -> "w";
                case "mon", "month", "monthly" -> "mo";
                case "year", "yearly" -> "y";
                default -> "d";
            };
            return (words.group(1) == null ? "1" : words.group(1)) + unit;
        }
        throw new BadValueException(
                "type",
                "the interval \"" + Numbers.shown(text)
                        + "\" is not a number and one of s m h d w mo y. Write for example 1m, 1h or 1d.");
    }

    /** How long it is in microseconds; 0 where that depends on the calendar. */
    static long micros(String interval) {
        Matcher length = LENGTH.matcher(interval);
        if (!length.matches()) {
            return 0;
        }
        long unit = switch (length.group(2)) {
            case "s" -> 1_000_000L;
            case "m" -> 60_000_000L;
            case "h" -> 3_600_000_000L;
            case "d" -> 86_400_000_000L;
            case "w" -> 7 * 86_400_000_000L;
            default -> 0;
        };
        return unit * Integer.parseInt(length.group(1));
    }
}
