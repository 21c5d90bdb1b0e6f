package dev.tickbook.ingest.internal;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Rows that are stored together, encoded as binary COPY wants them, with what is needed to tell of each. */
final class Batch {

    /** Seconds from 1970 to 2000, where PostgreSQL's times begin. */
    private static final long EPOCH_SECONDS = 946_684_800L;

    private static final int EPOCH_DAYS = 10_957;
    private static final int TEXT_TYPE = 25;
    private static final int DIGIT = 10_000;
    private static final BigInteger BIG_DIGIT = BigInteger.valueOf(DIGIT);

    private byte[] bytes;
    private int size;
    private int[] starts;
    private long[] lines;
    private long[] times;
    private String[] raws;
    private int rows;

    /** Rows that have the key of an earlier row of the source. */
    final BitSet repeated = new BitSet();

    final List<Reject> rejects = new ArrayList<>();
    final Findings findings = new Findings();
    final Set<String> symbols = new TreeSet<>();

    /** Rows of the source that are in this batch, rejected ones too. */
    long read;

    /** How much of the source has been read with this batch. */
    double fraction = Double.NaN;

    /** The last line that is in this batch. */
    long lastLine;

    Batch(int expectedRows, int expectedBytes) {
        bytes = new byte[Math.max(1024, expectedBytes)];
        starts = new int[expectedRows + 1];
        lines = new long[expectedRows];
        times = new long[expectedRows];
        raws = new String[expectedRows];
    }

    int rows() {
        return rows;
    }

    int size() {
        return size;
    }

    byte[] bytes() {
        return bytes;
    }

    /** Where a row's bytes start; those of the last one end at {@code start(rows())}. */
    int start(int row) {
        return starts[row];
    }

    long line(int row) {
        return lines[row];
    }

    long time(int row) {
        return times[row];
    }

    String raw(int row) {
        return raws[row];
    }

    void begin(int columns) {
        if (rows == lines.length) {
            int more = 2 * rows;
            starts = Arrays.copyOf(starts, more + 1);
            lines = Arrays.copyOf(lines, more);
            times = Arrays.copyOf(times, more);
            raws = Arrays.copyOf(raws, more);
        }
        starts[rows] = size;
        int2(columns);
    }

    void end(long line, long time, String raw) {
        lines[rows] = line;
        times[rows] = time;
        raws[rows] = raw;
        starts[++rows] = size;
    }

    private void room(int count) {
        if (size + count > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(size + count, bytes.length + bytes.length / 2));
        }
    }

    private void int2(int value) {
        room(2);
        bytes[size++] = (byte) (value >> 8);
        bytes[size++] = (byte) value;
    }

    private void int4(int value) {
        room(4);
        bytes[size++] = (byte) (value >> 24);
        bytes[size++] = (byte) (value >> 16);
        bytes[size++] = (byte) (value >> 8);
        bytes[size++] = (byte) value;
    }

    private void int8(long value) {
        int4((int) (value >> 32));
        int4((int) value);
    }

    void putNull() {
        int4(-1);
    }

    void putWhole(long value) {
        int4(8);
        int8(value);
    }

    void putFlag(boolean value) {
        int4(1);
        room(1);
        bytes[size++] = (byte) (value ? 1 : 0);
    }

    void putTime(long micros) {
        putWhole(micros - EPOCH_SECONDS * 1_000_000);
    }

    void putDate(long days) {
        int4(4);
        int4((int) (days - EPOCH_DAYS));
    }

    void putText(String text) {
        int at = size;
        int4(text.length());
        room(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 0x80) {
                size = at;
                byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
                int4(encoded.length);
                room(encoded.length);
                System.arraycopy(encoded, 0, bytes, size, encoded.length);
                size += encoded.length;
                return;
            }
            bytes[size++] = (byte) c;
        }
    }

    void putTexts(List<String> texts) {
        int at = size;
        int4(0);
        int4(texts.isEmpty() ? 0 : 1); // dimensions
        int4(0); // no nulls
        int4(TEXT_TYPE);
        if (!texts.isEmpty()) {
            int4(texts.size());
            int4(1); // its first subscript
            texts.forEach(this::putText);
        }
        int end = size;
        size = at;
        int4(end - at - 4);
        size = end;
    }

    /** A number of at most 18 digits: digits to the base of 10,000, the decimal point between two of them. */
    void putNumber(long unscaled, int scale) {
        long rest = Math.abs(unscaled);
        int pad = -scale & 3;
        if (pad > 0 && rest > Long.MAX_VALUE / 1000) {
            putNumber(BigDecimal.valueOf(unscaled, scale));
            return;
        }
        for (int i = 0; i < pad; i++) {
            rest *= 10;
        }
        int after = (scale + pad) / 4; // digits after the point
        int count = 0;
        for (long left = rest; left != 0; left /= DIGIT) {
            count++;
        }
        header(count, count - 1 - after, unscaled < 0, scale);
        int end = size + 2 * count;
        room(2 * count);
        for (int at = end - 2; at >= size; at -= 2) {
            int digit = (int) (rest % DIGIT);
            rest /= DIGIT;
            bytes[at] = (byte) (digit >> 8);
            bytes[at + 1] = (byte) digit;
        }
        size = end;
    }

    void putNumber(BigDecimal value) {
        int scale = value.scale();
        int pad = -scale & 3;
        BigInteger rest = value.unscaledValue().abs().multiply(BigInteger.TEN.pow(pad));
        List<Integer> digits = new ArrayList<>();
        while (rest.signum() != 0) {
            BigInteger[] parts = rest.divideAndRemainder(BIG_DIGIT);
            digits.add(parts[1].intValue());
            rest = parts[0];
        }
        header(digits.size(), digits.size() - 1 - (scale + pad) / 4, value.signum() < 0, scale);
        for (int i = digits.size() - 1; i >= 0; i--) {
            int2(digits.get(i));
        }
    }

    private void header(int digits, int weight, boolean negative, int scale) {
        int4(8 + 2 * digits);
        int2(digits);
        int2(digits == 0 ? 0 : weight);
        int2(negative ? 0x4000 : 0);
        int2(scale);
    }
}
