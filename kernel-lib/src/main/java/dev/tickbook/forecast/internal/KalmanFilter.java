package dev.tickbook.forecast.internal;

import java.util.Arrays;

/**
 * The Kalman filter of an ARIMA model whose errors have variance 1. It does what {@link ExactLikelihood} cannot: missing
 * values, levels instead of differences, and the state at the end, from which forecasts start.
 *
 * <p>The state is what is expected of the next values of the stationary part, then the last values of the series itself.
 * Nothing is known of those at first, which is written as a very large variance; the observations that only tell where the
 * series is (their error's variance is above {@link #DIFFUSE}) do not count in the likelihood.
 */
public final class KalmanFilter {

    private static final double UNKNOWN = 1e8;

    /** Variance above which an error tells of the unknown start only. */
    public static final double DIFFUSE = 1e5;

    private final ArmaStructure structure;
    private final int armaDimension;
    private final int dimension;
    private final double[] differencing;
    private final int[] differencingLags;

    final double[][] errors;

    final double[] variances;

    private final double[][] columns;
    private final double[][] states;
    private double[][] covariance;
    private double[] phi;
    private double[] psi;

    /**
     * @param differencing coefficients, by lag, of {@code y[t] = w[t] + differencing[1]·y[t-1] + …}
     * @param columns a series, NaN where it is missing, and after it its regressors
     */
    public KalmanFilter(ArmaStructure structure, double[] differencing, double[]... columns) {
        this.structure = structure;
        this.differencing = differencing;
        this.columns = columns;
        armaDimension = structure.stateDimension();
        dimension = armaDimension + differencing.length - 1;
        int[] lags = new int[differencing.length];
        int count = 0;
        for (int lag = 1; lag < differencing.length; lag++) {
            if (differencing[lag] != 0) {
                lags[count++] = lag;
            }
        }
        differencingLags = Arrays.copyOf(lags, count);
        errors = new double[columns.length][columns[0].length];
        variances = new double[columns[0].length];
        states = new double[columns.length][dimension];
    }

    /** @return false where the model is not stationary */
    public boolean run(double[] coefficients) {
        phi = structure.ar(coefficients);
        double[] theta = structure.ma(coefficients);
        double[] gamma = Autocovariance.of(structure, phi, theta, armaDimension);
        if (gamma == null) {
            return false;
        }
        psi = Autocovariance.psi(structure, phi, theta, armaDimension);
        start(gamma);
        double[] y = columns[0];
        double[] along = new double[dimension];
        double[] alongBefore = new double[dimension];
        int unchanged = 0;
        double variance = 0;
        for (int t = 0; t < y.length; t++) {
            boolean observed = !Double.isNaN(y[t]);
            boolean settled = observed && unchanged > dimension;
            if (!settled) {
                System.arraycopy(along, 0, alongBefore, 0, dimension);
                variance = alongObservation(along);
                unchanged = observed && same(along, alongBefore) ? unchanged + 1 : 0;
            }
            variances[t] = variance;
            for (int k = 0; k < columns.length; k++) {
                double[] state = states[k];
                double error = observed ? columns[k][t] - observation(state) : Double.NaN;
                errors[k][t] = error;
                if (observed) {
                    double v = error / variance;
                    for (int i = 0; i < dimension; i++) {
                        state[i] += along[i] * v;
                    }
                }
                advance(state);
            }
            if (!settled) {
                if (observed) {
                    for (int i = 0; i < dimension; i++) {
                        double share = along[i] / variance;
                        double[] row = covariance[i];
                        if (share != 0) {
                            for (int j = 0; j < dimension; j++) {
                                row[j] -= share * along[j];
                            }
                        }
                    }
                }
                advanceCovariance();
            }
        }
        return true;
    }

    /** @return the one-step errors of the series, not scaled, NaN where it is missing */
    public double[] errors() {
        return errors[0];
    }

    /** @return the variances of those errors, in units of that of the model's errors */
    public double[] variances() {
        return variances;
    }

    private void start(double[] gamma) {
        covariance = new double[dimension][dimension];
        for (int i = 0; i < armaDimension; i++) {
            for (int j = i; j < armaDimension; j++) {
                double explained = i == 0 ? 0 : covariance[i - 1][j - 1] - psi[i - 1] * psi[j - 1];
                covariance[i][j] = i == 0 ? gamma[j] : explained;
                covariance[j][i] = covariance[i][j];
            }
        }
        for (int i = armaDimension; i < dimension; i++) {
            covariance[i][i] = UNKNOWN;
        }
        for (double[] state : states) {
            Arrays.fill(state, 0);
        }
    }

    private static boolean same(double[] a, double[] b) {
        for (int i = 0; i < a.length; i++) {
            if (Math.abs(a[i] - b[i]) > 1e-12) {
                return false;
            }
        }
        return true;
    }

    private double observation(double[] state) {
        double sum = state[0];
        for (int lag : differencingLags) {
            sum += differencing[lag] * state[armaDimension + lag - 1];
        }
        return sum;
    }

    /** Covariance of the state with the next observation. @return the variance of that */
    private double alongObservation(double[] along) {
        System.arraycopy(covariance[0], 0, along, 0, dimension);
        for (int lag : differencingLags) {
            double[] row = covariance[armaDimension + lag - 1];
            double delta = differencing[lag];
            for (int i = 0; i < dimension; i++) {
                along[i] += delta * row[i];
            }
        }
        return observation(along);
    }

    /** Moves a state, or a row of the covariance, one step on. */
    private void advance(double[] state) {
        double now = observation(state);
        double ahead = 0;
        for (int lag : structure.arLags) {
            ahead += phi[lag] * state[armaDimension - lag];
        }
        System.arraycopy(state, 1, state, 0, armaDimension - 1);
        state[armaDimension - 1] = ahead;
        if (dimension > armaDimension) {
            System.arraycopy(state, armaDimension, state, armaDimension + 1, dimension - armaDimension - 1);
            state[armaDimension] = now;
        }
    }

    private void advanceCovariance() {
        double[] now = covariance[0].clone();
        for (int lag : differencingLags) {
            add(now, covariance[armaDimension + lag - 1], differencing[lag]);
        }
        double[] ahead = new double[dimension];
        for (int lag : structure.arLags) {
            add(ahead, covariance[armaDimension - lag], phi[lag]);
        }
        System.arraycopy(covariance, 1, covariance, 0, armaDimension - 1);
        covariance[armaDimension - 1] = ahead;
        if (dimension > armaDimension) {
            System.arraycopy(covariance, armaDimension, covariance, armaDimension + 1, dimension - armaDimension - 1);
            covariance[armaDimension] = now;
        }
        for (double[] row : covariance) {
            advance(row);
        }
        for (int i = 0; i < armaDimension; i++) {
            for (int j = 0; j < armaDimension; j++) {
                covariance[i][j] += psi[i] * psi[j];
            }
        }
    }

    private static void add(double[] sum, double[] row, double factor) {
        for (int i = 0; i < sum.length; i++) {
            sum[i] += factor * row[i];
        }
    }

    /**
     * What follows the series, after {@link #run}; the filter cannot be used afterwards.
     *
     * @param column which of the columns
     * @return means and variances
     */
    public double[][] ahead(int column, int horizon) {
        double[][] result = new double[2][horizon];
        double[] state = states[column];
        double[] along = new double[dimension];
        for (int h = 0; h < horizon; h++) {
            result[0][h] = observation(state);
            result[1][h] = alongObservation(along);
            advance(state);
            advanceCovariance();
        }
        return result;
    }
}
