package dev.tickbook.forecast;

/**
 * This season is as the last: the last value at the same place in the season. As R's {@code forecast::snaive} for a
 * complete series; a missing value is stepped over, and a walk over k seasons counts as k. Without a season it is
 * {@link Naive}.
 *
 * <p>Hyndman and Athanasopoulos, Forecasting: Principles and Practice, 3rd edition, sections 5.2 and 5.5.
 */
public record SeasonalNaive() implements Forecaster {

    @Override
    public String name() {
        return "seasonal naive";
    }

    /**
     * {@inheritDoc}
     *
     * @throws dev.tickbook.TickbookException if a place in the season was never observed, if fewer than one value more
     *     than a season was, or if one is infinite
     */
    @Override
    public FittedModel fit(TimeSeries series) {
        return LagWalk.fit(name(), series, series.period());
    }
}
