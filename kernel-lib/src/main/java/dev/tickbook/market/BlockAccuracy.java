package dev.tickbook.market;

import tech.tablesaw.api.Table;

/**
 * How good the predictions of a symbol's direction within blocks of a trading day were. A share is NaN where there is
 * nothing to divide by.
 *
 * @param predictions for the days asked for
 * @param evaluated those of them whose outcome was known, on which all else rests
 * @param hits those of these whose direction was right, unchanged included
 * @param hitRate hits ÷ evaluated
 * @param hitRateLow lower end of its Wilson 95 % interval
 * @param hitRateHigh upper end of it
 * @param mae mean absolute error of the predicted change, as a fraction of the price
 * @param rmse root of its mean squared error, as a fraction of the price
 * @param mape mean absolute error as a fraction of the actual change
 * @param directionalAccuracy share of right directions where both say up or down
 * @param calibration a row per tenth of confidence: from, to, count, mean_confidence, hit_rate
 */
public record BlockAccuracy(
        long predictions,
        long evaluated,
        long hits,
        double hitRate,
        double hitRateLow,
        double hitRateHigh,
        double mae,
        double rmse,
        double mape,
        double directionalAccuracy,
        Table calibration) {}
