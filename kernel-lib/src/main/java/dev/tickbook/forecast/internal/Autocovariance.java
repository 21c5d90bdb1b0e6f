package dev.tickbook.forecast.internal;

/** Second moments of a stationary ARMA process whose errors have variance 1. */
final class Autocovariance {

    private Autocovariance() {}

    /**
     * Autocovariances at lags 0 … last: those of the autoregression by the Durbin–Levinson recursion, down and up, then
     * smoothed by the moving average. No linear system is solved, so long seasons cost little.
     *
     * @return them, or null where the process is not stationary
     */
    static double[] of(ArmaStructure structure, double[] phi, double[] theta, int last) {
        int p = structure.arDegree;
        int q = structure.maDegree;
        double[] autoregressive = autoregression(structure, phi, last + q);
        if (autoregressive == null) {
            return null;
        }
        double[] smoothing = new double[q + 1];
        int[] lags = structure.maLags;
        smoothing[0] = 1;
        for (int lag : lags) {
            smoothing[0] += theta[lag] * theta[lag];
            smoothing[lag] += theta[lag];
            for (int other : lags) {
                if (other > lag) {
                    smoothing[other - lag] += theta[lag] * theta[other];
                }
            }
        }
        double[] gamma = new double[last + 1];
        for (int k = 0; k <= last; k++) {
            gamma[k] = smoothing[0] * autoregressive[k];
        }
        for (int j = 1; j <= q; j++) {
            double c = smoothing[j];
            if (c != 0) {
                for (int k = 0; k <= last; k++) {
                    gamma[k] += c * (autoregressive[k + j] + autoregressive[Math.abs(k - j)]);
                }
            }
        }
        return p == 0 && q == 0 ? white(last) : gamma;
    }

    private static double[] white(int last) {
        double[] gamma = new double[last + 1];
        gamma[0] = 1;
        return gamma;
    }

    private static double[] autoregression(ArmaStructure structure, double[] phi, int last) {
        int p = structure.arDegree;
        double[][] levels = new double[p + 1][];
        levels[p] = phi;
        double variance = 1;
        for (int k = p; k > 0; k--) {
            double partial = levels[k][k];
            if (!(Math.abs(partial) < 1)) {
                return null;
            }
            variance /= 1 - partial * partial;
            levels[k - 1] = new double[k];
            for (int j = 1; j < k; j++) {
                levels[k - 1][j] = (levels[k][j] + partial * levels[k][k - j]) / (1 - partial * partial);
            }
        }
        double[] gamma = new double[Math.max(last, p) + 1];
        gamma[0] = variance;
        for (int k = 1; k <= p; k++) {
            double partial = levels[k][k];
            double sum = partial * variance;
            for (int j = 1; j < k; j++) {
                sum += levels[k - 1][j] * gamma[k - j];
            }
            gamma[k] = sum;
            variance *= 1 - partial * partial;
        }
        for (int k = p + 1; k <= last; k++) {
            for (int lag : structure.arLags) {
                gamma[k] += phi[lag] * gamma[k - lag];
            }
        }
        return gamma;
    }

    /** @return ψ[0] … ψ[count-1] of the process as a sum of its past errors */
    static double[] psi(ArmaStructure structure, double[] phi, double[] theta, int count) {
        double[] psi = new double[count];
        for (int k = 0; k < count; k++) {
            double sum = k < theta.length ? theta[k] : 0;
            for (int lag : structure.arLags) {
                if (lag > k) {
                    break;
                }
                sum += phi[lag] * psi[k - lag];
            }
            psi[k] = sum;
        }
        return psi;
    }
}
