package dev.tickbook.forecast;

import java.util.Arrays;
import org.apache.commons.math3.stat.regression.SimpleRegression;

/**
 * The Theta method: simple exponential smoothing plus half the slope of the series, of the seasonally adjusted series if
 * its autocorrelation at the season is significant. The best simple method of the M3 competition. As R's
 * {@code forecast::thetaf} for a complete series above 0; a series that is not all above 0 has an additive season here.
 *
 * <p>Assimakopoulos and Nikolopoulos, The theta model, International Journal of Forecasting 16, 2000; Hyndman and Billah,
 * Unmasking the Theta method, International Journal of Forecasting 19, 2003.
 */
public record Theta() implements Forecaster {

    private static final double NORMAL_95_ONE_SIDED = 1.6448536269514722;
    private static final double SMALLEST_FACTOR = 1e-4;
    private static final int FEWEST = 5;

    @Override
    public String name() {
        return "theta";
    }

    /**
     * {@inheritDoc}
     *
     * @throws dev.tickbook.TickbookException if fewer than 5 values were observed or one is infinite
     */
    @Override
    public FittedModel fit(TimeSeries series) {
        double[] values = Observations.of(series, name(), FEWEST);
        int period = series.period();
        double[] complete = Observations.filled(values, period);
        boolean scales = Arrays.stream(complete).allMatch(value -> value > 0);
        double[] season = season(complete, period, scales);

        double[] adjusted = new double[values.length];
        SimpleRegression line = new SimpleRegression();
        for (int i = 0; i < values.length; i++) {
            adjusted[i] = scales ? values[i] / season[i % period] : values[i] - season[i % period];
            line.addData(i, scales ? complete[i] / season[i % period] : complete[i] - season[i % period]);
        }
        EtsModel smoothing = new ExponentialSmoothing("ANN").fit(new TimeSeries(adjusted, 1));
        double[] fitted = smoothing.fitted();
        for (int i = 0; i < fitted.length; i++) {
            fitted[i] = scales ? fitted[i] * season[i % period] : fitted[i] + season[i % period];
        }
        int n = values.length;
        double slope = line.getSlope() / 2;
        double alpha = smoothing.alpha();
        double variance = smoothing.sigma2();
        double level = smoothing.forecast(1).mean()[0];
        int gap = 0;
        while (Double.isNaN(values[n - 1 - gap])) {
            gap++;
        }
        int trailing = gap;
        return new BaselineModel(name(), values, fitted, (horizon, levels) -> {
            double[] mean = new double[horizon];
            double[] error = new double[horizon];
            for (int h = 0; h < horizon; h++) {
                double unseasoned = level + slope * (h + (1 - Math.pow(1 - alpha, n)) / alpha);
                double seasonal = season[(n + h) % period];
                mean[h] = scales ? unseasoned * seasonal : unseasoned + seasonal;
                error[h] = Math.sqrt(variance * ((h + trailing) * alpha * alpha + 1));
            }
            return Intervals.normal(name(), mean, error, levels);
        });
    }

    /** The seasonal values of each place, or none: 1 or 0. */
    private static double[] season(double[] complete, int period, boolean scales) {
        double[] none = new double[period];
        Arrays.fill(none, scales ? 1 : 0);
        if (!isSeasonal(complete, period)) {
            return none;
        }
        double[] season = scales
                ? Decomposition.multiplicative(complete, period).season()
                : Decomposition.additive(complete, period).season();
        boolean vanishes = scales && Arrays.stream(season).anyMatch(factor -> factor < SMALLEST_FACTOR);
        return vanishes ? none : season;
    }

    /** Whether the autocorrelation at the season is significant at 90 percent, given those before it. */
    private static boolean isSeasonal(double[] complete, int period) {
        int n = complete.length;
        if (period == 1 || n <= 2 * period || Observations.constant(complete)) {
            return false;
        }
        double[] correlation = Autocorrelation.acf(complete, period);
        double before = 1;
        for (int lag = 1; lag < period; lag++) {
            before += 2 * correlation[lag] * correlation[lag];
        }
        return Math.abs(correlation[period]) / Math.sqrt(before / n) > NORMAL_95_ONE_SIDED;
    }
}
