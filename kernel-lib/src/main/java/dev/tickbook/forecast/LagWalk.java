package dev.tickbook.forecast;

import dev.tickbook.TickbookException;
import java.util.Arrays;

/**
 * A random walk in steps of {@code lag} observations: {@code lag} walks beside each other, one per place in the season.
 * Over a gap of k steps a walk's variance grows k times.
 */
final class LagWalk {

    private LagWalk() {}

    static FittedModel fit(String name, TimeSeries series, int lag) {
        double[] values = Observations.of(series, name, lag + 1);
        int n = values.length;
        double[] fitted = new double[n];
        int[] last = new int[lag];
        Arrays.fill(last, -1);
        double squares = 0;
        int count = 0;
        for (int i = 0; i < n; i++) {
            int known = last[i % lag];
            fitted[i] = known < 0 ? Double.NaN : values[known];
            if (Double.isNaN(values[i])) {
                continue;
            }
            if (known >= 0) {
                int steps = (i - known) / lag;
                squares += (values[i] - values[known]) * (values[i] - values[known]) / steps;
                count++;
            }
            last[i % lag] = i;
        }
        for (int place = 0; place < lag; place++) {
            if (last[place] < 0) {
                throw new TickbookException("The " + name + " model needs an observation at each of the " + lag
                        + " places of a season; place " + (place + 1) + " has none. Give it a longer series.");
            }
        }
        double variance = squares / count;
        return new BaselineModel(name, values, fitted, (horizon, levels) -> {
            double[] mean = new double[horizon];
            double[] error = new double[horizon];
            for (int step = 0; step < horizon; step++) {
                int known = last[(n + step) % lag];
                mean[step] = values[known];
                error[step] = Math.sqrt(variance * ((n + step - known) / lag));
            }
            return Intervals.normal(name, mean, error, levels);
        });
    }
}
