package dev.tickbook.ingest.internal;

import java.math.BigDecimal;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Values that have a type, as the text that {@link dev.tickbook.ingest.Rows#value} promises. */
final class TypedText {

    private TypedText() {}

    /** Digits with a decimal point and no exponent; null for NaN, which is how tables of numbers write "none". */
    static String of(double number) {
        if (Double.isNaN(number)) {
            return null;
        }
        return plain(Double.toString(number), Double.isInfinite(number));
    }

    /** As for a double, with the digits that a float has. */
    static String of(float number) {
        if (Float.isNaN(number)) {
            return null;
        }
        return plain(Float.toString(number), Float.isInfinite(number));
    }

    private static String plain(String number, boolean infinite) {
        return infinite || number.indexOf('E') < 0 ? number : new BigDecimal(number).toPlainString();
    }

    /** A number or time in its one form, anything else as it says itself; null for null. */
    static String of(Object value) {
        if (value instanceof Double number) {
            return of(number.doubleValue());
        }
        if (value instanceof Float number) {
            return of(number.floatValue());
        }
        if (value instanceof BigDecimal number) {
            return number.toPlainString();
        }
        if (value instanceof LocalDateTime time) {
            return DateTimeFormatter.ISO_LOCAL_DATE_TIME.format(time); // toString leaves out seconds that are zero
        }
        if (value instanceof OffsetDateTime time) {
            return time.toInstant().toString();
        }
        if (value instanceof ZonedDateTime time) {
            return time.toInstant().toString();
        }
        return value == null ? null : value.toString();
    }

    /** A row that was never text, for people to read: name=value, … */
    static String row(List<String> names, String[] values) {
        return IntStream.range(0, values.length)
                .filter(i -> values[i] != null)
                .mapToObj(i -> names.get(i) + "=" + values[i])
                .collect(Collectors.joining(", "));
    }
}
