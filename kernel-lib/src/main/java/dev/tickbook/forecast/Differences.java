package dev.tickbook.forecast;

import java.util.Arrays;

/** How often a series has to be differenced before it is stationary: what Hyndman and Khandakar (2008) ask first. */
final class Differences {

    /** The 5 % point of the KPSS statistic about a level (Kwiatkowski, Phillips, Schmidt and Shin 1992, table 1). */
    private static final double KPSS_LEVEL = 0.463;

    /** The strength of a season from which on it is differenced away (Wang, Smith and Hyndman 2006). */
    private static final double STRONG_SEASON = 0.64;

    private Differences() {}

    /** @return how often the series is differenced until the KPSS test no longer rejects that it is stationary */
    static int regular(double[] y, int most) {
        double[] x = y;
        for (int d = 0; d < most; d++) {
            double[] known = Arrays.stream(x).filter(v -> !Double.isNaN(v)).toArray();
            if (known.length < 3 || Sample.isConstant(known, known) || !rejected(known)) {
                return d;
            }
            x = lagged(x, 1);
        }
        return most;
    }

    private static boolean rejected(double[] known) {
        int lags = (int) (3 * Math.sqrt(known.length) / 13);
        return UnitRoots.kpss(known, Around.LEVEL, lags).statistic() > KPSS_LEVEL;
    }

    /** @return 1 where the season is so strong that it should be differenced, else 0 */
    static int seasonal(double[] y, int period, int most) {
        if (most == 0 || period < 2 || Observations.count(y) <= 2 * period || Sample.isConstant(y, y)) {
            return 0;
        }
        return Diagnostics.seasonalStrength(new TimeSeries(y, period)) > STRONG_SEASON ? 1 : 0;
    }

    static double[] lagged(double[] y, int lag) {
        double[] difference = new double[Math.max(0, y.length - lag)];
        for (int t = 0; t < difference.length; t++) {
            difference[t] = y[t + lag] - y[t];
        }
        return difference;
    }
}
