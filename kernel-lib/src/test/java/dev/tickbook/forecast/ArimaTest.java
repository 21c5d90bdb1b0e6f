package dev.tickbook.forecast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tickbook.TickbookException;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.ArrayRealVector;
import org.apache.commons.math3.linear.CholeskyDecomposition;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.linear.RealVector;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Models of given orders against R 4.2.2 with forecast 8.20; the command is in each test's comment. */
class ArimaTest {

    private static final Arima AIRLINE = Arima.of(0, 1, 1).seasonal(0, 1, 1);

    private static TimeSeries logged(TimeSeries series) {
        return new TimeSeries(Arrays.stream(series.values()).map(Math::log).toArray(), series.period());
    }

    private static TimeSeries with(TimeSeries series, double value, int... positions) {
        double[] values = series.values();
        for (int position : positions) {
            values[position] = value;
        }
        return new TimeSeries(values, series.period());
    }

    private static void assertCoefficients(Map<String, Double> ours, double tolerance, Object... namesAndValues) {
        assertThat(ours).hasSize(namesAndValues.length / 2);
        for (int i = 0; i < namesAndValues.length; i += 2) {
            double expected = (double) namesAndValues[i + 1];
            assertThat(ours.get((String) namesAndValues[i]))
                    .as("%s", namesAndValues[i])
                    .isCloseTo(expected, within(tolerance * Math.max(0.1, Math.abs(expected))));
        }
    }

    private static Offset<Double> about(double size) {
        return within(1e-3 * Math.abs(size));
    }

    @Test
    void theAirlineModelIsThatOfBoxAndJenkins() {
        // Arima(log(AirPassengers), order = c(0,1,1), seasonal = c(0,1,1))
        ArimaModel model = AIRLINE.fit(logged(ClassicSeries.airPassengers()));
        assertThat(model.name()).isEqualTo("ARIMA(0,1,1)(0,1,1)[12]");
        // R says 244.6995 and 0.001371: it approximates what is not known of the start by a large variance, and counts
        // the
        // thirteen residuals that this leaves. This likelihood is the exact one.
        assertThat(model.logLikelihood()).isCloseTo(244.6965, within(1e-4));
        assertCoefficients(model.coefficients(), 1e-3, "ma1", -0.4018, "sma1", -0.5569);
        assertCoefficients(model.standardErrors(), 1e-2, "ma1", 0.0896, "sma1", 0.0731);
        assertThat(model.sigma2()).isCloseTo(0.001371, within(3e-6));
        assertThat(model.converged()).isTrue();
        assertThat(model.effectiveLength()).isEqualTo(131);
    }

    @Test
    void forecastsOfASeasonalModelAreRs() {
        // forecast(Arima(log(AirPassengers), order = c(0,1,1), seasonal = c(0,1,1)), h = 24, level = c(80, 95))
        Forecast forecast = AIRLINE.fit(logged(ClassicSeries.airPassengers())).forecast(24, 95, 80);
        assertThat(forecast.levels()).containsExactly(80, 95);
        double[] mean = {6.110185743, 6.168024882, 6.264274132};
        double[] lower80 = {6.062729175, 6.062591137, 6.085341989};
        double[] upper95 = {6.182764301, 6.329271881, 6.537927228};
        int[] steps = {0, 11, 23};
        for (int i = 0; i < steps.length; i++) {
            assertThat(forecast.mean()[steps[i]]).isCloseTo(mean[i], within(3e-4));
            assertThat(forecast.lower()[0][steps[i]]).isCloseTo(lower80[i], within(3e-4));
            assertThat(forecast.upper()[1][steps[i]]).isCloseTo(upper95[i], within(3e-4));
        }
    }

    @Test
    void aModelOfDifferencesHasRsLikelihoodCriteriaAndStandardErrors() {
        // Arima(WWWusage, order = c(1,1,1))
        ArimaModel model = Arima.of(1, 1, 1).fit(ClassicSeries.wwwUsage());
        assertThat(model.logLikelihood()).isCloseTo(-254.1497, within(1e-3));
        assertCoefficients(model.coefficients(), 1e-3, "ar1", 0.65038, "ma1", 0.52560);
        assertCoefficients(model.standardErrors(), 1e-2, "ar1", 0.08424, "ma1", 0.08955);
        assertThat(model.sigma2()).isCloseTo(9.995325, within(1e-3));
        assertThat(model.aic()).isCloseTo(514.2995, within(2e-3));
        assertThat(model.aicc()).isCloseTo(514.5521, within(2e-3));
        assertThat(model.bic()).isCloseTo(522.0848, within(2e-3));
    }

    @Test
    void aSeriesThatIsNotDifferencedHasAMean() {
        // Arima(LakeHuron, order = c(2,0,0))
        ArimaModel model = Arima.of(2, 0, 0).fit(ClassicSeries.lakeHuron());
        assertThat(model.logLikelihood()).isCloseTo(-103.63322, within(1e-3));
        assertCoefficients(model.coefficients(), 1e-3, "ar1", 1.04361, "ar2", -0.24950, "mean", 579.04732);
        assertCoefficients(model.standardErrors(), 1e-2, "ar1", 0.09828, "ar2", 0.10079, "mean", 0.33188);
        assertThat(Arima.of(2, 0, 0)
                        .withoutMean()
                        .fit(ClassicSeries.lakeHuron())
                        .coefficients())
                .containsOnlyKeys("ar1", "ar2");
    }

    @Test
    void aDriftIsAStraightLineUnderTheErrors() {
        // Arima(LakeHuron, order = c(1,0,1), include.drift = TRUE)
        ArimaModel level = Arima.of(1, 0, 1).withDrift().fit(ClassicSeries.lakeHuron());
        assertThat(level.logLikelihood()).isCloseTo(-101.19769, within(1e-3));
        assertCoefficients(
                level.coefficients(), 2e-3, "ar1", 0.65264, "ma1", 0.35663, "mean", 580.08218, "drift", -0.021106);
        // Arima(Nile, order = c(0,1,1), include.drift = TRUE)
        ArimaModel steps = Arima.of(0, 1, 1).withDrift().fit(ClassicSeries.nile());
        assertThat(steps.name()).isEqualTo("ARIMA(0,1,1) with drift");
        assertThat(steps.logLikelihood()).isCloseTo(-632.15463, within(1e-3));
        assertCoefficients(steps.coefficients(), 2e-3, "ma1", -0.76458, "drift", -3.25828);
        assertCoefficients(steps.standardErrors(), 1e-2, "ma1", 0.12046, "drift", 3.51649);
    }

    @Test
    void regressorsAreEstimatedWithTheirErrors() {
        // Arima(Nile, order = c(1,0,0), xreg = cbind(dam = time(Nile) >= 1899)); forecast(…, xreg = rep(1, 5), level =
        // 95)
        double[] dam = IntStream.range(0, 100).mapToDouble(t -> t < 28 ? 0 : 1).toArray();
        ArimaModel model = Arima.of(1, 0, 0).fit(ClassicSeries.nile(), dam);
        assertThat(model.name()).isEqualTo("Regression with ARIMA(1,0,0) errors");
        assertThat(model.logLikelihood()).isCloseTo(-624.53898, within(1e-3));
        assertCoefficients(model.coefficients(), 1e-3, "ar1", 0.15963, "mean", 1098.51687, "xreg1", -249.07505);
        assertCoefficients(model.standardErrors(), 1e-2, "ar1", 0.09860, "mean", 27.85535, "xreg1", 32.80373);
        Forecast forecast = model.forecast(new double[][] {{1, 1, 1, 1, 1}}, 95);
        assertThat(forecast.mean()[0]).isCloseTo(831.97143, about(831));
        assertThat(forecast.mean()[4]).isCloseTo(849.43048, about(849));
        assertThat(forecast.lower()[0][4]).isCloseTo(597.94527, about(597));
    }

    @Test
    void missingValuesAreLeftOutOfTheLikelihood() {
        // x <- Nile; x[c(5, 20:25, 60)] <- NA; Arima(x, order = c(1,0,1))
        TimeSeries gaps = with(ClassicSeries.nile(), Double.NaN, 4, 19, 20, 21, 22, 23, 24, 59);
        ArimaModel model = Arima.of(1, 0, 1).fit(gaps);
        assertThat(model.logLikelihood()).isCloseTo(-586.52182, within(1e-3));
        assertCoefficients(model.coefficients(), 5e-3, "ar1", 0.96542, "ma1", -0.80890, "mean", 924.648);
        assertThat(model.sigma2()).isCloseTo(20605, within(30.0));
        assertThat(model.innovations()[25]).isCloseTo(229.087, within(0.5));
        assertThat(model.residuals()[20]).isNaN();
        // x <- log(AirPassengers); x[c(30, 31, 77, 100:104)] <- NA; Arima(x, order = c(0,1,1), seasonal = c(0,1,1))
        TimeSeries seasonal =
                with(logged(ClassicSeries.airPassengers()), Double.NaN, 29, 30, 76, 99, 100, 101, 102, 103);
        ArimaModel airline = AIRLINE.fit(seasonal);
        assertThat(airline.logLikelihood()).isCloseTo(226.1487, within(0.01));
        assertCoefficients(airline.coefficients(), 2e-3, "ma1", -0.38802, "sma1", -0.56832);
        assertThat(airline.forecast(12, 95).lower()[0][11]).isCloseTo(6.001946, within(1e-3));
    }

    @Test
    void theLikelihoodWithGapsIsThatOfTheMultivariateNormalDistribution() {
        double[] y = autoregression(0.7, 60, 4);
        IntStream.of(3, 4, 17, 40, 41, 42).forEach(t -> y[t] = Double.NaN);
        ArimaModel model = Arima.of(1, 0, 0).withoutMean().fit(new TimeSeries(y, 1));
        double phi = model.coefficients().get("ar1");
        int[] known = IntStream.range(0, 60).filter(t -> !Double.isNaN(y[t])).toArray();
        int n = known.length;
        RealMatrix covariance = new Array2DRowRealMatrix(n, n);
        RealVector values = new ArrayRealVector(n);
        for (int i = 0; i < n; i++) {
            values.setEntry(i, y[known[i]]);
            for (int j = 0; j < n; j++) {
                covariance.setEntry(i, j, Math.pow(phi, Math.abs(known[i] - known[j])) / (1 - phi * phi));
            }
        }
        CholeskyDecomposition cholesky = new CholeskyDecomposition(covariance);
        double square = values.dotProduct(cholesky.getSolver().solve(values));
        double expected = -0.5 * (n * Math.log(2 * Math.PI * square / n) + Math.log(cholesky.getDeterminant()) + n);
        assertThat(model.logLikelihood()).isCloseTo(expected, within(1e-8));
    }

    @Test
    void gapsAtTheEndsChangeNoEstimateAndForecastsCrossThem() {
        TimeSeries whole = ClassicSeries.lakeHuron();
        double[] longer = new double[whole.length() + 5];
        Arrays.fill(longer, Double.NaN);
        System.arraycopy(whole.values(), 0, longer, 2, whole.length());
        ArimaModel model = Arima.of(1, 0, 1).fit(whole);
        ArimaModel same = Arima.of(1, 0, 1).fit(new TimeSeries(longer, 1));
        assertThat(same.logLikelihood()).isEqualTo(model.logLikelihood());
        assertThat(same.forecast(4, 95).mean()[0])
                .isEqualTo(model.forecast(4, 95).mean()[3]);
        assertThat(same.forecast(4, 95).upper()[0][1])
                .isCloseTo(model.forecast(5, 95).upper()[0][4], within(1e-9));
    }

    @Test
    void aBoxCoxTransformationIsTakenBackToTheMeanWhereThatIsWanted() {
        // forecast(Arima(AirPassengers, order = c(0,1,1), seasonal = c(0,1,1), lambda = L, biasadj = TRUE), h = 12,
        // level = 95)
        TimeSeries passengers = ClassicSeries.airPassengers();
        Forecast logs =
                AIRLINE.boxCox(BoxCox.of(0).biasAdjusted()).fit(passengers).forecast(12, 95);
        assertThat(logs.mean()[0]).isCloseTo(450.7311939, within(0.05));
        assertThat(logs.mean()[11]).isCloseTo(478.8576527, within(0.05));
        assertThat(logs.lower()[0][11]).isCloseTo(406.1724745, within(0.1));
        Forecast power = AIRLINE.boxCox(new BoxCox(0.3, true)).fit(passengers).forecast(12, 95);
        assertThat(power.mean()[11]).isCloseTo(473.7858532, within(0.05));
        assertThat(power.lower()[0][0]).isCloseTo(421.5416095, within(0.1));
        // The median lies below the mean.
        assertThat(AIRLINE.boxCox(BoxCox.of(0)).fit(passengers).forecast(12, 95).mean()[11])
                .isLessThan(logs.mean()[11]);
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e-100, 1e-9, 1e9, 1e100})
    void theScaleOfTheSeriesDoesNotMatter(double scale) {
        TimeSeries series = ClassicSeries.wwwUsage();
        TimeSeries scaled = new TimeSeries(
                Arrays.stream(series.values()).map(v -> v * scale).toArray(), 1);
        ArimaModel model = Arima.of(1, 1, 1).fit(series);
        ArimaModel other = Arima.of(1, 1, 1).fit(scaled);
        assertThat(other.coefficients().get("ar1"))
                .isCloseTo(model.coefficients().get("ar1"), within(1e-6));
        assertThat(other.logLikelihood()).isCloseTo(model.logLikelihood() - 99 * Math.log(scale), within(1e-6));
        assertThat(other.forecast(5).mean()[4] / scale)
                .isCloseTo(model.forecast(5).mean()[4], within(1e-6));
    }

    @Test
    void coefficientsThatASeriesWasDrawnFromAreFoundAgain() {
        Random random = new Random(7);
        int n = 3000;
        double[] e = random.doubles(n + 13).map(u -> random.nextGaussian()).toArray();
        double[] w = new double[n];
        for (int t = 0; t < n; t++) {
            double error = e[t + 13] + 0.4 * e[t + 12] - 0.6 * e[t + 1] - 0.24 * e[t];
            w[t] = (t > 0 ? 0.5 * w[t - 1] : 0) + error;
        }
        ArimaModel model = Arima.of(1, 0, 1).seasonal(0, 0, 1).withoutMean().fit(new TimeSeries(w, 12));
        Map<String, Double> errors = model.standardErrors();
        Map<String, Double> drawn = Map.of("ar1", 0.5, "ma1", 0.4, "sma1", -0.6);
        drawn.forEach((name, value) -> {
            assertThat(errors.get(name)).isBetween(0.005, 0.05);
            assertThat(model.coefficients().get(name)).isCloseTo(value, within(3 * errors.get(name)));
        });
        assertThat(model.sigma2()).isCloseTo(1, within(0.1));
    }

    @Test
    void simulatedPathsFillTheIntervals() {
        ArimaModel model = AIRLINE.boxCox(BoxCox.of(0)).fit(ClassicSeries.airPassengers());
        Forecast forecast = model.forecast(14, 80);
        int paths = 2000;
        int inside = 0;
        for (int seed = 0; seed < paths; seed++) {
            double last = model.simulate(14, seed)[13];
            inside += last >= forecast.lower()[0][13] && last <= forecast.upper()[0][13] ? 1 : 0;
        }
        assertThat((double) inside / paths).isCloseTo(0.8, within(0.03));
        assertThat(model.simulate(5, 42)).isEqualTo(model.simulate(5, 42)).isNotEqualTo(model.simulate(5, 43));
    }

    @Test
    void theSameSeriesGivesTheSameModel() {
        TimeSeries series = ClassicSeries.airPassengers();
        Arima arima = Arima.of(2, 1, 2).seasonal(1, 1, 1);
        assertThat(arima.fit(series).coefficients()).isEqualTo(arima.fit(series).coefficients());
        assertThat(arima.fit(series).forecast(3).mean())
                .isEqualTo(arima.fit(series).forecast(3).mean());
    }

    @Test
    void fittedValuesAndResidualsAddUpToTheSeries() {
        TimeSeries series = ClassicSeries.airPassengers();
        ArimaModel model = AIRLINE.boxCox(BoxCox.of(0)).fit(series);
        for (int t = 0; t < series.length(); t++) {
            if (t < 13) {
                assertThat(model.fitted()[t]).isNaN();
            } else {
                assertThat(model.fitted()[t] + model.residuals()[t]).isCloseTo(series.values()[t], within(1e-9));
            }
        }
    }

    @Test
    void aRandomWalkNeedsNoCoefficients() {
        ArimaModel model = Arima.of(0, 1, 0).fit(ClassicSeries.lakeHuron());
        assertThat(model.coefficients()).isEmpty();
        // Arima(LakeHuron, order = c(0,1,0))
        assertThat(model.logLikelihood()).isCloseTo(-109.11, within(0.01));
        assertThat(model.forecast(3).mean()).containsExactly(new double[] {579.96, 579.96, 579.96}, within(1e-6));
    }

    @Test
    void aConstantSeriesIsItsMeanAndAnythingMoreIsRefused() {
        TimeSeries constant = new TimeSeries(repeated(5, 40), 1);
        Forecast forecast = Arima.of(0, 0, 0).fit(constant).forecast(3, 95);
        assertThat(forecast.mean()).containsExactly(new double[] {5, 5, 5}, within(1e-12));
        assertThat(forecast.upper()[0]).containsExactly(new double[] {5, 5, 5}, within(1e-6));
        assertThatThrownBy(() -> Arima.of(1, 0, 0).fit(constant))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("constant");
    }

    @Test
    void whatCannotBeEstimatedIsRefusedWithTheReason() {
        TimeSeries huron = ClassicSeries.lakeHuron();
        assertRefused(Arima.of(2, 1, 2), new TimeSeries(new double[] {1, 3, 2, 5, 4}, 1), "needs at least 7");
        assertRefused(Arima.of(1, 0, 0), new TimeSeries(new double[0], 1), "has 0");
        assertRefused(Arima.of(1, 0, 0), new TimeSeries(repeated(Double.NaN, 30), 1), "missing");
        assertRefused(Arima.of(1, 0, 0), with(huron, Double.POSITIVE_INFINITY, 9), "infinite");
        assertRefused(AIRLINE, huron, "has no season");
        assertRefused(Arima.of(0, 2, 1).withDrift(), huron, "cannot have a drift");
        assertRefused(AIRLINE, new TimeSeries(huron.values(), 2000), "too long");
        assertRefused(AIRLINE, new TimeSeries(huron.values(), 200), "has 98 observations");
        assertRefused(AIRLINE.boxCox(BoxCox.of(0)), with(ClassicSeries.airPassengers(), 0, 3), "positive");
    }

    private static void assertRefused(Arima arima, TimeSeries series, String reason) {
        assertThatThrownBy(() -> arima.fit(series))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void regressorsThatCannotBeUsedAreNamed() {
        TimeSeries huron = ClassicSeries.lakeHuron();
        double[] line = IntStream.range(0, huron.length()).mapToDouble(t -> t).toArray();
        double[] gap = line.clone();
        gap[5] = Double.NaN;
        assertThatThrownBy(() -> Arima.of(1, 0, 0).fit(huron, new double[3]))
                .hasMessageContaining("Regressor 1 has 3 values, and the series has 98");
        assertThatThrownBy(() -> Arima.of(1, 0, 0).fit(huron, line, gap))
                .hasMessageContaining("Regressor 2 has values");
        assertThatThrownBy(() -> Arima.of(1, 0, 0).fit(huron, line, line)).hasMessageContaining("depend on each other");
        ArimaModel model = Arima.of(1, 0, 0).fit(huron, line);
        assertThatThrownBy(() -> model.forecast(3)).hasMessageContaining("regressors of the future");
        assertThatThrownBy(() -> model.forecast(new double[2][3], 95)).hasMessageContaining("1 regressors");
    }

    private static double[] autoregression(double phi, int length, long seed) {
        Random random = new Random(seed);
        double[] y = new double[length];
        y[0] = random.nextGaussian() / Math.sqrt(1 - phi * phi);
        for (int t = 1; t < length; t++) {
            y[t] = phi * y[t - 1] + random.nextGaussian();
        }
        return y;
    }

    private static double[] repeated(double value, int times) {
        double[] values = new double[times];
        Arrays.fill(values, value);
        return values;
    }
}
