package dev.tickbook.forecast;

/**
 * What a model says of the steps after its series.
 *
 * @param model the name of the fitted model
 * @param mean the point forecasts, one per step
 * @param levels of the intervals in percent, ascending
 * @param lower the lower ends, {@code lower[level][step]}
 * @param upper the upper ends, {@code upper[level][step]}
 */
public record Forecast(String model, double[] mean, double[] levels, double[][] lower, double[][] upper) {

    /** @return how many steps it covers */
    public int horizon() {
        return mean.length;
    }
}
