package dev.tickbook.forecast.internal;

import java.util.Arrays;

/**
 * Errors of a complete, stationary series as the difference equation gives them, zero before the first that it reaches. A point
 * is the coefficients of the model. Their derivatives are the
 * series and the errors, filtered again and shifted; regressors stay concentrated out (Kaufman 1975).
 */
final class ConditionalSumOfSquares implements Criterion {

    private final ArmaStructure structure;
    private final double[][] columns;
    private final double[][] filtered;
    private final double[] series;
    private final double[] buffer;
    private final Projection projection;
    private final int length;
    private final int from;

    /** @param columns the series, and after it its regressors */
    ConditionalSumOfSquares(ArmaStructure structure, double[][] columns) {
        this.structure = structure;
        this.columns = columns;
        length = columns[0].length;
        filtered = new double[columns.length][length];
        series = new double[length];
        buffer = new double[length];
        projection = new Projection(columns.length - 1);
        from = structure.arDegree;
    }

    @Override
    public int terms() {
        return length;
    }

    @Override
    public double evaluate(double[] coefficients, double[] terms) {
        double[] phi = structure.ar(coefficients);
        double[] theta = structure.ma(coefficients);
        for (int k = 0; k < columns.length; k++) {
            double[] w = columns[k];
            double[] e = filtered[k];
            for (int t = from; t < length; t++) {
                double sum = w[t];
                for (int lag : structure.arLags) {
                    sum -= phi[lag] * w[t - lag];
                }
                e[t] = sum;
            }
            divide(e, theta, structure.maLags);
        }
        double sum = projection.residuals(filtered, from, length);
        System.arraycopy(filtered[0], 0, terms, 0, length);
        return sum < 1e100 ? sum : Double.POSITIVE_INFINITY;
    }

    /** Divides by a polynomial in the lag operator. */
    private void divide(double[] x, double[] polynomial, int[] lags) {
        for (int t = from; t < length; t++) {
            double sum = x[t];
            for (int lag : lags) {
                if (lag > t - from) {
                    break;
                }
                sum -= polynomial[lag] * x[t - lag];
            }
            x[t] = sum;
        }
    }

    @Override
    public boolean differentiate(double[] coefficients, double[] terms, double[][] jacobian) {
        double[] theta = structure.ma(coefficients);
        double[] regression = projection.coefficients();
        for (int t = 0; t < length; t++) {
            double sum = columns[0][t];
            for (int k = 0; k < regression.length; k++) {
                sum -= regression[k] * columns[k + 1][t];
            }
            series[t] = sum;
        }
        int p = structure.p;
        int q = structure.q;
        int seasonalP = structure.seasonalP;
        int seasonalQ = structure.seasonalQ;
        int period = structure.period;
        autoregressive(jacobian, 0, p, 1, coefficients, p + q, seasonalP, period, theta);
        autoregressive(jacobian, p + q, seasonalP, period, coefficients, 0, p, 1, theta);
        movingAverage(jacobian, p, q, 1, coefficients, terms);
        movingAverage(jacobian, p + q + seasonalP, seasonalQ, period, coefficients, terms);
        for (double[] column : jacobian) {
            for (int k = 1; k < filtered.length; k++) {
                double part = Projection.dot(column, filtered[k], from, length);
                for (int t = from; t < length; t++) {
                    column[t] -= part * filtered[k][t];
                }
            }
        }
        return true;
    }

    /** By one factor of the autoregression: the series, filtered with the other, at the lags of the first. */
    private void autoregressive(
            double[][] jacobian,
            int first,
            int count,
            int step,
            double[] coefficients,
            int otherFirst,
            int otherCount,
            int otherStep,
            double[] theta) {
        if (count == 0) {
            return;
        }
        for (int t = 0; t < length; t++) {
            double sum = series[t];
            for (int j = 1; j <= otherCount && j * otherStep <= t; j++) {
                sum -= coefficients[otherFirst + j - 1] * series[t - j * otherStep];
            }
            buffer[t] = sum;
        }
        for (int j = 1; j <= count; j++) {
            double[] column = jacobian[first + j - 1];
            Arrays.fill(column, 0, from, 0);
            for (int t = from; t < length; t++) {
                column[t] = -buffer[t - j * step];
            }
            divide(column, theta, structure.maLags);
        }
    }

    /** By one factor of the moving average: the errors, divided by it, at its lags. */
    private void movingAverage(
            double[][] jacobian, int first, int count, int step, double[] coefficients, double[] errors) {
        if (count == 0) {
            return;
        }
        double[] factor = new double[count * step + 1];
        int[] lags = new int[count];
        for (int j = 1; j <= count; j++) {
            factor[j * step] = coefficients[first + j - 1];
            lags[j - 1] = j * step;
        }
        System.arraycopy(errors, 0, buffer, 0, length);
        divide(buffer, factor, lags);
        for (int j = 1; j <= count; j++) {
            double[] column = jacobian[first + j - 1];
            int lag = j * step;
            Arrays.fill(column, 0, Math.min(length, from + lag), 0);
            for (int t = from + lag; t < length; t++) {
                column[t] = -buffer[t - lag];
            }
        }
    }
}
