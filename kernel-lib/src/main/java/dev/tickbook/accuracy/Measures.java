package dev.tickbook.accuracy;

import dev.tickbook.TickbookException;
import java.util.Arrays;
import java.util.function.DoubleBinaryOperator;
import org.apache.commons.math3.distribution.NormalDistribution;

/**
 * Measures of how good forecasts were, each one number for many forecasts.
 *
 * <p>Arrays go in pairs of the same length. A pair with a NaN is left out, as what was not observed cannot be judged; the
 * measure of no pair at all is NaN. Errors are in the unit of the values, unless it says otherwise; what is said to be a
 * fraction is 0.01 for one percent. The definitions are those of R. J. Hyndman and A. B. Koehler, Another look at measures
 * of forecast accuracy (2006), and of T. Gneiting and A. E. Raftery, Strictly proper scoring rules (2007).
 *
 * <p>Every method throws {@link TickbookException} where arrays differ in length.
 */
public final class Measures {

    private static final NormalDistribution NORMAL = new NormalDistribution(null, 0, 1);

    private Measures() {}

    /**
     * @param actual what came
     * @param predicted what was said
     * @return the mean absolute error
     */
    public static double mae(double[] actual, double[] predicted) {
        return mean(actual, predicted, (a, p) -> Math.abs(a - p));
    }

    /**
     * @param actual what came
     * @param predicted what was said
     * @return the root of the mean squared error
     */
    public static double rmse(double[] actual, double[] predicted) {
        return Math.sqrt(mean(actual, predicted, (a, p) -> (a - p) * (a - p)));
    }

    /**
     * @param actual what came
     * @param predicted what was said
     * @return the mean of predicted minus actual: above 0 where forecasts are too high
     */
    public static double bias(double[] actual, double[] predicted) {
        return mean(actual, predicted, (a, p) -> p - a);
    }

    /**
     * @param actual what came; zeros are left out
     * @param predicted what was said
     * @return the mean absolute error as a fraction of the actual values
     */
    public static double mape(double[] actual, double[] predicted) {
        return mean(actual, predicted, (a, p) -> a == 0 ? Double.NaN : Math.abs((a - p) / a));
    }

    /**
     * @param actual what came
     * @param predicted what was said; pairs of two zeros are left out
     * @return the mean of 2 |error| ÷ (|actual| + |predicted|), from 0 to 2, as the M competitions have it
     */
    public static double smape(double[] actual, double[] predicted) {
        return mean(actual, predicted, (a, p) -> 2 * Math.abs(a - p) / (Math.abs(a) + Math.abs(p)));
    }

    /**
     * The mean absolute error, in units of what saying "as in the last season" was wrong by in the past.
     *
     * @param actual what came
     * @param predicted what was said
     * @param training what was known when it was said, oldest first
     * @param period observations in a season; 1 for none
     * @return below 1 where it is better than the naive forecasts were; infinite after a past without change
     */
    public static double mase(double[] actual, double[] predicted, double[] training, int period) {
        return mae(actual, predicted) / naiveMae(training, period);
    }

    /**
     * As {@link #mase}, of squared errors: the root of their mean, in units of that of the naive forecasts.
     *
     * @param actual what came
     * @param predicted what was said
     * @param training what was known when it was said, oldest first
     * @param period observations in a season; 1 for none
     * @return below 1 where it is better than the naive forecasts were
     */
    public static double rmsse(double[] actual, double[] predicted, double[] training, int period) {
        return rmse(actual, predicted) / naiveRmse(training, period);
    }

    /**
     * @param training a series, oldest first
     * @param period observations in a season; 1 for none
     * @return the mean absolute difference of values one season apart: the unit of {@link #mase}
     */
    public static double naiveMae(double[] training, int period) {
        return mae(after(training, period), before(training, period));
    }

    /**
     * @param training a series, oldest first
     * @param period observations in a season; 1 for none
     * @return the root of the mean squared difference of values one season apart: the unit of {@link #rmsse}
     */
    public static double naiveRmse(double[] training, int period) {
        return rmse(after(training, period), before(training, period));
    }

    /**
     * @param actual what came
     * @param predicted what was said
     * @param base what was there when it was said
     * @return the share of forecasts on the same side of the base as what came, unchanged being a side of its own
     */
    public static double directionalAccuracy(double[] actual, double[] predicted, double[] base) {
        double[] moved = minus(actual, base);
        double[] saidToMove = minus(predicted, base);
        return mean(moved, saidToMove, (a, p) -> Math.signum(a) == Math.signum(p) ? 1 : 0);
    }

    /**
     * @param actual what came
     * @param lower the lower ends of the intervals
     * @param upper their upper ends
     * @return the share of intervals that held what came, ends included
     */
    public static Proportion coverage(double[] actual, double[] lower, double[] upper) {
        require(actual, lower, upper);
        int held = 0;
        int judged = 0;
        for (int i = 0; i < actual.length; i++) {
            if (!Double.isNaN(actual[i] + lower[i] + upper[i])) {
                judged++;
                held += actual[i] >= lower[i] && actual[i] <= upper[i] ? 1 : 0;
            }
        }
        return new Proportion(held, judged);
    }

    /**
     * @param lower the lower ends of intervals
     * @param upper their upper ends
     * @return their mean width
     */
    public static double width(double[] lower, double[] upper) {
        return mean(lower, upper, (l, u) -> u - l);
    }

    /**
     * The loss that is least, in the mean, for the true quantile.
     *
     * @param actual what came
     * @param quantile what was said to be this quantile of it
     * @param probability of what comes to be below the quantile, between 0 and 1
     * @return the mean of probability × what it was too low by, or (1 − probability) × what it was too high by
     */
    public static double pinballLoss(double[] actual, double[] quantile, double probability) {
        if (!(probability > 0 && probability < 1)) {
            throw new TickbookException(
                    "The probability of a quantile lies between 0 and 1, not at " + probability + ".");
        }
        return mean(actual, quantile, (a, q) -> a >= q ? probability * (a - q) : (1 - probability) * (q - a));
    }

    /**
     * The continuous ranked probability score of normal distributions: the absolute error of a whole distribution, in the
     * unit of the values. Lower is better.
     *
     * @param actual what came
     * @param mean of the distributions
     * @param deviation their standard deviations; where it is 0, the absolute error
     * @return the mean score
     */
    public static double crpsNormal(double[] actual, double[] mean, double[] deviation) {
        require(actual, mean, deviation);
        double[] scores = new double[actual.length];
        for (int i = 0; i < scores.length; i++) {
            double error = actual[i] - mean[i];
            double z = error / deviation[i];
            scores[i] = deviation[i] == 0
                    ? Math.abs(error)
                    : deviation[i]
                            * (z * (2 * NORMAL.cumulativeProbability(z) - 1)
                                    + 2 * NORMAL.density(z)
                                    - 1 / Math.sqrt(Math.PI));
        }
        return mean(scores);
    }

    /**
     * The continuous ranked probability score of a sample: E|X − actual| − E|X − X′| ÷ 2 over its values.
     *
     * @param actual what came, one number
     * @param sample values drawn from the forecast, for example by simulation
     * @return the score, in the unit of the values
     */
    public static double crpsOfSample(double actual, double... sample) {
        if (sample.length == 0) {
            throw new TickbookException("A sample needs at least one value.");
        }
        double[] sorted = sample.clone();
        Arrays.sort(sorted);
        int n = sorted.length;
        double away = 0;
        double apart = 0; // the sum of all |x − x′|, by what each value adds to it in the order of size
        for (int i = 0; i < n; i++) {
            away += Math.abs(sorted[i] - actual);
            apart += 2.0 * (2 * i + 1 - n) * sorted[i];
        }
        return away / n - apart / (2.0 * n * n);
    }

    /**
     * The continuous ranked probability score of what a forecast said of quantiles: twice the pinball loss, its mean taken
     * over the probabilities by trapezoids between those given and as rectangles beyond the outermost. Nearer the true one
     * the more quantiles there are.
     *
     * @param actual what came, one number
     * @param probabilities of the quantiles, ascending, between 0 and 1
     * @param quantiles as many
     * @return the score, in the unit of the values
     */
    public static double crpsOfQuantiles(double actual, double[] probabilities, double[] quantiles) {
        require(probabilities, quantiles);
        int n = probabilities.length;
        double[] loss = new double[n];
        for (int i = 0; i < n; i++) {
            if (i > 0 && probabilities[i] <= probabilities[i - 1]) {
                throw new TickbookException("The probabilities of quantiles must ascend: " + probabilities[i]
                        + " comes after " + probabilities[i - 1] + ".");
            }
            loss[i] = pinballLoss(new double[] {actual}, new double[] {quantiles[i]}, probabilities[i]);
        }
        if (n == 0) {
            return Double.NaN;
        }
        double sum = loss[0] * probabilities[0] + loss[n - 1] * (1 - probabilities[n - 1]);
        for (int i = 1; i < n; i++) {
            sum += (loss[i] + loss[i - 1]) / 2 * (probabilities[i] - probabilities[i - 1]);
        }
        return 2 * sum;
    }

    /** The mean over pairs of what is a number for both. */
    private static double mean(double[] actual, double[] predicted, DoubleBinaryOperator loss) {
        require(actual, predicted);
        double[] losses = new double[actual.length];
        for (int i = 0; i < losses.length; i++) {
            losses[i] = Double.isNaN(actual[i]) || Double.isNaN(predicted[i])
                    ? Double.NaN
                    : loss.applyAsDouble(actual[i], predicted[i]);
        }
        return mean(losses);
    }

    static double mean(double[] values) {
        return Arrays.stream(values)
                .filter(value -> !Double.isNaN(value))
                .average()
                .orElse(Double.NaN);
    }

    private static double[] minus(double[] values, double[] base) {
        require(values, base);
        double[] difference = new double[values.length];
        Arrays.setAll(difference, i -> values[i] - base[i]);
        return difference;
    }

    private static double[] after(double[] series, int period) {
        return Arrays.copyOfRange(series, Math.min(checked(period), series.length), series.length);
    }

    private static double[] before(double[] series, int period) {
        return Arrays.copyOf(series, Math.max(0, series.length - checked(period)));
    }

    private static int checked(int period) {
        if (period < 1) {
            throw new TickbookException("A season has at least 1 observation, not " + period + ".");
        }
        return period;
    }

    private static void require(double[] first, double[]... others) {
        for (double[] other : others) {
            if (other.length != first.length) {
                throw new TickbookException("A measure compares values in pairs, but there are " + first.length
                        + " of one kind and " + other.length + " of the other.");
            }
        }
    }
}
