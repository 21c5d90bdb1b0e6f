package dev.tickbook.accuracy;

import java.util.Locale;

/**
 * A share of trials that were hits, and how sure one can be of it.
 *
 * @param hits how many
 * @param trials of how many
 */
public record Proportion(long hits, long trials) {

    private static final double Z = 1.959963984540054; // of the normal distribution, 95 % lie within

    /** @throws IllegalArgumentException if there are less than no hits, or more than trials */
    public Proportion {
        if (hits < 0 || hits > trials) {
            throw new IllegalArgumentException("There cannot be " + hits + " hits in " + trials + " trials.");
        }
    }

    /** @return hits ÷ trials; NaN without trials */
    public double rate() {
        return trials == 0 ? Double.NaN : (double) hits / trials;
    }

    /** @return the lower end of E. B. Wilson's 95 % interval (1927), which holds for few trials too; NaN without any */
    public double low() {
        return trials == 0 ? Double.NaN : Math.max(0, middle() - reach());
    }

    /** @return the upper end of it */
    public double high() {
        return trials == 0 ? Double.NaN : Math.min(1, middle() + reach());
    }

    private double middle() {
        return (rate() + Z * Z / (2 * trials)) / (1 + Z * Z / trials);
    }

    private double reach() {
        double n = trials;
        return Z * Math.sqrt(rate() * (1 - rate()) / n + Z * Z / (4 * n * n)) / (1 + Z * Z / n);
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%.1f %% (%d of %d; 95 %% interval %.1f to %.1f %%)",
                100 * rate(),
                hits,
                trials,
                100 * low(),
                100 * high());
    }
}
