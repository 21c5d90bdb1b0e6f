package dev.tickbook.forecast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tickbook.TickbookException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The baselines against R 4.2.2 with forecast 8.20: {@code f <- naive(WWWusage, h = 10)} and so on; the figures are
 * {@code f$mean}, the lower end at 80 and the upper at 95 percent, of the first step and the last.
 */
class BaselinesTest {

    static List<Forecaster> baselines() {
        return List.of(
                new Naive(),
                new SeasonalNaive(),
                new Drift(),
                new Mean(),
                new Theta(),
                new ExponentialSmoothing(),
                new Autoregression());
    }

    /** Compares relative to the size of the value. */
    private static void assertForecast(
            Forecast forecast, double mean, double lastMean, double low, double lastLow, double high, double lastHigh) {
        int last = forecast.horizon() - 1;
        double[] ours = {
            forecast.mean()[0],
            forecast.mean()[last],
            forecast.lower()[0][0],
            forecast.lower()[0][last],
            forecast.upper()[1][0],
            forecast.upper()[1][last]
        };
        double[] rs = {mean, lastMean, low, lastLow, high, lastHigh};
        for (int i = 0; i < rs.length; i++) {
            assertThat(ours[i]).isCloseTo(rs[i], within(1e-4 * Math.abs(rs[i])));
        }
    }

    @Test
    void naiveGoesOnWithTheLastValue() {
        // naive(WWWusage, h = 10)
        Forecast forecast = new Naive().fit(ClassicSeries.wwwUsage()).forecast(10, 80, 95);
        assertForecast(forecast, 220, 220, 212.567403, 196.496064, 231.367177, 255.946169);
    }

    @Test
    void seasonalNaiveGoesOnWithTheLastSeason() {
        // snaive(AirPassengers, h = 24)
        Forecast forecast =
                new SeasonalNaive().fit(ClassicSeries.airPassengers()).forecast(24, 80, 95);
        assertForecast(forecast, 417, 432, 370.459500, 366.181794, 488.177552, 532.660260);
    }

    @Test
    void driftGoesOnAlongTheLineFromFirstToLast() {
        // rwf(Nile, h = 10, drift = TRUE)
        Forecast forecast = new Drift().fit(ClassicSeries.nile()).forecast(10, 80, 95);
        assertForecast(forecast, 736.161616, 701.616162, 519.6064002, -13.3440898, 1067.35424, 1795.05351);
    }

    @Test
    void meanHasIntervalsOfStudentsDistribution() {
        // meanf(LakeHuron, h = 10)
        Forecast forecast = new Mean().fit(ClassicSeries.lakeHuron()).forecast(10, 80, 95);
        assertForecast(forecast, 579.004082, 579.004082, 577.294371, 577.294371, 581.633855, 581.633855);
    }

    @Test
    void thetaSeesTheSeasonAndAddsHalfTheSlope() {
        // thetaf(AirPassengers, h = 24); thetaf(lynx, h = 10)
        assertForecast(
                new Theta().fit(ClassicSeries.airPassengers()).forecast(24, 80, 95),
                440.078191,
                461.915396,
                426.293757,
                404.843749,
                461.159664,
                549.198947);
        assertForecast(
                new Theta().fit(ClassicSeries.lynx()).forecast(10, 80, 95),
                3397.56887,
                3412.35248,
                1869.12186,
                -1420.58631,
                5735.12685,
                10803.69454);
    }

    @Test
    void anAutoregressionChoosesItsOrderByAic() {
        // a <- ar(lynx, method = "yule-walker"); predict(a, n.ahead = 10)
        FittedModel model = new Autoregression().fit(ClassicSeries.lynx());
        assertThat(model.name()).isEqualTo("AR(8)");
        Forecast forecast = model.forecast(10, 95);
        assertThat(forecast.mean()[0]).isCloseTo(3077.16960, within(1e-3));
        assertThat(forecast.mean()[9]).isCloseTo(2543.58006, within(1e-3));
        assertThat(error(forecast, 0)).isCloseTo(852.582838, within(1e-3));
        assertThat(error(forecast, 9)).isCloseTo(1396.161817, within(1e-3));
    }

    @Test
    void anAutoregressionTakesAGivenOrder() {
        // a <- ar(LakeHuron, aic = FALSE, order.max = 2, method = "yule-walker"); predict(a, n.ahead = 10)
        Forecast forecast = new Autoregression(2).fit(ClassicSeries.lakeHuron()).forecast(10, 95);
        assertThat(forecast.mean()[0]).isCloseTo(579.775132, within(1e-5));
        assertThat(forecast.mean()[9]).isCloseTo(579.021609, within(1e-5));
        assertThat(error(forecast, 0)).isCloseTo(0.712411146, within(1e-5));
        assertThat(error(forecast, 9)).isCloseTo(1.331816348, within(1e-5));
    }

    /** The standard error of a step, from its 95 percent interval. */
    private static double error(Forecast forecast, int step) {
        return (forecast.upper()[0][step] - forecast.mean()[step]) / 1.959963984540054;
    }

    @Test
    void aWalkOverAGapCountsAsSoManySteps() {
        // the values 1, 2, 4, 5 of a walk, with one missing between 2 and 4: squared steps 1, 2²/2 and 1
        TimeSeries series = new TimeSeries(new double[] {1, 2, Double.NaN, 4, 5}, 1);
        FittedModel model = new Naive().fit(series);
        assertThat(model.fitted()).containsExactly(Double.NaN, 1, 2, 2, 4);
        assertThat(error(model.forecast(4, 95), 3)).isCloseTo(Math.sqrt(4 * 4.0 / 3), within(1e-9));

        // a walk without noise has its drift whatever is missing
        assertThat(new Drift().fit(series).forecast(2).mean()).containsExactly(6, 7);
    }

    @Test
    void valuesMissingAtTheEndPutTheForecastFurtherAway() {
        double[] values = ClassicSeries.nile().values();
        double[] cut = values.clone();
        Arrays.fill(cut, 97, 100, Double.NaN);
        double[] shorter = Arrays.copyOf(values, 97);
        for (Forecaster baseline :
                List.of(new Naive(), new SeasonalNaive(), new Drift(), new Mean(), new ExponentialSmoothing())) {
            Forecast late = baseline.fit(new TimeSeries(cut, 1)).forecast(5, 80);
            Forecast early = baseline.fit(new TimeSeries(shorter, 1)).forecast(8, 80);
            assertThat(late.mean())
                    .as(baseline.name())
                    .containsExactly(Arrays.copyOfRange(early.mean(), 3, 8), within(1e-9));
            assertThat(late.upper()[0])
                    .as(baseline.name())
                    .containsExactly(Arrays.copyOfRange(early.upper()[0], 3, 8), within(1e-9));
        }
    }

    @ParameterizedTest
    @MethodSource("baselines")
    void fittedValuesAndResidualsAreAsLongAsTheSeriesAndSumToIt(Forecaster baseline) {
        TimeSeries series = ClassicSeries.airPassengers();
        FittedModel model = baseline.fit(series);
        double[] fitted = model.fitted();
        double[] residuals = model.residuals();
        double[] values = series.values();
        assertThat(fitted).hasSameSizeAs(values);
        for (int i = 13; i < values.length; i++) {
            assertThat(fitted[i] + residuals[i]).isCloseTo(values[i], within(1e-9));
        }
    }

    @ParameterizedTest
    @MethodSource("baselines")
    void theSameSeriesGivesTheSameForecast(Forecaster baseline) {
        TimeSeries series = ClassicSeries.airPassengers();
        Forecast once = baseline.fit(series).forecast(12, 95, 80);
        Forecast again = baseline.fit(series).forecast(12, 80, 95);
        assertThat(once.levels()).containsExactly(80, 95);
        assertThat(once.mean()).containsExactly(again.mean());
        assertThat(once.upper()).isDeepEqualTo(again.upper());
    }

    @ParameterizedTest
    @MethodSource("baselines")
    void aConstantSeriesGoesOnWithoutDoubt(Forecaster baseline) {
        double[] constant = new double[30];
        Arrays.fill(constant, 7);
        Forecast forecast = baseline.fit(new TimeSeries(constant, 4)).forecast(5, 95);
        assertThat(forecast.mean()).containsOnly(new double[] {7}, within(1e-9));
        assertThat(forecast.upper()[0]).containsOnly(new double[] {7}, within(1e-6));
    }

    @ParameterizedTest
    @MethodSource("baselines")
    void theUnitOfTheSeriesIsTheUnitOfTheForecast(Forecaster baseline) {
        double[] values = ClassicSeries.airPassengers().values();
        Forecast forecast = baseline.fit(new TimeSeries(values, 12)).forecast(12, 95);
        for (double unit : new double[] {1e-9, 1e12}) {
            double[] scaled = Arrays.stream(values).map(value -> value * unit).toArray();
            Forecast other = baseline.fit(new TimeSeries(scaled, 12)).forecast(12, 95);
            for (int step = 0; step < 12; step++) {
                assertThat(other.mean()[step] / unit).isCloseTo(forecast.mean()[step], within(0.5));
                assertThat(other.upper()[0][step] / unit).isCloseTo(forecast.upper()[0][step], within(1.0));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("baselines")
    void whatCannotBeModelledIsSaid(Forecaster baseline) {
        assertThatThrownBy(() -> baseline.fit(new TimeSeries(new double[0], 1)))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("the series has 0. Give it a longer series.");
        assertThatThrownBy(() -> baseline.fit(new TimeSeries(new double[] {Double.NaN, Double.NaN}, 1)))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("the series has 0 and 2 missing values");
        assertThatThrownBy(() -> baseline.fit(new TimeSeries(new double[] {1, 2, 3, 4, 5, 1 / 0.0}, 1)))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("Value 6 of 6 is infinite.");
        assertThatThrownBy(() -> baseline.fit(new TimeSeries(new double[] {1, 2, 3, 4, 5, 1e200}, 1)))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("Give the series in another unit.");
        FittedModel model = baseline.fit(ClassicSeries.nile());
        assertThatThrownBy(() -> model.forecast(0)).hasMessage("A forecast covers at least 1 step, not 0.");
        assertThatThrownBy(() -> model.forecast(1, 100))
                .hasMessage("The level of an interval is a percentage between 0 and 100, not 100.0.");
    }

    @Test
    void aSeasonThatIsLongerThanTheSeriesIsSaid() {
        TimeSeries series = new TimeSeries(new double[] {1, 2, 3, 4, 5, 6}, 24);
        assertThatThrownBy(() -> new SeasonalNaive().fit(series))
                .isInstanceOf(TickbookException.class)
                .hasMessage("The seasonal naive model needs at least 25 observations; the series has 6."
                        + " Give it a longer series.");
        double[] gaps = new double[40];
        for (int i = 0; i < gaps.length; i++) {
            gaps[i] = i % 4 == 2 ? Double.NaN : i;
        }
        assertThatThrownBy(() -> new SeasonalNaive().fit(new TimeSeries(gaps, 4)))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("place 3 has none");
        assertThat(new ExponentialSmoothing().fit(series).name()).endsWith(",N)");
        assertThat(new Theta().fit(series).forecast(3).mean()).doesNotContain(Double.NaN);
    }

    @Test
    void anAutoregressionNeedsACompleteSeries() {
        assertThatThrownBy(() ->
                        new Autoregression().fit(new TimeSeries(new double[] {1, 3, Double.NaN, 2, 4, 1, 2}, 1)))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("1 of 7 values are missing. Fill them, or use ARIMA");
        assertThatThrownBy(() -> new Autoregression(6).fit(new TimeSeries(new double[] {1, 3, 2, 4, 1, 2}, 1)))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("needs at least 8 observations");
    }

    @Test
    void intervalsHoldWhatTheyPromise() {
        Random random = new Random(5);
        int inside = 0;
        int paths = 2000;
        for (int path = 0; path < paths; path++) {
            double[] walk = new double[101];
            for (int i = 1; i < walk.length; i++) {
                walk[i] = walk[i - 1] + random.nextGaussian();
            }
            Forecast forecast =
                    new Naive().fit(new TimeSeries(Arrays.copyOf(walk, 96), 1)).forecast(5, 90);
            inside += forecast.lower()[0][4] <= walk[100] && walk[100] <= forecast.upper()[0][4] ? 1 : 0;
        }
        assertThat((double) inside / paths).isCloseTo(0.90, within(0.02));
    }
}
