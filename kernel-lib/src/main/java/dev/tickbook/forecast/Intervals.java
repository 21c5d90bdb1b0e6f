package dev.tickbook.forecast;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import org.apache.commons.math3.distribution.NormalDistribution;
import org.apache.commons.math3.distribution.TDistribution;

/** Prediction intervals about a mean: so many standard errors to either side. */
final class Intervals {

    private static final NormalDistribution NORMAL = new NormalDistribution(null, 0, 1);

    private Intervals() {}

    /** Intervals of a normal forecast distribution. */
    static Forecast normal(String model, double[] mean, double[] standardError, double[] levels) {
        return of(model, mean, standardError, levels, NORMAL::inverseCumulativeProbability);
    }

    /** Intervals of a forecast distribution whose variance was estimated from few observations. */
    static Forecast student(String model, double[] mean, double[] standardError, double[] levels, int freedom) {
        return of(model, mean, standardError, levels, new TDistribution(null, freedom)::inverseCumulativeProbability);
    }

    /** @throws IllegalArgumentException if there is no step to forecast or a level is no percentage between 0 and 100 */
    static void check(int horizon, double[] levels) {
        if (horizon < 1) {
            throw new IllegalArgumentException("A forecast covers at least 1 step, not " + horizon + ".");
        }
        for (double level : levels) {
            if (!(level > 0 && level < 100)) {
                throw new IllegalArgumentException(
                        "The level of an interval is a percentage between 0 and 100, not " + level + ".");
            }
        }
    }

    private static Forecast of(
            String model, double[] mean, double[] standardError, double[] levels, DoubleUnaryOperator quantile) {
        check(mean.length, levels);
        double[] ascending = Arrays.stream(levels).sorted().distinct().toArray();
        double[][] lower = new double[ascending.length][mean.length];
        double[][] upper = new double[ascending.length][mean.length];
        for (int level = 0; level < ascending.length; level++) {
            double errors = quantile.applyAsDouble(0.5 + ascending[level] / 200);
            for (int step = 0; step < mean.length; step++) {
                lower[level][step] = mean[step] - errors * standardError[step];
                upper[level][step] = mean[step] + errors * standardError[step];
            }
        }
        return new Forecast(model, mean, ascending, lower, upper);
    }
}
