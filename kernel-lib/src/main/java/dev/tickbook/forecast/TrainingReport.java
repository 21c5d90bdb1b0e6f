package dev.tickbook.forecast;

import java.time.Instant;
import tech.tablesaw.api.Table;

/**
 * What a {@linkplain BatchTraining batch training} did.
 *
 * @param asOf the moment as of which closes were read
 * @param status a row per symbol: symbol, status (trained, skipped, failed), reason, fitted (what the model chose),
 *     observations, last_bar (when it opened), age_hours of the model at that moment; then how the predictions of this
 *     model did in the year before: evaluated, hit_rate, directional_accuracy, mape (fractions)
 * @param forecasts a row per symbol and step: symbol, model, fitted, origin, step, target_time (when the bar closes that
 *     is forecast), base (the last close), predicted, and the interval, such as {@code lo-95}, {@code hi-95}
 * @param stored how many of these are in {@code market.predictions}
 */
public record TrainingReport(Instant asOf, Table status, Table forecasts, int stored) {

    /**
     * @param outcome trained, skipped or failed
     * @return how many symbols ended that way
     */
    public int count(String outcome) {
        return status.stringColumn("status").isEqualTo(outcome).size();
    }

    @Override
    public String toString() {
        return count("trained") + " trained, " + count("skipped") + " skipped, " + count("failed") + " failed; "
                + stored + " predictions stored";
    }
}
