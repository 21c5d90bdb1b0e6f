package dev.tickbook.db.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.math.BigInteger;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/** The values of one column in one batch, in Arrow's layout: a bit per value that is there, ends of texts, values. */
final class ArrowColumn {

    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** The first bytes of an array. */
    record Part(byte[] bytes, int length) {}

    private final ExportColumn column;
    private final int width; // of a value in bytes, 0 for bits and texts
    private byte[] valid = new byte[128];
    private byte[] ends = new byte[1024];
    private byte[] values = new byte[1024];
    private int size; // of the texts so far
    private int nulls;

    ArrowColumn(ExportColumn column) {
        this.column = column;
        width = switch (column.kind()) {
            case BOOLEAN, TEXT -> 0;
            case INT16 -> Short.BYTES;
            case INT32, FLOAT, DATE -> Integer.BYTES;
            case INT64, DOUBLE, TIME, LOCAL_TIMESTAMP, UTC_TIMESTAMP -> Long.BYTES;
            case DECIMAL -> 2 * Long.BYTES;
        };
    }

    int nulls() {
        return nulls;
    }

    /** Bytes of text so far; other columns are as long as the batch has rows. */
    int size() {
        return size;
    }

    void append(int row, byte[] bytes, int at, int length) {
        boolean isThere = length >= 0 && !column.isInfinite(bytes, at);
        valid = withRoom(valid, row / 8 + 1);
        values = withRoom(values, width == 0 ? row / 8 + 1 : (row + 1) * width);
        if (isThere) {
            valid[row / 8] |= (byte) (1 << row % 8);
            value(row, bytes, at, length);
        } else {
            nulls++;
        }
        if (column.kind() == ExportColumn.Kind.TEXT) {
            ends = withRoom(ends, (row + 2) * Integer.BYTES);
            INT.set(ends, (row + 1) * Integer.BYTES, size);
        }
    }

    private void value(int row, byte[] bytes, int at, int length) {
        int place = row * width;
        switch (column.kind()) {
            case BOOLEAN -> values[row / 8] |= (byte) (bytes[at] << row % 8);
            case INT16 -> SHORT.set(values, place, Wire.int2(bytes, at));
            case INT32, FLOAT -> INT.set(values, place, Wire.int4(bytes, at));
            case INT64, DOUBLE, TIME -> LONG.set(values, place, Wire.int8(bytes, at));
            case DATE -> INT.set(values, place, ExportColumn.epochDay(bytes, at));
            case LOCAL_TIMESTAMP, UTC_TIMESTAMP -> LONG.set(values, place, ExportColumn.epochMicros(bytes, at));
            case DECIMAL -> {
                BigInteger unscaled = column.unscaled(bytes, at);
                LONG.set(values, place, unscaled.longValue());
                LONG.set(
                        values,
                        place + Long.BYTES,
                        unscaled.shiftRight(Long.SIZE).longValue());
            }
            case TEXT -> {
                values = withRoom(values, size + length);
                System.arraycopy(bytes, at, values, size, length);
                size += length;
            }
        }
    }

    void addParts(List<Part> parts, int rows) {
        parts.add(new Part(valid, nulls == 0 ? 0 : (rows + 7) / 8)); // may be left out where nothing is missing
        switch (column.kind()) {
            case TEXT -> {
                parts.add(new Part(ends, (rows + 1) * Integer.BYTES));
                parts.add(new Part(values, size));
            }
            case BOOLEAN -> parts.add(new Part(values, (rows + 7) / 8));
            default -> parts.add(new Part(values, rows * width));
        }
    }

    void clear() {
        Arrays.fill(valid, (byte) 0);
        Arrays.fill(values, (byte) 0);
        size = 0;
        nulls = 0;
    }

    private static byte[] withRoom(byte[] bytes, int length) {
        return length <= bytes.length ? bytes : Arrays.copyOf(bytes, Math.max(length, 2 * bytes.length));
    }
}
