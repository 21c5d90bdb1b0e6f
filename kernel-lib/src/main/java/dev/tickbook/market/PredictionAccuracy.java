package dev.tickbook.market;

import tech.tablesaw.api.Table;

/**
 * How good the predictions of a symbol's price were. A share is NaN where there is nothing to divide by.
 *
 * @param predictions whose target time lay within the days asked for
 * @param evaluated those of them whose actual price was known, on which all else rests
 * @param withInterval those of these that named an interval
 * @param hits those of these whose interval held the actual price
 * @param hitRate hits ÷ withInterval
 * @param hitRateLow lower end of its Wilson 95 % interval
 * @param hitRateHigh upper end of it
 * @param mae mean absolute error, in the currency of the symbol
 * @param rmse root of the mean squared error, in the currency of the symbol
 * @param mape mean absolute error as a fraction of the actual price
 * @param withDirection those that named the price when they were made
 * @param directionalAccuracy share of these for which predicted and actual price lie on the same side of it
 * @param calibration a row per tenth of confidence: from, to, count, mean_confidence, hit_rate
 */
public record PredictionAccuracy(
        long predictions,
        long evaluated,
        long withInterval,
        long hits,
        double hitRate,
        double hitRateLow,
        double hitRateHigh,
        double mae,
        double rmse,
        double mape,
        long withDirection,
        double directionalAccuracy,
        Table calibration) {}
