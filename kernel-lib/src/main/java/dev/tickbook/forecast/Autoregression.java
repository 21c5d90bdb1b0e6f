package dev.tickbook.forecast;

import dev.tickbook.TickbookException;
import java.util.Arrays;

/**
 * An autoregression about the mean: each value a weighted sum of the ones before. The weights solve the Yule–Walker
 * equations, which makes the model stationary whatever the series; the order is the one with the least AIC. As R's
 * {@code ar(method = "yule-walker")} and its {@code predict}. The quick relative of ARIMA.
 *
 * <p>Brockwell and Davis, Time Series: Theory and Methods, 2nd edition 1991, section 8.1 and proposition 5.2.1 (the
 * recursion of Durbin and Levinson).
 */
public final class Autoregression implements Forecaster {

    private static final int FEWEST = 5;
    private final int order;

    /** Chooses the order, up to 10·log₁₀ of the number of observations. */
    public Autoregression() {
        this.order = -1;
    }

    /**
     * Takes a given order.
     *
     * @param order how many values before count, 0 or more
     * @throws IllegalArgumentException if it is negative
     */
    public Autoregression(int order) {
        if (order < 0) {
            throw new IllegalArgumentException("The order of an autoregression is 0 or more, not " + order + ".");
        }
        this.order = order;
    }

    @Override
    public String name() {
        return order < 0 ? "autoregression" : "AR(" + order + ")";
    }

    /**
     * {@inheritDoc}
     *
     * @throws TickbookException if a value is missing or infinite, fewer than 5 are there, or the order is not below their
     *     number
     */
    @Override
    public FittedModel fit(TimeSeries series) {
        double[] values = Observations.of(series, name(), FEWEST);
        int n = values.length;
        if (Observations.count(values) < n) {
            throw new TickbookException("An autoregression needs a complete series; " + (n - Observations.count(values))
                    + " of " + n + " values are missing. Fill them, or use ARIMA, which does without them.");
        }
        if (order > n - 2) {
            throw new TickbookException("An autoregression of order " + order + " needs at least " + (order + 2)
                    + " observations; the series has " + n + ". Take a lower order.");
        }
        double mean = Observations.mean(values);
        boolean constant = Observations.constant(values);
        int highest = constant ? 0 : order >= 0 ? order : (int) Math.min(n - 2, Math.floor(10 * Math.log10(n)));
        double[] covariance = covariances(values, mean, highest);
        double[] weights = new double[0];
        double[] chosen = weights;
        double chosenVariance = covariance[0];
        double variance = covariance[0];
        double least = n * Math.log(variance);
        for (int p = 1; p <= highest; p++) {
            weights = Autocorrelation.extended(weights, covariance, variance);
            double last = weights[p - 1];
            variance *= 1 - last * last;
            double aic = n * Math.log(variance) + 2 * p;
            if (order >= 0 || aic < least) {
                least = aic;
                chosen = weights;
                chosenVariance = variance;
            }
        }
        int p = chosen.length;
        double[] phi = chosen;
        double sigma2 = constant ? 0 : chosenVariance * n / (n - (p + 1));
        double[] fitted = new double[n];
        Arrays.fill(fitted, 0, p, Double.NaN);
        for (int i = p; i < n; i++) {
            fitted[i] = next(values, i, phi, mean);
        }
        String name = "AR(" + p + ")";
        return new BaselineModel(name, values, fitted, (horizon, levels) -> {
            double[] path = Arrays.copyOf(values, n + horizon);
            double[] response = new double[horizon]; // to a shock of 1 so many steps before
            double[] error = new double[horizon];
            double responses = 0;
            for (int h = 0; h < horizon; h++) {
                path[n + h] = next(path, n + h, phi, mean);
                response[h] = h == 0 ? 1 : 0;
                for (int lag = 1; lag <= Math.min(p, h); lag++) {
                    response[h] += phi[lag - 1] * response[h - lag];
                }
                responses += response[h] * response[h];
                error[h] = Math.sqrt(sigma2 * responses);
            }
            return Intervals.normal(name, Arrays.copyOfRange(path, n, n + horizon), error, levels);
        });
    }

    private static double next(double[] values, int at, double[] phi, double mean) {
        double next = mean;
        for (int lag = 1; lag <= phi.length; lag++) {
            next += phi[lag - 1] * (values[at - lag] - mean);
        }
        return next;
    }

    private static double[] covariances(double[] values, double mean, int lags) {
        double[] covariance = new double[lags + 1];
        for (int lag = 0; lag <= lags; lag++) {
            for (int i = lag; i < values.length; i++) {
                covariance[lag] += (values[i] - mean) * (values[i - lag] - mean) / values.length;
            }
        }
        return covariance;
    }
}
