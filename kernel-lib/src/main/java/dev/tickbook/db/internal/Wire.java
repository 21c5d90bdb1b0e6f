package dev.tickbook.db.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Numbers as PostgreSQL's binary format has them. */
final class Wire {

    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private static final int NEGATIVE = 0x4000;
    private static final int POSITIVE_INFINITY = 0xD000;
    private static final int NEGATIVE_INFINITY = 0xF000;
    private static final double[] POWERS_OF_TEN = new double[23];

    static {
        for (int i = 0; i < POWERS_OF_TEN.length; i++) {
            POWERS_OF_TEN[i] = Double.parseDouble("1e" + i);
        }
    }

    /** What precedes the rows of a binary COPY: a signature of 11 bytes, flags, and the length of an extension that is empty. */
    static final int COPY_HEADER = 19;

    private Wire() {}

    static byte[] joined(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    /** Whether what ends a binary COPY is at this place. */
    static boolean isTrailer(byte[] bytes, int at) {
        return at + 2 <= bytes.length && int2(bytes, at) < 0;
    }

    /** Where the row that starts here ends; -1 if its end is not in these bytes, or the trailer is here. */
    static int endOfRow(byte[] bytes, int at, int columns) {
        if (at + 2 > bytes.length || isTrailer(bytes, at)) {
            return -1;
        }
        int value = at + 2;
        for (int i = 0; i < columns; i++) {
            if (value + 4 > bytes.length) {
                return -1;
            }
            value += 4 + Math.max(0, int4(bytes, value));
        }
        return value <= bytes.length ? value : -1;
    }

    static short int2(byte[] bytes, int at) {
        return (short) SHORT.get(bytes, at);
    }

    static int int4(byte[] bytes, int at) {
        return (int) INT.get(bytes, at);
    }

    static long int8(byte[] bytes, int at) {
        return (long) LONG.get(bytes, at);
    }

    /**
     * The double nearest to a numeric, which is digits to the base of 10,000. Whole numbers below 2^53 and powers of ten
     * up to the 22nd are exact as doubles, so that one division rounds correctly; anything longer goes the slow way.
     */
    static double numeric(byte[] bytes, int at) {
        int digits = int2(bytes, at);
        int weight = int2(bytes, at + 2);
        int sign = int2(bytes, at + 4) & 0xFFFF;
        if (sign != 0 && sign != NEGATIVE) {
            return sign == POSITIVE_INFINITY
                    ? Double.POSITIVE_INFINITY
                    : sign == NEGATIVE_INFINITY ? Double.NEGATIVE_INFINITY : Double.NaN;
        }
        int decimals = 4 * (digits - 1 - weight);
        double value = digits <= 4 && decimals >= -12 && decimals <= 22
                ? quick(bytes, at + 8, digits, decimals)
                : exact(bytes, at + 8, digits, decimals);
        return sign == NEGATIVE ? -value : value;
    }

    private static double quick(byte[] bytes, int at, int digits, int decimals) {
        long whole = whole(bytes, at, digits);
        if (whole > 1L << 53) {
            return exact(bytes, at, digits, decimals);
        }
        return decimals >= 0 ? whole / POWERS_OF_TEN[decimals] : whole * POWERS_OF_TEN[-decimals];
    }

    private static double exact(byte[] bytes, int at, int digits, int decimals) {
        return new BigDecimal(bigWhole(bytes, at, digits), decimals).doubleValue();
    }

    private static long whole(byte[] bytes, int at, int digits) {
        long whole = 0;
        for (int i = 0; i < digits; i++) {
            whole = whole * 10_000 + int2(bytes, at + 2 * i);
        }
        return whole;
    }

    private static BigInteger bigWhole(byte[] bytes, int at, int digits) {
        BigInteger whole = BigInteger.ZERO;
        for (int i = 0; i < digits; i++) {
            whole = whole.multiply(BigInteger.valueOf(10_000)).add(BigInteger.valueOf(int2(bytes, at + 2 * i)));
        }
        return whole;
    }

    /** Whether a numeric is neither NaN nor infinite. */
    static boolean isNumber(byte[] bytes, int at) {
        int sign = int2(bytes, at + 4) & 0xFFFF;
        return sign == 0 || sign == NEGATIVE;
    }

    /** A numeric times ten to the scale, which is not less than that of the numeric. */
    static BigInteger unscaled(byte[] bytes, int at, int scale) {
        int digits = int2(bytes, at);
        int weight = int2(bytes, at + 2);
        BigInteger whole =
                digits <= 4 ? BigInteger.valueOf(whole(bytes, at + 8, digits)) : bigWhole(bytes, at + 8, digits);
        int zeros = scale - 4 * (digits - 1 - weight);
        BigInteger value = zeros >= 0
                ? whole.multiply(BigInteger.TEN.pow(zeros))
                : whole.divide(BigInteger.TEN.pow(-zeros)); // exact: these are zeros that fill up the last digit
        return int2(bytes, at + 4) == NEGATIVE ? value.negate() : value;
    }
}
