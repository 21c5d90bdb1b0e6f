package dev.tickbook.db.internal;

import dev.tickbook.TickbookException;
import java.math.BigInteger;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * A column on its way from PostgreSQL into a file that knows types.
 *
 * @param name in the file
 * @param kind its type there
 * @param precision of a decimal: its digits, at most 38
 * @param scale of a decimal: how many of them are behind the point
 */
record ExportColumn(String name, Kind kind, int precision, int scale) {

    /** What these files have in common, each with the type that the server sends. */
    enum Kind {
        BOOLEAN("bool"),
        INT16("int2"),
        INT32("int4"),
        INT64("int8"),
        FLOAT("float4"),
        DOUBLE("float8"),
        DECIMAL("numeric"),
        DATE("date"),
        TIME("time"),
        LOCAL_TIMESTAMP("timestamp"),
        UTC_TIMESTAMP("timestamptz"),
        TEXT("text");

        private final String wireType;

        Kind(String wireType) {
            this.wireType = wireType;
        }
    }

    private static final int MOST_DIGITS = 38;
    private static final int EPOCH_DAYS = 10_957; // from 1970 to 2000, where PostgreSQL counts from
    private static final long EPOCH_MICROS = EPOCH_DAYS * 86_400_000_000L;

    static List<ExportColumn> of(ResultSetMetaData meta) throws SQLException {
        String[] names = CopyReader.names(meta);
        List<ExportColumn> columns = new ArrayList<>();
        for (int i = 1; i <= names.length; i++) {
            columns.add(of(names[i - 1], meta.getColumnTypeName(i), meta.getPrecision(i), meta.getScale(i)));
        }
        return columns;
    }

    private static ExportColumn of(String name, String type, int precision, int scale) {
        Kind kind = switch (type) {
            case "bool" -> Kind.BOOLEAN;
            case "int2", "smallserial" -> Kind.INT16;
            case "int4", "serial" -> Kind.INT32;
            case "int8", "bigserial", "oid" -> Kind.INT64;
            case "float4" -> Kind.FLOAT;
            case "float8" -> Kind.DOUBLE;
            // A computed numeric has no scale of its own, and these files want one for the whole column.
            case "numeric" ->
                0 < precision && precision <= MOST_DIGITS && 0 <= scale && scale <= precision
                        ? Kind.DECIMAL
                        : Kind.DOUBLE;
            case "date" -> Kind.DATE;
            case "time" -> Kind.TIME;
            case "timestamp" -> Kind.LOCAL_TIMESTAMP;
            case "timestamptz" -> Kind.UTC_TIMESTAMP;
            default -> Kind.TEXT;
        };
        return new ExportColumn(name, kind, precision, scale);
    }

    String wireType() {
        return kind.wireType;
    }

    /** Whether a value is one that these files cannot say: the infinite times. They become NULL, as in tables. */
    boolean isInfinite(byte[] bytes, int at) {
        return switch (kind) {
            case DATE -> Wire.int4(bytes, at) == Integer.MAX_VALUE || Wire.int4(bytes, at) == Integer.MIN_VALUE;
            case LOCAL_TIMESTAMP, UTC_TIMESTAMP ->
                Wire.int8(bytes, at) == Long.MAX_VALUE || Wire.int8(bytes, at) == Long.MIN_VALUE;
            default -> false;
        };
    }

    /** Days since 1970. */
    static int epochDay(byte[] bytes, int at) {
        return Wire.int4(bytes, at) + EPOCH_DAYS;
    }

    /** Microseconds since 1970. */
    static long epochMicros(byte[] bytes, int at) {
        return Wire.int8(bytes, at) + EPOCH_MICROS;
    }

    /** A decimal in units of its last digit. */
    BigInteger unscaled(byte[] bytes, int at) {
        if (Wire.isNumber(bytes, at)) {
            return Wire.unscaled(bytes, at, scale);
        }
        throw new TickbookException("Column \"" + name + "\" has a value that is no number (NaN), for which a decimal"
                + " column has no place. Write " + name + "::float8 in the query, or leave such rows out.");
    }
}
