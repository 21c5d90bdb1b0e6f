package dev.tickbook.forecast;

import dev.tickbook.TickbookException;
import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;

/**
 * The transformation of Box and Cox (1964): {@code (y^λ - 1)/λ}, and the logarithm where λ is 0. Evens out a variance that
 * grows with the level.
 *
 * @param lambda 1 leaves the shape of the series as it is, 0 takes logarithms
 * @param unbiased whether forecasts are taken back to the mean of the series instead of its median
 */
public record BoxCox(double lambda, boolean unbiased) {

    /** @throws IllegalArgumentException if λ is not a number in -5 … 5 */
    public BoxCox {
        if (!(Math.abs(lambda) <= 5)) {
            throw new IllegalArgumentException("The λ of a Box–Cox transformation is in -5 … 5, not " + lambda + ".");
        }
    }

    /** @return the transformation, whose forecasts go back to medians */
    public static BoxCox of(double lambda) {
        return new BoxCox(lambda, false);
    }

    /** @return the same with forecasts that go back to means (bias adjustment) */
    public BoxCox biasAdjusted() {
        return new BoxCox(lambda, true);
    }

    /**
     * λ by Guerrero's method (1993): the one for which spread divided by a power of the level varies least between seasons
     * (between pairs of observations, where there is no season). λ is sought in -1 … 2.
     *
     * @throws TickbookException if a value is not positive, or there are fewer than two seasons
     */
    public static BoxCox guerrero(TimeSeries series) {
        double[] y = series.values();
        int width = Math.max(2, series.period());
        int groups = y.length / width;
        if (groups < 2) {
            throw new TickbookException(
                    "A series of " + y.length + " observations is too short to choose λ from: it needs"
                            + " two seasons of " + width + ". Give λ with BoxCox.of.");
        }
        if (Arrays.stream(y).anyMatch(v -> v <= 0)) {
            throw new TickbookException(
                    "λ can only be chosen for a series whose values are positive, and this one's are not."
                            + " Leave out the Box–Cox transformation.");
        }
        double[] means = new double[groups];
        double[] deviations = new double[groups];
        int start = y.length - groups * width;
        int count = 0;
        for (int g = 0; g < groups; g++) {
            double[] part = Arrays.stream(y, start + g * width, start + (g + 1) * width)
                    .filter(v -> !Double.isNaN(v))
                    .toArray();
            if (part.length >= 2) {
                double mean = Arrays.stream(part).average().orElseThrow();
                double squares =
                        Arrays.stream(part).map(v -> (v - mean) * (v - mean)).sum();
                means[count] = mean;
                deviations[count++] = Math.sqrt(squares / (part.length - 1));
            }
        }
        int used = count;
        return of(minimum(lambda -> variation(lambda, means, deviations, used), -1, 2));
    }

    private static double variation(double lambda, double[] means, double[] deviations, int count) {
        double sum = 0;
        double squares = 0;
        for (int g = 0; g < count; g++) {
            double ratio = deviations[g] / Math.pow(means[g], 1 - lambda);
            sum += ratio;
            squares += ratio * ratio;
        }
        double mean = sum / count;
        return Math.sqrt(Math.max(0, squares - count * mean * mean) / (count - 1)) / mean;
    }

    /** Golden-section search. */
    private static double minimum(DoubleUnaryOperator f, double from, double to) {
        double golden = (Math.sqrt(5) - 1) / 2;
        double a = from;
        double b = to;
        double x1 = b - golden * (b - a);
        double x2 = a + golden * (b - a);
        double f1 = f.applyAsDouble(x1);
        double f2 = f.applyAsDouble(x2);
        while (b - a > 1e-6) {
            if (f1 < f2) {
                b = x2;
                x2 = x1;
                f2 = f1;
                x1 = b - golden * (b - a);
                f1 = f.applyAsDouble(x1);
            } else {
                a = x1;
                x1 = x2;
                f1 = f2;
                x2 = a + golden * (b - a);
                f2 = f.applyAsDouble(x2);
            }
        }
        return (a + b) / 2;
    }

    /** @return y transformed; NaN stays NaN */
    public double transform(double y) {
        return lambda == 0 ? Math.log(y) : (Math.pow(y, lambda) - 1) / lambda;
    }

    /**
     * @param transformed a value on the transformed scale
     * @return y as it was. Below what any y is transformed to, as an end of an interval can be, it is negative; above it
     *     (lambda &lt; 0) infinite.
     */
    public double inverse(double transformed) {
        if (lambda == 0) {
            return Math.exp(transformed);
        }
        // An end of an interval can lie where no value is transformed to: then the sign carries over, or there is no
        // end.
        double power = lambda * transformed + 1;
        return power >= 0
                ? Math.pow(power, 1 / lambda)
                : lambda > 0 ? -Math.pow(-power, 1 / lambda) : Double.POSITIVE_INFINITY;
    }

    /** @return the point forecast that belongs to a forecast of this mean and variance, by Taylor's formula to the second order */
    double back(double mean, double variance) {
        double median = inverse(mean);
        if (!unbiased) {
            return median;
        }
        return lambda == 0
                ? median * (1 + variance / 2)
                : median * (1 + 0.5 * variance * (1 - lambda) / Math.pow(lambda * mean + 1, 2));
    }

    double[] transform(double[] y) {
        for (double v : y) {
            if (v <= 0) {
                throw new TickbookException("A Box–Cox transformation needs positive values, and the series has " + v
                        + ". Leave it out, or add a constant to the series first.");
            }
        }
        return Arrays.stream(y).map(this::transform).toArray();
    }
}
