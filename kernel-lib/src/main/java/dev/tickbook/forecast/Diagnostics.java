package dev.tickbook.forecast;

import dev.tickbook.TickbookException;
import dev.tickbook.forecast.HypothesisTest.Precision;
import dev.tickbook.forecast.internal.SeasonalTrend;
import java.util.Arrays;
import org.apache.commons.math3.distribution.ChiSquaredDistribution;
import tech.tablesaw.api.Table;

/**
 * What to ask a series before it is modelled, and the residuals after: is it stationary, is it seasonal, is anything left
 * in it that could be forecast. NaN is a missing value. All take copies and change nothing.
 *
 * <p>Every method throws {@link TickbookException} if the series is too short, has infinite values or does not vary, and
 * says so.
 */
public final class Diagnostics {

    private static final String WHITE_NOISE = "no autocorrelation";

    private Diagnostics() {}

    /**
     * Autocorrelations, as R's {@code acf(na.action = na.pass)}: a pair with a missing value does not count.
     *
     * @param values the series
     * @param lags how many, fewer than there are values
     * @return those of lag 1 on
     */
    public static Correlogram acf(double[] values, int lags) {
        double[] all = autocorrelations(values, lags);
        return new Correlogram(Arrays.copyOfRange(all, 1, lags + 1), Observations.count(values), false);
    }

    /**
     * Partial autocorrelations by the Durbin–Levinson recursion, as R's {@code pacf}.
     *
     * @param values the series
     * @param lags how many, fewer than there are values
     * @return those of lag 1 on
     */
    public static Correlogram pacf(double[] values, int lags) {
        double[] partial = Autocorrelation.pacf(autocorrelations(values, lags));
        return new Correlogram(partial, Observations.count(values), true);
    }

    /**
     * How many lags R shows: 10·log₁₀ of the number of values, but fewer than there are.
     *
     * @param values the series
     * @return at least 1
     */
    public static int lags(double[] values) {
        int observed = Observations.count(values);
        return Math.max(1, (int) Math.min(observed - 1.0, Math.floor(10 * Math.log10(observed))));
    }

    /**
     * The test of Ljung and Box (Biometrika 65, 1978) whether the first autocorrelations are those of white noise, as R's
     * {@code Box.test(type = "Ljung-Box")}.
     *
     * @param residuals of a model, or a series
     * @param lags how many autocorrelations; usual are 10, or two seasons, but at most a fifth of the observations
     * @param fitted how many coefficients the model has that make autocorrelations smaller: p + q of an ARIMA, plus the
     *     seasonal ones; 0 for a raw series
     * @return the test; a small p value says that something is left to forecast
     */
    public static HypothesisTest ljungBox(double[] residuals, int lags, int fitted) {
        if (fitted < 0 || lags <= fitted) {
            throw new IllegalArgumentException(
                    "The Ljung–Box test needs more lags than the model has coefficients, not " + lags + " lags for "
                            + fitted + " coefficients.");
        }
        double[] correlations = autocorrelations(residuals, lags);
        int n = Observations.count(residuals);
        double sum = 0;
        for (int lag = 1; lag <= lags; lag++) {
            sum += correlations[lag] * correlations[lag] / (n - lag);
        }
        double statistic = n * (n + 2.0) * sum;
        return new HypothesisTest(
                "Ljung–Box", WHITE_NOISE, statistic, upperTail(statistic, lags - fitted), Precision.EXACT, lags);
    }

    /**
     * The test of Jarque and Bera (Economics Letters 6, 1980) whether skewness and kurtosis are those of a normal
     * distribution, as R's {@code tseries::jarque.bera.test}. Missing values are left out.
     *
     * @param values the series, usually residuals
     * @return the test
     */
    public static HypothesisTest jarqueBera(double[] values) {
        double[] known = varying(values, 3);
        double mean = Observations.mean(known);
        double second = 0;
        double third = 0;
        double fourth = 0;
        int n = known.length;
        for (double value : known) {
            double deviation = value - mean;
            second += deviation * deviation / n;
            third += deviation * deviation * deviation / n;
            fourth += deviation * deviation * deviation * deviation / n;
        }
        double skewness = third / Math.pow(second, 1.5);
        double excess = fourth / (second * second) - 3;
        double statistic = n * (skewness * skewness / 6 + excess * excess / 24);
        return new HypothesisTest(
                "Jarque–Bera", "normally distributed", statistic, upperTail(statistic, 2), Precision.EXACT, 0);
    }

    /**
     * {@link #kpss(double[], Around, int)} with the short lags of R's {@code tseries::kpss.test}: 4·(n/100)^¼, cut.
     *
     * @param values the series
     * @param around what it varies about if it is stationary
     * @return the test
     */
    public static HypothesisTest kpss(double[] values, Around around) {
        return kpss(values, around, (int) (4 * Math.pow(Observations.count(values) / 100.0, 0.25)));
    }

    /**
     * The test of Kwiatkowski, Phillips, Schmidt and Shin (Journal of Econometrics 54, 1992) with Bartlett's window. A
     * small p value speaks for differencing. Missing values are left out, as R's {@code urca::ur.kpss} does. The p value is
     * interpolated in the published table, which goes from 0.01 to 0.10.
     *
     * @param values the series
     * @param around what it varies about if it is stationary
     * @param lags of the long-run variance, 0 or more; R's {@code forecast::ndiffs} takes 3·√n/13, cut
     * @return the test
     */
    public static HypothesisTest kpss(double[] values, Around around, int lags) {
        double[] known = varying(values, 4);
        if (lags < 0 || lags >= known.length) {
            throw new IllegalArgumentException(
                    "The KPSS test takes 0 to " + (known.length - 1) + " lags here, not " + lags + ".");
        }
        return UnitRoots.kpss(known, around, lags);
    }

    /**
     * {@link #augmentedDickeyFuller(double[], Around, int)} as R's {@code tseries::adf.test}: about a trend, with as many
     * lags as the cube root of n − 1, cut.
     *
     * @param values the series, without gaps
     * @return the test
     */
    public static HypothesisTest augmentedDickeyFuller(double[] values) {
        int n = Observations.count(values);
        return augmentedDickeyFuller(values, Around.TREND, (int) Math.cbrt(Math.max(0, n - 1)));
    }

    /**
     * The augmented test of Dickey and Fuller (Journal of the American Statistical Association 74, 1979): a regression of
     * each change on the value before, the changes before, a constant and, about a trend, time. The statistic is that of R's
     * {@code tseries::adf.test} about a trend and of {@code urca::ur.df(type = "drift")} about a level. A small p value
     * speaks against differencing. It is interpolated in Fuller's table, which goes from 0.01 to 0.99.
     *
     * @param values the series, without gaps
     * @param around what it varies about if it is stationary
     * @param lags how many earlier changes to account for, 0 or more
     * @return the test
     */
    public static HypothesisTest augmentedDickeyFuller(double[] values, Around around, int lags) {
        double[] known = varying(values, 4);
        if (known.length < values.length) {
            throw new TickbookException(
                    "The Dickey–Fuller test needs a series without gaps; " + (values.length - known.length) + " of "
                            + values.length + " values are missing. Cut or fill them.");
        }
        return UnitRoots.augmentedDickeyFuller(known, around, lags);
    }

    /**
     * How much of what varies about the trend is season, by an STL decomposition (Wang, Smith and Hyndman, Data Mining and
     * Knowledge Discovery 13, 2006), as R's {@code nsdiffs} measures it. Above 0.64 a seasonal difference is advised.
     *
     * @param series with a period of at least 2, and more than two seasons; what is missing is interpolated
     * @return 0, none, to 1, nothing but season
     */
    public static double seasonalStrength(TimeSeries series) {
        int period = series.period();
        if (period < 2 || series.length() <= 2 * period) {
            throw new TickbookException(
                    "The strength of a season needs a period of at least 2 and more than two seasons; the"
                            + " series has " + series.length() + " values and a period of " + period + ".");
        }
        double[] values = series.values();
        varying(values, 2 * period);
        return SeasonalTrend.of(Observations.filled(values, period), period).seasonalStrength();
    }

    /**
     * Whether a model's residuals are white noise and normal: {@link #ljungBox} and {@link #jarqueBera}.
     *
     * @param model that was fitted
     * @param period of its series; two seasons of lags are looked at, or 10 lags without a season, but at most a fifth of
     *     the observations
     * @param fitted see {@link #ljungBox}
     * @return a row per test, see {@link HypothesisTest#table(HypothesisTest...)}
     */
    public static Table residualTests(FittedModel model, int period, int fitted) {
        double[] residuals = model.residuals();
        int lags = Math.min(period > 1 ? 2 * period : 10, Observations.count(residuals) / 5);
        return HypothesisTest.table(ljungBox(residuals, Math.max(lags, fitted + 1), fitted), jarqueBera(residuals))
                .setName("residuals of " + model.name());
    }

    private static double[] autocorrelations(double[] values, int lags) {
        double[] known = varying(values, 2);
        if (lags < 1 || lags >= known.length) {
            throw new IllegalArgumentException(
                    "The series has autocorrelations of lag 1 to " + (known.length - 1) + ", not " + lags + ".");
        }
        return Autocorrelation.acf(values, lags);
    }

    /** The values that are not missing. */
    private static double[] varying(double[] values, int atLeast) {
        Observations.check(values, "This test", atLeast);
        if (Observations.constant(values)) {
            throw new TickbookException("The series is constant: nothing in it varies that could be examined.");
        }
        return Arrays.stream(values).filter(value -> !Double.isNaN(value)).toArray();
    }

    private static double upperTail(double statistic, int freedom) {
        return 1 - new ChiSquaredDistribution(null, freedom).cumulativeProbability(statistic);
    }
}
