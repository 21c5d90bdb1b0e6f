package dev.tickbook.accuracy;

import dev.tickbook.TickbookException;
import dev.tickbook.forecast.FittedModel;
import dev.tickbook.forecast.Forecast;
import dev.tickbook.forecast.Forecaster;
import dev.tickbook.forecast.TimeSeries;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The simplest model there is, so that what comes out can be worked out in the head: the last value, give or take as many
 * hundredths as the level. It remembers what it was shown, and refuses series that begin with what it is told.
 */
public final class LastValue implements Forecaster {

    final Queue<double[]> shown = new ConcurrentLinkedQueue<>();
    private final String name;
    private final double refused;

    public LastValue(String name) {
        this(name, Double.NaN);
    }

    public LastValue(String name, double refused) {
        this.name = name;
        this.refused = refused;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public FittedModel fit(TimeSeries series) {
        double[] values = series.values();
        shown.add(values);
        if (values[0] == refused) {
            throw new TickbookException("It begins with " + refused + ".");
        }
        double last = values[values.length - 1];
        return new FittedModel() {
            @Override
            public String name() {
                return "last of " + values.length;
            }

            @Override
            public double[] fitted() {
                double[] fitted = new double[values.length];
                Arrays.setAll(fitted, i -> i == 0 ? Double.NaN : values[i - 1]);
                return fitted;
            }

            @Override
            public double[] residuals() {
                double[] residuals = fitted();
                Arrays.setAll(residuals, i -> values[i] - residuals[i]);
                return residuals;
            }

            @Override
            public Forecast forecast(int horizon, double... levels) {
                double[] mean = new double[horizon];
                Arrays.fill(mean, last);
                return new Forecast(name(), mean, levels, around(mean, levels, -1), around(mean, levels, 1));
            }
        };
    }

    private static double[][] around(double[] mean, double[] levels, int side) {
        return Arrays.stream(levels)
                .mapToObj(level ->
                        Arrays.stream(mean).map(m -> m + side * level / 100).toArray())
                .toArray(double[][]::new);
    }

    public List<double[]> shown() {
        return List.copyOf(shown);
    }
}
