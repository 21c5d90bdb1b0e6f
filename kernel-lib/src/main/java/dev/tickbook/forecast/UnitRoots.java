package dev.tickbook.forecast;

import dev.tickbook.TickbookException;
import dev.tickbook.forecast.HypothesisTest.Precision;
import org.apache.commons.math3.analysis.interpolation.LinearInterpolator;
import org.apache.commons.math3.linear.ArrayRealVector;
import org.apache.commons.math3.linear.RealVector;
import org.apache.commons.math3.linear.SingularMatrixException;
import org.apache.commons.math3.stat.regression.OLSMultipleLinearRegression;
import org.apache.commons.math3.stat.regression.SimpleRegression;

/** The two tests of whether a series is stationary, and the tables of their distributions. */
final class UnitRoots {

    /** Kwiatkowski, Phillips, Schmidt and Shin 1992, table 1: upper tail of the statistic. */
    private static final double[] KPSS_P = {0.10, 0.05, 0.025, 0.01};

    private static final double[] KPSS_LEVEL = {0.347, 0.463, 0.574, 0.739};
    private static final double[] KPSS_TREND = {0.119, 0.146, 0.176, 0.216};

    /** Fuller, Introduction to Statistical Time Series, 1976, table 8.5.2: by sample size, by probability. */
    private static final double[] FULLER_SIZE = {25, 50, 100, 250, 500, 100_000};

    private static final double[] FULLER_P = {0.01, 0.025, 0.05, 0.10, 0.90, 0.95, 0.975, 0.99};
    private static final double[][] FULLER_LEVEL = {
        {-3.75, -3.33, -3.00, -2.63, -0.37, 0.00, 0.34, 0.72},
        {-3.58, -3.22, -2.93, -2.60, -0.40, -0.03, 0.29, 0.66},
        {-3.51, -3.17, -2.89, -2.58, -0.42, -0.05, 0.26, 0.63},
        {-3.46, -3.14, -2.88, -2.57, -0.42, -0.06, 0.24, 0.62},
        {-3.44, -3.13, -2.87, -2.57, -0.43, -0.07, 0.24, 0.61},
        {-3.43, -3.12, -2.86, -2.57, -0.44, -0.07, 0.23, 0.60}
    };
    private static final double[][] FULLER_TREND = {
        {-4.38, -3.95, -3.60, -3.24, -1.14, -0.80, -0.50, -0.15},
        {-4.15, -3.80, -3.50, -3.18, -1.19, -0.87, -0.58, -0.24},
        {-4.04, -3.73, -3.45, -3.15, -1.22, -0.90, -0.62, -0.28},
        {-3.99, -3.69, -3.43, -3.13, -1.23, -0.92, -0.64, -0.31},
        {-3.98, -3.68, -3.42, -3.13, -1.24, -0.93, -0.65, -0.32},
        {-3.96, -3.66, -3.41, -3.12, -1.25, -0.94, -0.66, -0.33}
    };

    /** A regression that leaves less than this share of the variance has found a rule, not a random series. */
    private static final double NOTHING_LEFT = 1e-20;

    private UnitRoots() {}

    static HypothesisTest kpss(double[] values, Around around, int lags) {
        int n = values.length;
        SimpleRegression line = new SimpleRegression();
        for (int i = 0; i < n; i++) {
            line.addData(i, values[i]);
        }
        double mean = Observations.mean(values);
        double[] rest = new double[n];
        double sum = 0;
        double sums = 0;
        double variance = 0;
        for (int i = 0; i < n; i++) {
            rest[i] = values[i] - (around == Around.TREND ? line.predict(i) : mean);
            sum += rest[i];
            sums += sum * sum;
            variance += rest[i] * rest[i];
        }
        if (variance <= NOTHING_LEFT * n * mean * mean) {
            throw new TickbookException("The series is "
                    + (around == Around.TREND ? "a straight line" : "constant")
                    + ": nothing varies about it that could be tested.");
        }
        double longRun = variance;
        for (int lag = 1; lag <= lags; lag++) {
            double products = 0;
            for (int i = lag; i < n; i++) {
                products += rest[i] * rest[i - lag];
            }
            longRun += 2 * (1 - lag / (lags + 1.0)) * products;
        }
        double statistic = sums / n / longRun;
        double[] table = around == Around.TREND ? KPSS_TREND : KPSS_LEVEL;
        return new HypothesisTest(
                "KPSS",
                "stationary about a " + word(around),
                statistic,
                interpolated(table, KPSS_P, statistic),
                precision(table, KPSS_P, statistic),
                lags);
    }

    static HypothesisTest augmentedDickeyFuller(double[] values, Around around, int lags) {
        int differences = values.length - 1;
        int rows = differences - lags;
        int regressors = 1 + (around == Around.TREND ? 1 : 0) + lags;
        if (lags < 0 || rows < regressors + 2) {
            throw new TickbookException("The Dickey–Fuller test with " + lags + " lags needs at least "
                    + (2 * lags + (around == Around.TREND ? 5 : 4)) + " values; the series has " + values.length
                    + ". Take fewer lags or a longer series.");
        }
        double[] change = new double[rows];
        double[][] x = new double[rows][regressors];
        for (int row = 0; row < rows; row++) {
            int at = row + lags; // the change from value at to the next
            change[row] = values[at + 1] - values[at];
            x[row][0] = values[at];
            for (int lag = 1; lag <= lags; lag++) {
                x[row][lag] = values[at + 1 - lag] - values[at - lag];
            }
            if (around == Around.TREND) {
                x[row][lags + 1] = at;
            }
        }
        double statistic = ratio(change, x);
        double[] table = new double[FULLER_P.length];
        double[][] fuller = around == Around.TREND ? FULLER_TREND : FULLER_LEVEL;
        for (int i = 0; i < table.length; i++) {
            double[] column = new double[FULLER_SIZE.length];
            for (int size = 0; size < column.length; size++) {
                column[size] = fuller[size][i];
            }
            table[i] = interpolated(FULLER_SIZE, column, differences);
        }
        return new HypothesisTest(
                "augmented Dickey–Fuller",
                "unit root, against stationary about a " + word(around),
                statistic,
                interpolated(table, FULLER_P, statistic),
                precision(table, FULLER_P, statistic),
                lags);
    }

    /** The coefficient of the first regressor over its standard error. */
    private static double ratio(double[] y, double[][] x) {
        OLSMultipleLinearRegression regression = new OLSMultipleLinearRegression();
        regression.newSampleData(y, x);
        RealVector changes = new ArrayRealVector(y, false);
        try {
            if (regression.calculateResidualSumOfSquares() <= NOTHING_LEFT * changes.dotProduct(changes)) {
                throw straight();
            }
            double ratio = regression.estimateRegressionParameters()[1]
                    / regression.estimateRegressionParametersStandardErrors()[1];
            if (Double.isNaN(ratio)) {
                throw straight();
            }
            return ratio;
        } catch (SingularMatrixException e) {
            throw straight();
        }
    }

    private static TickbookException straight() {
        return new TickbookException("The series follows its own past exactly, as a constant or a straight line does:"
                + " there is no randomness that the Dickey–Fuller test could judge.");
    }

    private static String word(Around around) {
        return around == Around.TREND ? "trend" : "level";
    }

    private static double interpolated(double[] x, double[] y, double at) {
        double inside = Math.min(Math.max(at, x[0]), x[x.length - 1]);
        return new LinearInterpolator().interpolate(x, y).value(inside);
    }

    private static Precision precision(double[] statistics, double[] probabilities, double statistic) {
        int end = statistics.length - 1;
        if (statistic >= statistics[0] && statistic <= statistics[end]) {
            return Precision.EXACT;
        }
        boolean first = statistic < statistics[0];
        boolean least = first == probabilities[0] < probabilities[end];
        return least ? Precision.AT_MOST : Precision.AT_LEAST;
    }
}
