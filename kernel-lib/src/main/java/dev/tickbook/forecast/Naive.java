package dev.tickbook.forecast;

/**
 * Tomorrow is as today: the last value, with an interval that grows with the square root of the steps, because the model
 * behind it is a random walk. The baseline of prices. As R's {@code forecast::naive} for a complete series; a missing
 * value is stepped over, and a walk over k steps counts as k.
 *
 * <p>Hyndman and Athanasopoulos, Forecasting: Principles and Practice, 3rd edition, sections 5.2 and 5.5.
 */
public record Naive() implements Forecaster {

    @Override
    public String name() {
        return "naive";
    }

    /**
     * {@inheritDoc}
     *
     * @throws dev.tickbook.TickbookException if fewer than 2 values were observed or one is infinite
     */
    @Override
    public FittedModel fit(TimeSeries series) {
        return LagWalk.fit(name(), series, 1);
    }
}
