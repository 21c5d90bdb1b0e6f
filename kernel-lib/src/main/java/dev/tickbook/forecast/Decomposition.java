package dev.tickbook.forecast;

/**
 * The classical decomposition into trend, season and rest: the trend is a centred moving average over one season, the
 * season is the mean of what is left at each place in it (Hyndman and Athanasopoulos, Forecasting: Principles and
 * Practice, 3rd edition, section 3.4).
 *
 * @param season one value per place in the season, from the first observation's on; they sum to 0, or average 1 if
 *     multiplicative
 */
record Decomposition(double[] season) {

    /** value = trend + season + rest */
    static Decomposition additive(double[] values, int period) {
        return of(values, period, false);
    }

    /** value = trend × season × rest */
    static Decomposition multiplicative(double[] values, int period) {
        return of(values, period, true);
    }

    private static Decomposition of(double[] values, int period, boolean multiplicative) {
        double[] sum = new double[period];
        int[] count = new int[period];
        int half = period / 2;
        for (int i = half; i < values.length - half; i++) {
            double trend = 0;
            for (int j = i - half; j <= i + half; j++) {
                boolean halfWeight = period % 2 == 0 && (j == i - half || j == i + half);
                trend += halfWeight ? values[j] / 2 : values[j];
            }
            trend /= period;
            sum[i % period] += multiplicative ? values[i] / trend : values[i] - trend;
            count[i % period]++;
        }
        double mean = 0;
        for (int i = 0; i < period; i++) {
            sum[i] /= count[i];
            mean += sum[i] / period;
        }
        for (int i = 0; i < period; i++) {
            sum[i] = multiplicative ? sum[i] / mean : sum[i] - mean;
        }
        return new Decomposition(sum);
    }
}
