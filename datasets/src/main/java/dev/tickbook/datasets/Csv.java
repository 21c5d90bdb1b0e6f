package dev.tickbook.datasets;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Writes records of one type as CSV (RFC 4180, but lines end in a line feed); nothing in it depends on the locale. */
final class Csv {

    private final String header;
    private final Method[] accessors;

    Csv(Class<? extends Record> type) {
        RecordComponent[] columns = type.getRecordComponents();
        header = Stream.of(columns)
                .map(column -> column.getName().replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(",", "", "\n"));
        accessors = Stream.of(columns).map(RecordComponent::getAccessor).toArray(Method[]::new);
    }

    String header() {
        return header;
    }

    void append(Record row, Appendable out) throws IOException {
        for (int column = 0; column < accessors.length; column++) {
            if (column > 0) {
                out.append(',');
            }
            out.append(quoted(text(value(row, accessors[column]))));
        }
        out.append('\n');
    }

    private static Object value(Record row, Method accessor) {
        try {
            return accessor.invoke(row);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException("Cannot read " + accessor, e);
        }
    }

    private static String text(Object value) {
        if (value == null) {
            return "";
        }
        if (value instanceof BigDecimal number) {
            return number.toPlainString();
        }
        if (value instanceof List<?> list) {
            return list.stream().map(Object::toString).collect(Collectors.joining(";"));
        }
        return value.toString();
    }

    private static String quoted(String text) {
        boolean plain = text.indexOf(',') < 0 && text.indexOf('"') < 0 && text.indexOf('\n') < 0;
        return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
    }
}
