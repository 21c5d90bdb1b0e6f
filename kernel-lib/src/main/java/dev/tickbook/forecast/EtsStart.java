package dev.tickbook.forecast;

import org.apache.commons.math3.stat.regression.SimpleRegression;

/**
 * Where the search for an exponential smoothing begins (Hyndman, Koehler, Ord and Snyder 2008, section 2.6.1): the season
 * of a classical decomposition, the level and slope of a line through the first seasonally adjusted values.
 */
record EtsStart(double level, double slope, double[] season) {

    private static final int FIRST_VALUES = 10;
    private static final double SMALLEST_FACTOR = 0.01;

    static EtsStart of(EtsForm form, double[] complete) {
        int period = form.hasSeason() ? form.period() : 1;
        boolean scales = form.season() == EtsForm.Season.SCALES;
        double[] season = form.hasSeason() ? season(complete, period, scales) : new double[] {0};
        int first = Math.min(Math.max(FIRST_VALUES, 2 * period), complete.length);
        SimpleRegression line = new SimpleRegression();
        double mean = 0;
        for (int i = 0; i < first; i++) {
            double adjusted = scales ? complete[i] / season[i % period] : complete[i] - season[i % period];
            line.addData(i + 1, adjusted);
            mean += adjusted / first;
        }
        return form.hasTrend()
                ? new EtsStart(line.getIntercept(), line.getSlope(), season)
                : new EtsStart(mean, 0, season);
    }

    private static double[] season(double[] complete, int period, boolean scales) {
        if (complete.length < 2 * period) {
            return aroundLine(complete, period, scales);
        }
        double[] season = scales
                ? Decomposition.multiplicative(complete, period).season()
                : Decomposition.additive(complete, period).season();
        for (int i = 0; scales && i < period; i++) {
            season[i] = Math.max(season[i], SMALLEST_FACTOR);
        }
        return season;
    }

    /** Less than two seasons have no moving average: what lies beside a line stands for the season. */
    private static double[] aroundLine(double[] complete, int period, boolean scales) {
        SimpleRegression line = new SimpleRegression();
        for (int i = 0; i < complete.length; i++) {
            line.addData(i, complete[i]);
        }
        double[] season = new double[period];
        double mean = 0;
        for (int i = 0; i < period; i++) {
            double value = i < complete.length ? complete[i] : line.predict(i);
            season[i] = scales ? Math.max(value / line.predict(i), SMALLEST_FACTOR) : value - line.predict(i);
            mean += season[i] / period;
        }
        for (int i = 0; i < period; i++) {
            season[i] = scales ? season[i] / mean : season[i] - mean;
        }
        return season;
    }
}
