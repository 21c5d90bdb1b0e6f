package dev.tickbook.forecast;

import java.util.Arrays;

/**
 * The mean of all that was observed, with an interval from Student's t distribution. The baseline of returns. As R's
 * {@code forecast::meanf} for a complete series; missing values are left out.
 *
 * <p>Hyndman and Athanasopoulos, Forecasting: Principles and Practice, 3rd edition, sections 5.2 and 5.5.
 */
public record Mean() implements Forecaster {

    @Override
    public String name() {
        return "mean";
    }

    /**
     * {@inheritDoc}
     *
     * @throws dev.tickbook.TickbookException if fewer than 2 values were observed or one is infinite
     */
    @Override
    public FittedModel fit(TimeSeries series) {
        double[] values = Observations.of(series, name(), 2);
        int count = Observations.count(values);
        double mean = Observations.mean(values);
        double squares = 0;
        for (double value : values) {
            squares += Double.isNaN(value) ? 0 : (value - mean) * (value - mean);
        }
        double error = Math.sqrt(squares / (count - 1) * (1 + 1.0 / count));
        double[] fitted = new double[values.length];
        Arrays.fill(fitted, mean);
        return new BaselineModel(name(), values, fitted, (horizon, levels) -> {
            double[] means = new double[horizon];
            Arrays.fill(means, mean);
            double[] errors = new double[horizon];
            Arrays.fill(errors, error);
            return Intervals.student(name(), means, errors, levels, count - 1);
        });
    }
}
