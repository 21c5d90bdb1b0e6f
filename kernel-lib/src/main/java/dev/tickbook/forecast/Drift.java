package dev.tickbook.forecast;

/**
 * On from the last value along the line from the first to the last: a random walk with drift. As R's
 * {@code forecast::rwf(drift = TRUE)} for a complete series; over a gap of k steps the walk drifts k times as far and
 * varies k times as much.
 *
 * <p>Hyndman and Athanasopoulos, Forecasting: Principles and Practice, 3rd edition, sections 5.2 and 5.5.
 */
public record Drift() implements Forecaster {

    @Override
    public String name() {
        return "drift";
    }

    /**
     * {@inheritDoc}
     *
     * @throws dev.tickbook.TickbookException if fewer than 3 values were observed or one is infinite
     */
    @Override
    public FittedModel fit(TimeSeries series) {
        double[] values = Observations.of(series, name(), 3);
        int n = values.length;
        int first = 0;
        while (Double.isNaN(values[first])) {
            first++;
        }
        int last = n - 1;
        while (Double.isNaN(values[last])) {
            last--;
        }
        int from = first;
        int to = last;
        double slope = (values[to] - values[from]) / (to - from);
        double[] fitted = new double[n];
        double squares = 0;
        int count = 0;
        int known = -1;
        for (int i = 0; i < n; i++) {
            fitted[i] = known < 0 ? Double.NaN : values[known] + (i - known) * slope;
            if (Double.isNaN(values[i])) {
                continue;
            }
            if (known >= 0) {
                squares += (values[i] - fitted[i]) * (values[i] - fitted[i]) / (i - known);
                count++;
            }
            known = i;
        }
        double variance = squares / (count - 1);
        return new BaselineModel(name(), values, fitted, (horizon, levels) -> {
            double[] mean = new double[horizon];
            double[] error = new double[horizon];
            for (int step = 0; step < horizon; step++) {
                double ahead = n + step - to;
                mean[step] = values[to] + ahead * slope;
                // the walk's own variance, and that of the slope
                error[step] = Math.sqrt(variance * (ahead + ahead * ahead / (to - from)));
            }
            return Intervals.normal(name(), mean, error, levels);
        });
    }
}
