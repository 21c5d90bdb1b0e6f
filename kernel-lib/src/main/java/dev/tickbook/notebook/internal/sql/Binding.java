package dev.tickbook.notebook.internal.sql;

import dev.tickbook.TickbookException;
import java.lang.reflect.Array;
import java.math.BigInteger;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.Period;
import java.time.ZonedDateTime;
import java.time.temporal.Temporal;
import java.util.Collection;
import java.util.Date;
import java.util.HexFormat;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;

/**
 * Gives a statement the values of Java variables. Numbers and booleans keep their type; all else is sent as text whose type
 * the server infers, as it does for a quoted literal, so that {@code time >= :from} takes a string as well as an instant.
 */
final class Binding {

    private Binding() {}

    static void set(PreparedStatement statement, int index, String name, Object value) throws SQLException {
        if (value == null) {
            statement.setNull(index, Types.NULL);
        } else if (value instanceof BigInteger whole) {
            statement.setObject(index, new java.math.BigDecimal(whole));
        } else if (value instanceof Number || value instanceof Boolean) {
            statement.setObject(index, value);
        } else if (value instanceof byte[] bytes) {
            statement.setObject(index, "\\x" + HexFormat.of().formatHex(bytes), Types.OTHER);
        } else {
            statement.setObject(index, text(name, value), Types.OTHER);
        }
    }

    private static String text(String name, Object value) {
        if (value.getClass().isArray()) {
            return array(name, IntStream.range(0, Array.getLength(value)).mapToObj(i -> Array.get(value, i)));
        }
        if (value instanceof Iterable<?> values) { // a list, a set, a column of a table
            return array(name, StreamSupport.stream(values.spliterator(), false).map(v -> (Object) v));
        }
        return scalar(name, value);
    }

    private static String scalar(String name, Object value) {
        if (value instanceof ZonedDateTime time) {
            return time.toOffsetDateTime().toString();
        }
        if (value instanceof Date time) {
            return time.toInstant().toString();
        }
        if (value instanceof CharSequence
                || value instanceof Character
                || value instanceof Enum<?>
                || value instanceof UUID
                || value instanceof Temporal
                || value instanceof Duration
                || value instanceof Period
                || value instanceof Number
                || value instanceof Boolean) {
            return value.toString();
        }
        throw new TickbookException("The variable \"" + name + "\" holds a "
                + value.getClass().getSimpleName()
                + (value instanceof Collection<?> ? " in a collection" : "")
                + ", which SQL has no value for. Bind text, a number, a boolean, a time, or a list of these.");
    }

    private static String array(String name, java.util.stream.Stream<Object> values) {
        return values.map(value -> value == null
                        ? "NULL"
                        : '"' + scalar(name, value).replace("\\", "\\\\").replace("\"", "\\\"") + '"')
                .collect(Collectors.joining(",", "{", "}"));
    }
}
