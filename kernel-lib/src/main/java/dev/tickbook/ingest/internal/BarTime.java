package dev.tickbook.ingest.internal;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.TemporalAccessor;
import java.util.regex.Pattern;

/**
 * When a bar opens, as a file writes it.
 *
 * @param time the same as an instant
 * @param daily whether the text is a date alone
 */
record BarTime(Instant time, boolean daily) {

    /** A date, perhaps a time of day, perhaps its zone. */
    private static final DateTimeFormatter FORMAT = new DateTimeFormatterBuilder()
            .append(DateTimeFormatter.ISO_LOCAL_DATE)
            .optionalStart()
            .appendPattern("['T'][' ']")
            .append(DateTimeFormatter.ISO_LOCAL_TIME)
            .optionalStart()
            .appendPattern("[XXX][XX][X]")
            .toFormatter();

    private static final Pattern INTERVAL = Pattern.compile("[1-9][0-9]{0,3}(s|m|h|d|w|mo)");

    static BarTime parse(String column, String text) throws BadValueException {
        try {
            TemporalAccessor parsed =
                    FORMAT.parseBest(text.strip(), OffsetDateTime::from, LocalDateTime::from, LocalDate::from);
            if (parsed instanceof OffsetDateTime zoned) {
                return new BarTime(zoned.toInstant(), false);
            }
            if (parsed instanceof LocalDateTime local) {
                return new BarTime(local.toInstant(ZoneOffset.UTC), false);
            }
            return new BarTime(((LocalDate) parsed).atStartOfDay().toInstant(ZoneOffset.UTC), true);
        } catch (DateTimeException e) {
            throw new BadValueException(
                    column + " \"" + text
                            + "\" is not a time. Write 2024-03-01, 2024-03-01T14:30:00Z or 2024-03-01 14:30:00 (taken as UTC).");
        }
    }

    /** The interval that follows from how the time is written. */
    String interval() throws BadValueException {
        if (!daily) {
            throw new BadValueException("the length of its bar is not known. Name it with .interval(\"1m\").");
        }
        return "1d";
    }

    static void checkInterval(String interval) throws BadValueException {
        if (!INTERVAL.matcher(interval).matches()) {
            throw new BadValueException("the interval \"" + interval
                    + "\" is not a number and one of s m h d w mo. Write for example 1m, 1h or 1d.");
        }
    }
}
