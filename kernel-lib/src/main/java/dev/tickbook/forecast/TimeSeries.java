package dev.tickbook.forecast;

/**
 * Values at equal distances of time, oldest first.
 *
 * @param values the observations; NaN is a missing one
 * @param period how many observations make a season: 1 for none, 12 for months in a year, 24 for hours in a day
 */
public record TimeSeries(double[] values, int period) {

    /** @throws IllegalArgumentException if the period is not positive */
    public TimeSeries {
        if (period < 1) {
            throw new IllegalArgumentException("A season has at least 1 observation, not " + period + ".");
        }
        values = values.clone();
    }

    /** @return a copy of the values */
    @Override
    public double[] values() {
        return values.clone();
    }

    /** @return how many observations there are, missing ones included */
    public int length() {
        return values.length;
    }
}
