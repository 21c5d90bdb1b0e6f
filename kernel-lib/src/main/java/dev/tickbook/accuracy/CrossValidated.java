package dev.tickbook.accuracy;

import tech.tablesaw.api.Table;

/**
 * What a {@link CrossValidation} found.
 *
 * @param forecasts a row per symbol, origin, model and step, in this order, with the columns symbol, model, fitted (what the model chose,
 *     with its orders), origin (the moment as of which it was made; of a plain series, how many observations were known),
 *     step (from 1), target_time (when the target was known; of a plain series, its number from 1), base (the last value
 *     known at the origin), actual (missing where it is not known yet), predicted, {@code lo-95}, {@code hi-95} … for each
 *     level, naive_mae and naive_rmse (errors that the seasonal naive forecasts had until the origin: the units of MASE
 *     and RMSSE)
 * @param failures a row per model that could not be fitted at an origin: symbol, model, origin, error
 */
public record CrossValidated(Table forecasts, Table failures) {

    /** @return the measures of these forecasts */
    public Accuracy accuracy() {
        return Accuracy.of(forecasts);
    }
}
