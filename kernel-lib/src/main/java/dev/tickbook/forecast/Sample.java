package dev.tickbook.forecast;

import dev.tickbook.TickbookException;
import java.util.Arrays;

/**
 * What a model is estimated from.
 *
 * @param original the series as it was given
 * @param from where its first value is that is not missing
 * @param values the series from there to its last value that is not missing, transformed
 * @param given the regressors, as long as the original series
 */
record Sample(double[] original, int period, BoxCox boxCox, int from, double[] values, double[][] given) {

    static Sample of(TimeSeries series, BoxCox boxCox, double[]... regressors) {
        double[] original = Observations.of(series, "ARIMA", 1);
        int from = original.length;
        int to = 0;
        for (int t = 0; t < original.length; t++) {
            if (!Double.isNaN(original[t])) {
                from = Math.min(from, t);
                to = t + 1;
            }
        }
        for (int k = 0; k < regressors.length; k++) {
            check(regressors[k], k, original.length);
        }
        double[] values = Arrays.copyOfRange(original, from, to);
        return new Sample(
                original,
                series.period(),
                boxCox,
                from,
                boxCox == null ? values : boxCox.transform(values),
                Arrays.stream(regressors).map(double[]::clone).toArray(double[][]::new));
    }

    private static void check(double[] regressor, int number, int length) {
        if (regressor.length != length) {
            throw new TickbookException("Regressor " + (number + 1) + " has " + regressor.length
                    + " values, and the series has " + length + ". They must be as many.");
        }
        for (double v : regressor) {
            if (!Double.isFinite(v)) {
                throw new TickbookException("Regressor " + (number + 1)
                        + " has values that are missing or infinite. Only the series itself may have gaps.");
            }
        }
    }

    int observed() {
        return (int) Arrays.stream(values).filter(v -> !Double.isNaN(v)).count();
    }

    /** How many values are missing at the end: a forecast has to cross them first. */
    int missingAtEnd() {
        return original.length - from - values.length;
    }

    /** The regressors where {@link #values} are: the mean, or the straight line, and then those that were given. */
    double[][] regressors(boolean mean, boolean drift) {
        double[][] all = allRegressors(mean, drift, original.length, given);
        for (int k = 0; k < all.length; k++) {
            all[k] = Arrays.copyOfRange(all[k], from, from + values.length);
        }
        return all;
    }

    static double[][] allRegressors(boolean mean, boolean drift, int length, double[][] given) {
        int own = (mean ? 1 : 0) + (drift ? 1 : 0);
        double[][] all = new double[own + given.length][];
        if (mean) {
            all[0] = new double[length];
            Arrays.fill(all[0], 1);
        }
        if (drift) {
            all[own - 1] = new double[length];
            for (int t = 0; t < length; t++) {
                all[own - 1][t] = t + 1;
            }
        }
        System.arraycopy(given, 0, all, own, given.length);
        return all;
    }

    /** Whether w does not vary, but for rounding of values as large as these. */
    static boolean isConstant(double[] w, double[] values) {
        double smallest = Double.POSITIVE_INFINITY;
        double largest = Double.NEGATIVE_INFINITY;
        for (double v : w) {
            if (!Double.isNaN(v)) {
                smallest = Math.min(smallest, v);
                largest = Math.max(largest, v);
            }
        }
        double size = 0;
        for (double v : values) {
            size = Math.abs(v) > size ? Math.abs(v) : size;
        }
        return !(largest - smallest > 1e-13 * size);
    }
}
