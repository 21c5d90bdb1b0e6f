package dev.tickbook.forecast;

import org.apache.commons.math3.distribution.NormalDistribution;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.Table;

/**
 * Autocorrelations by lag.
 *
 * @param correlations those of lag 1, 2, …
 * @param observations how many values they were computed from
 * @param partial whether each is what remains when the lags between are accounted for
 */
public record Correlogram(double[] correlations, int observations, boolean partial) {

    /** Takes a copy of the correlations. */
    public Correlogram {
        correlations = correlations.clone();
    }

    /** @return a copy of the correlations, lag 1 first */
    @Override
    public double[] correlations() {
        return correlations.clone();
    }

    /**
     * @param lag from 1 on
     * @return the correlation at that lag
     */
    public double at(int lag) {
        if (lag < 1 || lag > correlations.length) {
            throw new IllegalArgumentException(
                    "The correlogram has lags 1 to " + correlations.length + ", not " + lag + ".");
        }
        return correlations[lag - 1];
    }

    /**
     * How far from 0 the correlation of white noise stays: the normal quantile over the root of the number of
     * observations (Brockwell and Davis 1991, section 7.2).
     *
     * @param level in percent, usually 95
     * @return the bound to either side
     */
    public double bound(double level) {
        return new NormalDistribution(null, 0, 1).inverseCumulativeProbability(0.5 + level / 200)
                / Math.sqrt(observations);
    }

    /** @return a row per lag: {@code lag}, {@code correlation}, {@code bound-95} */
    public Table table() {
        Table table = Table.create(
                partial ? "partial autocorrelation" : "autocorrelation",
                IntColumn.create("lag"),
                DoubleColumn.create("correlation"),
                DoubleColumn.create("bound-95"));
        for (int lag = 1; lag <= correlations.length; lag++) {
            table.intColumn("lag").append(lag);
            table.doubleColumn("correlation").append(at(lag));
            table.doubleColumn("bound-95").append(bound(95));
        }
        return table;
    }
}
