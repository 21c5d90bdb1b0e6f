package dev.tickbook.datasets;

import java.math.BigDecimal;

/** From binary arithmetic to exact decimals. Prices are counted in cents until they leave the generator. */
final class Decimals {

    private Decimals() {}

    /** A whole number of cents as an amount with two decimals. */
    static BigDecimal cents(long cents) {
        return BigDecimal.valueOf(cents, 2);
    }

    /** The nearest number with so many decimals, halves up. */
    static BigDecimal round(double value, int decimals) {
        long scale = 1;
        for (int i = 0; i < decimals; i++) {
            scale *= 10;
        }
        return BigDecimal.valueOf(Math.round(value * scale), decimals);
    }

    static double clamp(double value, double low, double high) {
        return Math.max(low, Math.min(high, value));
    }
}
