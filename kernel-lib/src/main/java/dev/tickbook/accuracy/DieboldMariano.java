package dev.tickbook.accuracy;

import dev.tickbook.TickbookException;
import java.util.Arrays;
import org.apache.commons.math3.distribution.TDistribution;

/**
 * Whether one model forecast better than another, or was only luckier: the test of F. X. Diebold and R. S. Mariano (1995)
 * with the correction for small samples of D. Harvey, S. Leybourne and P. Newbold (1997), as {@code forecast::dm.test} of
 * R has it.
 *
 * @param statistic below 0 where the first model's loss is the smaller one
 * @param pValue probability of a statistic this far from 0, on either side, if both were equally good
 * @param errors how many pairs of errors were compared
 * @param horizon how many steps ahead the forecasts were
 */
public record DieboldMariano(double statistic, double pValue, int errors, int horizon) {

    /** Of losses: what differs by less, in shares of the largest, differs by the last digits of a double. */
    private static final double ROUNDING = 1e-12;

    /**
     * Compares squared errors.
     *
     * @param first errors of one model, in the order of time
     * @param second errors of the other about the same times
     * @param horizon how many steps ahead the forecasts were made: errors that overlap are correlated
     * @return the test
     * @throws TickbookException if the errors cannot be compared; it says why
     */
    public static DieboldMariano test(double[] first, double[] second, int horizon) {
        return test(first, second, horizon, 2);
    }

    /**
     * Compares powers of absolute errors.
     *
     * @param first errors of one model, in the order of time
     * @param second errors of the other about the same times
     * @param horizon how many steps ahead the forecasts were made
     * @param power 1 for absolute, 2 for squared errors
     * @return the test
     * @throws TickbookException if the errors cannot be compared; it says why
     */
    public static DieboldMariano test(double[] first, double[] second, int horizon, double power) {
        if (first.length != second.length) {
            throw new TickbookException("The models are compared error by error, but one has " + first.length
                    + " and the other " + second.length + ". Keep the targets that both have forecast.");
        }
        int n = first.length;
        if (horizon < 1 || n <= horizon + 1) {
            throw new TickbookException("A comparison of forecasts " + horizon + " steps ahead needs more than "
                    + (Math.max(1, horizon) + 1) + " errors of each model, and a horizon of 1 or more; there are " + n
                    + ".");
        }
        double[] loss = new double[n];
        double mean = 0;
        double largest = 0;
        for (int i = 0; i < n; i++) {
            double mine = Math.pow(Math.abs(first[i]), power);
            double theirs = Math.pow(Math.abs(second[i]), power);
            loss[i] = mine - theirs;
            largest = Math.max(largest, Math.max(mine, theirs));
            if (!Double.isFinite(loss[i])) {
                throw new TickbookException("Error " + (i + 1) + " of " + n + " is not a number. Leave out the targets"
                        + " whose actual value is not known, for both models.");
            }
            mean += loss[i] / n;
        }
        double range = Arrays.stream(loss).max().orElseThrow()
                - Arrays.stream(loss).min().orElseThrow();
        if (range <= ROUNDING * largest) {
            throw new TickbookException(
                    "The two models' losses differ by the same amount each time, so there is nothing to test. Are they the"
                            + " same model?");
        }
        int lags = horizon;
        double variance = variance(loss, mean, lags);
        if (variance <= 0 && horizon > 1) {
            // The sum of autocovariances may be negative; then the test of one step is what remains, as in R.
            lags = 1;
            variance = variance(loss, mean, lags);
        }
        double h = lags;
        double correction = Math.sqrt((n + 1 - 2 * h + h / n * (h - 1)) / n);
        double statistic = mean / Math.sqrt(variance) * correction;
        double pValue = 2 * new TDistribution(null, n - 1).cumulativeProbability(-Math.abs(statistic));
        return new DieboldMariano(statistic, pValue, n, horizon);
    }

    /** Of the mean: the autocovariances up to horizon − 1 steps, on both sides. */
    private static double variance(double[] loss, double mean, int horizon) {
        int n = loss.length;
        double sum = 0;
        for (int lag = 0; lag < horizon; lag++) {
            double covariance = 0;
            for (int i = lag; i < n; i++) {
                covariance += (loss[i] - mean) * (loss[i - lag] - mean) / n;
            }
            sum += lag == 0 ? covariance : 2 * covariance;
        }
        return sum / n;
    }
}
