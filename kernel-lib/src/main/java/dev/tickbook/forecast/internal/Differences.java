package dev.tickbook.forecast.internal;

import java.util.Arrays;

/** How often a series has to be differenced before it is stationary. */
public final class Differences {

    /** The 5 % point of the KPSS statistic about a level (Kwiatkowski, Phillips, Schmidt and Shin 1992, table 1). */
    private static final double KPSS_LEVEL = 0.463;

    /** The strength of a season from which on it is differenced away, from forecast errors of the M3 and M4 series (Hyndman). */
    private static final double STRONG_SEASON = 0.64;

    private Differences() {}

    /** @return how often the series is differenced until the KPSS test no longer rejects that it is stationary */
    public static int regular(double[] y, int most) {
        double[] x = observed(y);
        double[] gaps = y;
        int d = 0;
        while (d < most && x.length > 2 && !constant(x) && kpss(x) > KPSS_LEVEL) {
            double[] next = lagged(gaps, 1);
            double[] rest = observed(next);
            if (rest.length == 0) {
                break;
            }
            d++;
            gaps = next;
            x = rest;
        }
        return d;
    }

    /** @return 1 where the season is so strong that it should be differenced, else 0 */
    public static int seasonal(double[] y, int period, int most) {
        if (most == 0 || period < 2 || y.length <= 2 * period || constant(observed(y))) {
            return 0;
        }
        double[] filled = filled(y, period);
        return SeasonalTrend.of(filled, period).seasonalStrength() > STRONG_SEASON ? 1 : 0;
    }

    /** The KPSS statistic about a level, Bartlett's window, {@code 3·√n/13} lags. */
    static double kpss(double[] x) {
        int n = x.length;
        int lags = (int) (3 * Math.sqrt(n) / 13);
        double mean = Arrays.stream(x).average().orElse(0);
        double sum = 0;
        double squares = 0;
        double variance = 0;
        for (double v : x) {
            sum += v - mean;
            squares += sum * sum;
            variance += (v - mean) * (v - mean);
        }
        for (int lag = 1; lag <= lags; lag++) {
            double covariance = 0;
            for (int t = lag; t < n; t++) {
                covariance += (x[t] - mean) * (x[t - lag] - mean);
            }
            variance += 2 * (1 - lag / (lags + 1.0)) * covariance;
        }
        return squares / n / variance;
    }

    public static double[] lagged(double[] y, int lag) {
        double[] difference = new double[Math.max(0, y.length - lag)];
        for (int t = 0; t < difference.length; t++) {
            difference[t] = y[t + lag] - y[t];
        }
        return difference;
    }

    private static double[] observed(double[] y) {
        return Arrays.stream(y).filter(v -> !Double.isNaN(v)).toArray();
    }

    private static boolean constant(double[] x) {
        double size = Arrays.stream(x).map(Math::abs).max().orElse(0);
        double least = Arrays.stream(x).min().orElse(0);
        double most = Arrays.stream(x).max().orElse(0);
        return !(most - least > 1e-12 * size);
    }

    /** Gaps filled with the mean of the nearest values at the same place of the season. */
    private static double[] filled(double[] y, int period) {
        double[] filled = y.clone();
        double mean = Arrays.stream(observed(y)).average().orElse(0);
        for (int t = 0; t < y.length; t++) {
            if (Double.isNaN(y[t])) {
                double before = nearest(y, t, -period);
                double after = nearest(y, t, period);
                double both = (before + after) / 2;
                filled[t] = !Double.isNaN(both)
                        ? both
                        : !Double.isNaN(before) ? before : !Double.isNaN(after) ? after : mean;
            }
        }
        return filled;
    }

    private static double nearest(double[] y, int from, int step) {
        for (int t = from; t >= 0 && t < y.length; t += step) {
            if (!Double.isNaN(y[t])) {
                return y[t];
            }
        }
        return Double.NaN;
    }
}
