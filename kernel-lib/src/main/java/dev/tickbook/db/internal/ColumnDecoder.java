package dev.tickbook.db.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
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
import tech.tablesaw.columns.dates.PackedLocalDate;
import tech.tablesaw.columns.instant.PackedInstant;

/** Turns the binary values of one result column, as COPY sends them, into a Tablesaw column. */
interface ColumnDecoder {

    /** What it fills. */
    Column<?> column();

    /** The type that the value must have on the wire, as SQL; null for text, which every type can become. */
    String wireType();

    /**
     * Appends one value.
     *
     * @param bytes has the value
     * @param at where it starts
     * @param length how many bytes it has
     */
    void append(byte[] bytes, int at, int length);

    /** The decoder for a type by the name that the driver gives it. */
    static ColumnDecoder of(String type, String name) {
        return switch (type) {
            case "timestamptz" -> new Instants(InstantColumn.create(name));
            case "timestamp" -> new DateTimes(DateTimeColumn.create(name));
            case "date" -> new Dates(DateColumn.create(name));
            case "time" -> new Times(TimeColumn.create(name));
            case "numeric" -> new Numerics(DoubleColumn.create(name));
            case "float8" -> new Doubles(DoubleColumn.create(name));
            case "float4" -> new Floats(FloatColumn.create(name));
            case "int8", "bigserial" -> new Longs(LongColumn.create(name));
            case "oid" -> new Oids(LongColumn.create(name));
            case "int4", "serial" -> new Ints(IntColumn.create(name));
            case "int2", "smallserial" -> new Shorts(ShortColumn.create(name));
            case "bool" -> new Booleans(BooleanColumn.create(name));
            default -> new Texts(StringColumn.create(name));
        };
    }

    /** Reads numbers in network byte order. */
    final class Bytes {
        private static final VarHandle SHORT =
                MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
        private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
        private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

        private Bytes() {}

        static short int2(byte[] bytes, int at) {
            return (short) SHORT.get(bytes, at);
        }

        static int int4(byte[] bytes, int at) {
            return (int) INT.get(bytes, at);
        }

        static long int8(byte[] bytes, int at) {
            return (long) LONG.get(bytes, at);
        }
    }

    record Longs(LongColumn column) implements ColumnDecoder {
        @Override
        public String wireType() {
            return "int8";
        }

        @Override
        public void append(byte[] bytes, int at, int length) {
            column.append(Bytes.int8(bytes, at));
        }
    }

    record Oids(LongColumn column) implements ColumnDecoder {
        @Override
        public String wireType() {
            return "oid";
        }

        @Override
        public void append(byte[] bytes, int at, int length) {
            column.append(Integer.toUnsignedLong(Bytes.int4(bytes, at)));
        }
    }

    record Ints(IntColumn column) implements ColumnDecoder {
        @Override
        public String wireType() {
            return "int4";
        }

        @Override
        public void append(byte[] bytes, int at, int length) {
            column.append(Bytes.int4(bytes, at));
        }
    }

    record Shorts(ShortColumn column) implements ColumnDecoder {
        @Override
        public String wireType() {
            return "int2";
        }

        @Override
        public void append(byte[] bytes, int at, int length) {
            column.append(Bytes.int2(bytes, at));
        }
    }

    record Doubles(DoubleColumn column) implements ColumnDecoder {
        @Override
        public String wireType() {
            return "float8";
        }

        @Override
        public void append(byte[] bytes, int at, int length) {
            column.append(Double.longBitsToDouble(Bytes.int8(bytes, at)));
        }
    }

    record Floats(FloatColumn column) implements ColumnDecoder {
        @Override
        public String wireType() {
            return "float4";
        }

        @Override
        public void append(byte[] bytes, int at, int length) {
            column.append(Float.intBitsToFloat(Bytes.int4(bytes, at)));
        }
    }

    record Booleans(BooleanColumn column) implements ColumnDecoder {
        @Override
        public String wireType() {
            return "bool";
        }

        @Override
        public void append(byte[] bytes, int at, int length) {
            column.append(bytes[at] != 0);
        }
    }

    /**
     * A numeric is digits to the base of 10,000. Up to 15 decimal digits and a power of ten up to 22 are exact as
     * doubles, so that one division rounds correctly; anything longer goes the slow way, which does too.
     */
    record Numerics(DoubleColumn column) implements ColumnDecoder {
        private static final double[] POWERS_OF_TEN = new double[23];
        private static final int NEGATIVE = 0x4000;
        private static final int POSITIVE_INFINITY = 0xD000;
        private static final int NEGATIVE_INFINITY = 0xF000;

        static {
            for (int i = 0; i < POWERS_OF_TEN.length; i++) {
                POWERS_OF_TEN[i] = Double.parseDouble("1e" + i);
            }
        }

        @Override
        public String wireType() {
            return "numeric";
        }

        @Override
        public void append(byte[] bytes, int at, int length) {
            column.append(value(bytes, at));
        }

        static double value(byte[] bytes, int at) {
            int digits = Bytes.int2(bytes, at);
            int weight = Bytes.int2(bytes, at + 2);
            int sign = Bytes.int2(bytes, at + 4) & 0xFFFF;
            if (sign != 0 && sign != NEGATIVE) {
                return sign == POSITIVE_INFINITY
                        ? Double.POSITIVE_INFINITY
                        : sign == NEGATIVE_INFINITY ? Double.NEGATIVE_INFINITY : Double.NaN;
            }
            int fraction = 4 * (digits - 1 - weight); // decimal digits right of the point
            double value;
            if (digits <= 4 && fraction >= -12 && fraction <= 22) {
                long whole = 0;
                for (int i = 0; i < digits; i++) {
                    whole = whole * 10_000 + Bytes.int2(bytes, at + 8 + 2 * i);
                }
                if (whole > 1L << 53) {
                    value = exact(bytes, at, digits, fraction);
                } else {
                    value = fraction >= 0 ? whole / POWERS_OF_TEN[fraction] : whole * POWERS_OF_TEN[-fraction];
                }
            } else {
                value = exact(bytes, at, digits, fraction);
            }
            return sign == NEGATIVE ? -value : value;
        }

        private static double exact(byte[] bytes, int at, int digits, int fraction) {
            BigInteger whole = BigInteger.ZERO;
            for (int i = 0; i < digits; i++) {
                whole = whole.multiply(BigInteger.valueOf(10_000))
                        .add(BigInteger.valueOf(Bytes.int2(bytes, at + 8 + 2 * i)));
            }
            return new BigDecimal(whole, fraction).doubleValue();
        }
    }

    /** Times count from 2000 on the wire, in microseconds. Tablesaw keeps milliseconds, and knows no infinity. */
    final class Calendar {
        private static final long MICROS_PER_DAY = 86_400_000_000L;
        private static final int EPOCH_DAY_2000 = 10_957;

        private int day = Integer.MIN_VALUE;
        private int packedDay;

        /** Date and time as Tablesaw packs them; the date is the same for most rows in a row. */
        long pack(long micros) {
            int epochDay = (int) Math.floorDiv(micros, MICROS_PER_DAY) + EPOCH_DAY_2000;
            return PackedInstant.create(packDay(epochDay), packTime(Math.floorMod(micros, MICROS_PER_DAY)));
        }

        int packDay(int epochDay) {
            if (epochDay != day) {
                day = epochDay;
                packedDay = PackedLocalDate.pack(LocalDate.ofEpochDay(epochDay));
            }
            return packedDay;
        }

        static int packTime(long microsOfDay) {
            int millis = (int) (microsOfDay / 1000);
            return millis / 3_600_000 << 24 | millis / 60_000 % 60 << 16 | millis % 60_000;
        }
    }

    record Instants(InstantColumn column, Calendar calendar) implements ColumnDecoder {
        Instants(InstantColumn column) {
            this(column, new Calendar());
        }

        @Override
        public String wireType() {
            return "timestamptz";
        }

        @Override
        public void append(byte[] bytes, int at, int length) {
            long micros = Bytes.int8(bytes, at);
            if (micros == Long.MAX_VALUE || micros == Long.MIN_VALUE) {
                column.appendMissing();
            } else {
                column.appendInternal(calendar.pack(micros));
            }
        }
    }

    record DateTimes(DateTimeColumn column, Calendar calendar) implements ColumnDecoder {
        DateTimes(DateTimeColumn column) {
            this(column, new Calendar());
        }

        @Override
        public String wireType() {
            return "timestamp";
        }

        @Override
        public void append(byte[] bytes, int at, int length) {
            long micros = Bytes.int8(bytes, at);
            if (micros == Long.MAX_VALUE || micros == Long.MIN_VALUE) {
                column.appendMissing();
            } else {
                column.appendInternal(calendar.pack(micros));
            }
        }
    }

    record Dates(DateColumn column, Calendar calendar) implements ColumnDecoder {
        Dates(DateColumn column) {
            this(column, new Calendar());
        }

        @Override
        public String wireType() {
            return "date";
        }

        @Override
        public void append(byte[] bytes, int at, int length) {
            int days = Bytes.int4(bytes, at);
            if (days == Integer.MAX_VALUE || days == Integer.MIN_VALUE) {
                column.appendMissing();
            } else {
                column.appendInternal(calendar.packDay(days + Calendar.EPOCH_DAY_2000));
            }
        }
    }

    record Times(TimeColumn column) implements ColumnDecoder {
        @Override
        public String wireType() {
            return "time";
        }

        @Override
        public void append(byte[] bytes, int at, int length) {
            // 24:00 is the end of a day in SQL and nothing in Java
            column.appendInternal(Calendar.packTime(Math.min(Bytes.int8(bytes, at), Calendar.MICROS_PER_DAY - 1)));
        }
    }

    /** Text repeats in market data, so the last value is kept and recognised by its bytes. */
    final class Texts implements ColumnDecoder {
        private final StringColumn column;
        private byte[] lastBytes = {};
        private String last = "";

        Texts(StringColumn column) {
            this.column = column;
        }

        @Override
        public StringColumn column() {
            return column;
        }

        @Override
        public String wireType() {
            return null;
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
