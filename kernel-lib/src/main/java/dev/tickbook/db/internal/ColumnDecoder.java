package dev.tickbook.db.internal;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import tech.tablesaw.api.BooleanColumn;
import tech.tablesaw.api.DateColumn;
import tech.tablesaw.api.DateTimeColumn;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.FloatColumn;
import tech.tablesaw.api.InstantColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.LongColumn;
import tech.tablesaw.api.ShortColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.TimeColumn;
import tech.tablesaw.columns.Column;

/**
 * Turns the binary values of one result column, as COPY sends them, into a Tablesaw column.
 *
 * @param column what it fills
 * @param wireType the type that values must have on the wire, as SQL
 * @param appender appends one value
 */
record ColumnDecoder(Column<?> column, String wireType, Appender appender) {

    /** Takes the value of {@code length} bytes that starts at {@code at}. */
    interface Appender {
        void append(byte[] bytes, int at, int length);
    }

    /** The decoder for a type by the name that the driver gives it; what is not known becomes text. */
    static ColumnDecoder of(String type, String name) {
        return switch (type) {
            case "int8", "bigserial" -> {
                LongColumn column = LongColumn.create(name);
                yield new ColumnDecoder(column, "int8", (b, at, n) -> column.append(Wire.int8(b, at)));
            }
            case "int4", "serial" -> {
                IntColumn column = IntColumn.create(name);
                yield new ColumnDecoder(column, "int4", (b, at, n) -> column.append(Wire.int4(b, at)));
            }
            case "int2", "smallserial" -> {
                ShortColumn column = ShortColumn.create(name);
                yield new ColumnDecoder(column, "int2", (b, at, n) -> column.append(Wire.int2(b, at)));
            }
            case "oid" -> {
                LongColumn column = LongColumn.create(name);
                yield new ColumnDecoder(
                        column, "oid", (b, at, n) -> column.append(Integer.toUnsignedLong(Wire.int4(b, at))));
            }
            case "numeric" -> {
                DoubleColumn column = DoubleColumn.create(name);
                yield new ColumnDecoder(column, "numeric", (b, at, n) -> column.append(Wire.numeric(b, at)));
            }
            case "float8" -> {
                DoubleColumn column = DoubleColumn.create(name);
                yield new ColumnDecoder(
                        column, "float8", (b, at, n) -> column.append(Double.longBitsToDouble(Wire.int8(b, at))));
            }
            case "float4" -> {
                FloatColumn column = FloatColumn.create(name);
                yield new ColumnDecoder(
                        column, "float4", (b, at, n) -> column.append(Float.intBitsToFloat(Wire.int4(b, at))));
            }
            case "bool" -> {
                BooleanColumn column = BooleanColumn.create(name);
                yield new ColumnDecoder(column, "bool", (b, at, n) -> column.append(b[at] != 0));
            }
            case "timestamptz" -> {
                InstantColumn column = InstantColumn.create(name);
                PackedTimes times = new PackedTimes();
                yield new ColumnDecoder(
                        column,
                        "timestamptz",
                        (b, at, n) -> times.timestamp(Wire.int8(b, at))
                                .ifPresentOrElse(column::appendInternal, column::appendMissing));
            }
            case "timestamp" -> {
                DateTimeColumn column = DateTimeColumn.create(name);
                PackedTimes times = new PackedTimes();
                yield new ColumnDecoder(
                        column,
                        "timestamp",
                        (b, at, n) -> times.timestamp(Wire.int8(b, at))
                                .ifPresentOrElse(column::appendInternal, column::appendMissing));
            }
            case "date" -> {
                DateColumn column = DateColumn.create(name);
                PackedTimes times = new PackedTimes();
                yield new ColumnDecoder(
                        column,
                        "date",
                        (b, at, n) -> times.date(Wire.int4(b, at))
                                .ifPresentOrElse(column::appendInternal, column::appendMissing));
            }
            case "time" -> {
                TimeColumn column = TimeColumn.create(name);
                yield new ColumnDecoder(
                        column, "time", (b, at, n) -> column.appendInternal(PackedTimes.time(Wire.int8(b, at))));
            }
            default -> {
                StringColumn column = StringColumn.create(name);
                yield new ColumnDecoder(column, "text", new Texts(column));
            }
        };
    }

    /** Text repeats in market data, so the last value is kept and recognised by its bytes. */
    private static final class Texts implements Appender {
        private final StringColumn column;
        private byte[] lastBytes = {};
        private String last = "";

        Texts(StringColumn column) {
            this.column = column;
        }

        @Override
        public void append(byte[] bytes, int at, int length) {
            if (!Arrays.equals(bytes, at, at + length, lastBytes, 0, lastBytes.length)) {
                lastBytes = Arrays.copyOfRange(bytes, at, at + length);
                last = new String(lastBytes, StandardCharsets.UTF_8);
            }
            column.append(last);
        }
    }
}
