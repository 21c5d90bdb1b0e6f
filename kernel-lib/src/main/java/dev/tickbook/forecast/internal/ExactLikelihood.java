package dev.tickbook.forecast.internal;

import java.util.Arrays;

/**
 * The exact Gaussian likelihood of a complete, stationary series.
 *
 * <p>The filter is that of Morf, Sidhu and Kailath (1974): its work per observation grows with the dimension of the state,
 * not with its square as the Kalman filter's. The state is what is expected of the next values (Akaike 1974).
 */
final class ExactLikelihood extends Likelihood {

    private final ArmaStructure structure;
    private final double[][] columns;
    private final double[][] filtered;
    private final double[][] expected;
    private final double[] gain;
    private final double[] loss;
    private final Projection projection;
    private final int length;
    private final int dimension;

    /** @param columns the series, and after it its regressors */
    ExactLikelihood(ArmaStructure structure, double[][] columns) {
        super(structure);
        this.structure = structure;
        this.columns = columns;
        length = columns[0].length;
        dimension = structure.stateDimension();
        filtered = new double[columns.length][length];
        expected = new double[columns.length][length + dimension];
        gain = new double[dimension];
        loss = new double[length + dimension];
        projection = new Projection(columns.length - 1);
    }

    @Override
    public int terms() {
        return length;
    }

    @Override
    double[] regression() {
        return projection.coefficients();
    }

    @Override
    double at(double[] coefficients, double[] terms) {
        double[] phi = structure.ar(coefficients);
        double[] theta = structure.ma(coefficients);
        double[] gamma = Autocovariance.of(structure, phi, theta, dimension);
        if (gamma == null) {
            return Double.POSITIVE_INFINITY;
        }
        double logDeterminant = filter(phi, theta, gamma);
        double sum = projection.residuals(filtered, 0, length);
        double root = Math.exp(logDeterminant / (2 * length));
        double[] e = filtered[0];
        for (int t = 0; t < length; t++) {
            terms[t] = e[t] * root;
        }
        double result = sum * root * root;
        return result < Double.MAX_VALUE ? result : Double.POSITIVE_INFINITY;
    }

    /** @return the logarithm of the determinant */
    private double filter(double[] phi, double[] theta, double[] gamma) {
        double variance = gamma[0];
        for (int i = 0; i < dimension; i++) {
            gain[i] = gamma[i + 1];
            loss[i] = gamma[i + 1];
        }
        for (double[] state : expected) {
            Arrays.fill(state, 0, dimension, 0);
        }
        double logDeterminant = 0;
        double product = 1;
        int last = dimension - 1;
        int t = 0;
        for (; t < length; t++) {
            product *= variance;
            if (product > 1e100 || product < 1e-100) {
                logDeterminant += Math.log(product);
                product = 1;
            }
            double deviation = Math.sqrt(variance);
            for (int k = 0; k < columns.length; k++) {
                step(k, t, phi, deviation);
            }
            loss[t + dimension] = 0;
            double ahead = 0;
            for (int lag : structure.arLags) {
                ahead += phi[lag] * loss[t + dimension - lag];
            }
            double first = loss[t];
            double ratio = first / variance;
            loss[t + dimension] = ahead;
            if (ratio != 0) {
                for (int i = 0; i <= last; i++) {
                    double next = loss[t + 1 + i];
                    double g = gain[i];
                    loss[t + 1 + i] = next - g * ratio;
                    gain[i] = g - ratio * next;
                }
                variance -= first * ratio;
                if (!(variance > 0)) {
                    return Double.NaN;
                }
            }
            if ((t & 7) == 7 && steady(t + 1)) {
                t++;
                break;
            }
        }
        logDeterminant += Math.log(product);
        // The variance no longer changes.
        if (t < length) {
            logDeterminant += (length - t) * Math.log(variance);
            double deviation = Math.sqrt(variance);
            boolean invertible = Math.abs(variance - 1) < 1e-9 && t >= dimension;
            for (int k = 0; k < columns.length; k++) {
                if (invertible) {
                    continueByEquation(columns[k], phi, theta, filtered[k], t);
                } else {
                    for (int s = t; s < length; s++) {
                        step(k, s, phi, deviation);
                    }
                }
            }
        }
        return logDeterminant;
    }

    private boolean steady(int from) {
        for (int i = from; i < from + dimension; i++) {
            if (Math.abs(loss[i]) > 1e-13) {
                return false;
            }
        }
        return true;
    }

    private void step(int column, int t, double[] phi, double deviation) {
        double[] state = expected[column];
        double e = (columns[column][t] - state[t]) / deviation;
        filtered[column][t] = e;
        double ahead = 0;
        for (int lag : structure.arLags) {
            ahead += phi[lag] * state[t + dimension - lag];
        }
        state[t + dimension] = ahead;
        double v = e / deviation;
        for (int i = 0; i < dimension; i++) {
            state[t + 1 + i] += gain[i] * v;
        }
    }

    /** Errors that were in units of their deviation are errors as they are once that is 1. */
    private void continueByEquation(double[] w, double[] phi, double[] theta, double[] e, int from) {
        for (int t = from; t < length; t++) {
            double sum = w[t];
            for (int lag : structure.arLags) {
                sum -= phi[lag] * w[t - lag];
            }
            for (int lag : structure.maLags) {
                sum -= theta[lag] * e[t - lag];
            }
            e[t] = sum;
        }
    }
}
