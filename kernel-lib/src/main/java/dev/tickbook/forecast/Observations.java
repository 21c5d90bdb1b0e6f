package dev.tickbook.forecast;

import dev.tickbook.TickbookException;

/** What of a series was observed. */
final class Observations {

    private static final double MAGNITUDE = 1e140;

    private Observations() {}

    /**
     * Reads a series for a model.
     *
     * @return the values; NaN is a missing one
     * @throws TickbookException see {@link #check}
     */
    static double[] of(TimeSeries series, String model, int atLeast) {
        double[] values = series.values();
        check(values, "The " + model + " model", atLeast);
        return values;
    }

    /**
     * @throws TickbookException if a value is infinite, all are too large or too small to be squared, or fewer than
     *     {@code atLeast} were observed
     */
    static void check(double[] values, String user, int atLeast) {
        int observed = count(values);
        double largest = 0;
        for (int i = 0; i < values.length; i++) {
            if (Double.isInfinite(values[i])) {
                throw new TickbookException("Value " + (i + 1) + " of " + values.length
                        + " is infinite. Replace it by a number, or by NaN if it is missing.");
            }
            largest = Double.isNaN(values[i]) ? largest : Math.max(largest, Math.abs(values[i]));
        }
        if (largest > MAGNITUDE || largest > 0 && largest < 1 / MAGNITUDE) {
            throw new TickbookException("The largest value of the series is " + largest
                    + "; its square is no number any more. Give the series in another unit.");
        }
        if (observed < atLeast) {
            throw new TickbookException(user + " needs at least " + atLeast
                    + " observations; the series has " + observed
                    + (observed < values.length ? " and " + (values.length - observed) + " missing values" : "")
                    + ". Give it a longer series.");
        }
    }

    static int count(double[] values) {
        int observed = 0;
        for (double value : values) {
            if (!Double.isNaN(value)) {
                observed++;
            }
        }
        return observed;
    }

    static double mean(double[] values) {
        double sum = 0;
        for (double value : values) {
            if (!Double.isNaN(value)) {
                sum += value;
            }
        }
        return sum / count(values);
    }

    static boolean constant(double[] values) {
        double first = Double.NaN;
        for (double value : values) {
            if (Double.isNaN(first)) {
                first = value;
            } else if (!Double.isNaN(value) && value != first) {
                return false;
            }
        }
        return true;
    }

    /**
     * Fills what is missing: on the line between its neighbours, at the ends with the nearest value. Where there are two
     * whole seasons, the line is drawn through the seasonally adjusted values.
     */
    static double[] filled(double[] values, int period) {
        if (count(values) == values.length) {
            return values;
        }
        double[] straight = interpolated(values);
        if (period == 1 || values.length < 2 * period) {
            return straight;
        }
        double[] season = Decomposition.additive(straight, period).season();
        double[] adjusted = values.clone();
        for (int i = 0; i < values.length; i++) {
            adjusted[i] -= season[i % period];
        }
        double[] filled = interpolated(adjusted);
        for (int i = 0; i < values.length; i++) {
            filled[i] = Double.isNaN(values[i]) ? filled[i] + season[i % period] : values[i];
        }
        return filled;
    }

    private static double[] interpolated(double[] values) {
        double[] filled = values.clone();
        int known = -1;
        for (int i = 0; i < values.length; i++) {
            if (Double.isNaN(values[i])) {
                continue;
            }
            for (int gap = known + 1; gap < i; gap++) {
                double share = known < 0 ? 1 : (double) (gap - known) / (i - known);
                filled[gap] = share * values[i] + (known < 0 ? 0 : (1 - share) * values[known]);
            }
            known = i;
        }
        for (int i = known + 1; i < values.length; i++) {
            filled[i] = values[known];
        }
        return filled;
    }
}
