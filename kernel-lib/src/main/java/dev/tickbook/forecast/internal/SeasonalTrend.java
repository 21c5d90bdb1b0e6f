package dev.tickbook.forecast.internal;

/**
 * Decomposition of a series into trend, season and remainder by loess: STL of Cleveland, Cleveland, McRae and Terpenning
 * (1990), without robustness weights. The season may change slowly: its smoother spans eleven seasons.
 *
 * @param trend as long as the series
 * @param seasonal as long as the series
 * @param remainder what is left
 */
public record SeasonalTrend(double[] trend, double[] seasonal, double[] remainder) {

    private static final int SEASONAL_SPAN = 11;
    private static final int ITERATIONS = 2;

    /**
     * @param y a series without gaps, longer than two seasons
     * @param period at least 2
     */
    public static SeasonalTrend of(double[] y, int period) {
        int n = y.length;
        int trendSpan = odd((int) Math.ceil(1.5 * period / (1 - 1.5 / SEASONAL_SPAN)));
        int lowSpan = odd(period);
        double[] trend = new double[n];
        double[] seasonal = new double[n];
        for (int iteration = 0; iteration < ITERATIONS; iteration++) {
            double[] detrended = minus(y, trend);
            double[] cycles = cycles(detrended, period);
            double[] low = movingAverage(movingAverage(movingAverage(cycles, period), period), 3);
            low = loess(low, lowSpan, 1, jump(lowSpan));
            for (int t = 0; t < n; t++) {
                seasonal[t] = cycles[period + t] - low[t];
            }
            trend = loess(minus(y, seasonal), trendSpan, 1, jump(trendSpan));
        }
        return new SeasonalTrend(trend, seasonal, minus(minus(y, trend), seasonal));
    }

    /** How much of what is not trend is season (Wang, Smith and Hyndman 2006): 0 none, 1 all. */
    public double seasonalStrength() {
        double[] both = new double[remainder.length];
        for (int t = 0; t < both.length; t++) {
            both[t] = remainder[t] + seasonal[t];
        }
        double whole = variance(both);
        return whole > 0 ? Math.max(0, Math.min(1, 1 - variance(remainder) / whole)) : 0;
    }

    private static double variance(double[] x) {
        double mean = 0;
        for (double v : x) {
            mean += v / x.length;
        }
        double sum = 0;
        for (double v : x) {
            sum += (v - mean) * (v - mean);
        }
        return sum / (x.length - 1);
    }

    private static int odd(int span) {
        return span % 2 == 0 ? span + 1 : span;
    }

    private static int jump(int span) {
        return (span + 9) / 10;
    }

    private static double[] minus(double[] a, double[] b) {
        double[] difference = new double[a.length];
        for (int t = 0; t < a.length; t++) {
            difference[t] = a[t] - b[t];
        }
        return difference;
    }

    /** Each position of the season smoothed over the years, and continued by one season at both ends. */
    private static double[] cycles(double[] y, int period) {
        int n = y.length;
        double[] result = new double[n + 2 * period];
        for (int phase = 0; phase < period; phase++) {
            int count = (n - phase - 1) / period + 1;
            double[] part = new double[count];
            for (int i = 0; i < count; i++) {
                part[i] = y[phase + i * period];
            }
            double[] smooth = loess(part, SEASONAL_SPAN, 0, jump(SEASONAL_SPAN));
            for (int i = 0; i < count; i++) {
                result[phase + (i + 1) * period] = smooth[i];
            }
            int span = Math.min(SEASONAL_SPAN, count);
            double before = local(part, SEASONAL_SPAN, 0, -1, 0, span - 1);
            double after = local(part, SEASONAL_SPAN, 0, count, count - span, count - 1);
            result[phase] = Double.isNaN(before) ? smooth[0] : before;
            result[phase + (count + 1) * period] = Double.isNaN(after) ? smooth[count - 1] : after;
        }
        return result;
    }

    private static double[] movingAverage(double[] x, int span) {
        double[] result = new double[x.length - span + 1];
        double sum = 0;
        for (int t = 0; t < x.length; t++) {
            sum += x[t] - (t >= span ? x[t - span] : 0);
            if (t >= span - 1) {
                result[t - span + 1] = sum / span;
            }
        }
        return result;
    }

    /** Loess at every jump-th point, and straight lines in between. */
    private static double[] loess(double[] y, int span, int degree, int jump) {
        int n = y.length;
        double[] smooth = new double[n];
        if (n < 2) {
            return y.clone();
        }
        int step = Math.min(jump, n - 1);
        int half = (span + 1) / 2;
        int left = 0;
        int right = Math.min(span, n) - 1;
        int at = 0;
        for (; at < n; at += step) {
            if (span < n) {
                left = Math.max(0, Math.min(at - half + 1, n - span));
                right = left + span - 1;
            }
            smooth[at] = orElse(local(y, span, degree, at, left, right), y[at]);
        }
        int last = at - step;
        for (int i = 0; i + step <= last; i += step) {
            interpolate(smooth, i, i + step);
        }
        if (last != n - 1) {
            smooth[n - 1] = orElse(local(y, span, degree, n - 1, left, right), y[n - 1]);
            interpolate(smooth, last, n - 1);
        }
        return smooth;
    }

    private static void interpolate(double[] x, int from, int to) {
        double slope = (x[to] - x[from]) / (to - from);
        for (int t = from + 1; t < to; t++) {
            x[t] = x[from] + slope * (t - from);
        }
    }

    private static double orElse(double value, double otherwise) {
        return Double.isNaN(value) ? otherwise : value;
    }

    /** The local constant or line at one point, with tricube weights; NaN where all weights are zero. */
    private static double local(double[] y, int span, int degree, int at, int left, int right) {
        int n = y.length;
        double reach = Math.max(at - left, right - at);
        if (span > n) {
            reach += (span - n) / 2;
        }
        double[] weights = new double[right - left + 1];
        double total = 0;
        for (int j = left; j <= right; j++) {
            double distance = Math.abs(j - at);
            if (distance <= 0.999 * reach) {
                double ratio = distance / reach;
                double weight = distance <= 0.001 * reach ? 1 : Math.pow(1 - ratio * ratio * ratio, 3);
                weights[j - left] = weight;
                total += weight;
            }
        }
        if (!(total > 0)) {
            return Double.NaN;
        }
        double centre = 0;
        for (int j = left; j <= right; j++) {
            weights[j - left] /= total;
            centre += weights[j - left] * j;
        }
        if (degree > 0 && reach > 0) {
            double spread = 0;
            for (int j = left; j <= right; j++) {
                spread += weights[j - left] * (j - centre) * (j - centre);
            }
            if (Math.sqrt(spread) > 0.001 * (n - 1)) {
                double slope = (at - centre) / spread;
                for (int j = left; j <= right; j++) {
                    weights[j - left] *= 1 + slope * (j - centre);
                }
            }
        }
        double sum = 0;
        for (int j = left; j <= right; j++) {
            sum += weights[j - left] * y[j];
        }
        return sum;
    }
}
