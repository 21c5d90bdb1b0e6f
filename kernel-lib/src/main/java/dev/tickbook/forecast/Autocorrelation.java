package dev.tickbook.forecast;

/**
 * Autocorrelations of a series. A pair with a missing value is left out of the sum; the divisor stays, as in R's
 * {@code acf(na.action = na.pass)}.
 */
final class Autocorrelation {

    private Autocorrelation() {}

    /** @return those of lag 0, which is 1, to {@code lags} */
    static double[] acf(double[] values, int lags) {
        double mean = Observations.mean(values);
        int observed = Observations.count(values);
        double[] correlation = new double[lags + 1];
        for (int lag = 0; lag <= lags; lag++) {
            double sum = 0;
            int pairs = 0;
            for (int i = lag; i < values.length; i++) {
                double product = (values[i] - mean) * (values[i - lag] - mean);
                if (!Double.isNaN(product)) {
                    sum += product;
                    pairs++;
                }
            }
            // R divides by the pairs that are there plus the lag, which is the length if none is missing
            correlation[lag] = sum / (pairs + lag);
        }
        double variance = correlation[0];
        for (int lag = 0; lag <= lags; lag++) {
            correlation[lag] /= variance;
        }
        return correlation;
    }

    /** @return the last coefficient of the autoregression of each order from 1 on */
    static double[] pacf(double[] acf) {
        double[] partial = new double[acf.length - 1];
        double[] coefficients = new double[0];
        double variance = acf[0];
        for (int order = 1; order < acf.length; order++) {
            coefficients = extended(coefficients, acf, variance);
            partial[order - 1] = coefficients[order - 1];
            variance *= 1 - partial[order - 1] * partial[order - 1];
        }
        return partial;
    }

    /**
     * One step of Durbin's and Levinson's recursion.
     *
     * @param coefficients of the autoregression of the order before
     * @param covariance autocovariances or autocorrelations from lag 0 on
     * @param variance what that autoregression leaves unexplained, in the same measure
     * @return the coefficients of the autoregression of the next order
     */
    static double[] extended(double[] coefficients, double[] covariance, double variance) {
        int order = coefficients.length + 1;
        double rest = covariance[order];
        for (int i = 0; i < order - 1; i++) {
            rest -= coefficients[i] * covariance[order - 1 - i];
        }
        double last = rest / variance;
        double[] next = new double[order];
        for (int i = 0; i < order - 1; i++) {
            next[i] = coefficients[i] - last * coefficients[order - 2 - i];
        }
        next[order - 1] = last;
        return next;
    }
}
