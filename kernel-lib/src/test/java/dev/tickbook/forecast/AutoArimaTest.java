package dev.tickbook.forecast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tickbook.TickbookException;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The search for orders against that of R 4.2.2 with forecast 8.20. */
class AutoArimaTest {

    /** {@code auto.arima(x)}: d, D and AICc. */
    static Stream<Arguments> choicesOfR() {
        return Stream.of(
                Arguments.of("AirPassengers", ClassicSeries.airPassengers(), 1, 1, 1018.1652),
                Arguments.of("WWWusage", ClassicSeries.wwwUsage(), 1, 0, 514.5521),
                Arguments.of("LakeHuron", ClassicSeries.lakeHuron(), 1, 0, 220.2579),
                Arguments.of("lynx", ClassicSeries.lynx(), 0, 0, 1876.9525),
                Arguments.of("Nile", ClassicSeries.nile(), 1, 0, 1267.5074));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("choicesOfR")
    void theChosenModelDifferencesAsRsAndItsCriterionIsNotWorse(
            String name, TimeSeries series, int d, int seasonalD, double aicc) {
        ArimaModel model = AutoArima.defaults().fit(series);
        assertThat(model.order().d()).isEqualTo(d);
        assertThat(model.order().seasonalD()).isEqualTo(seasonalD);
        assertThat(model.aicc()).isLessThanOrEqualTo(aicc + 0.01);
        assertThat(model.converged()).isTrue();
    }

    @Test
    void theFullSearchFindsTheLeastCriterionOfAll() {
        // auto.arima(x, stepwise = FALSE, approximation = FALSE)$aicc
        AutoArima full = AutoArima.defaults().fullSearch(5);
        assertThat(full.fit(ClassicSeries.wwwUsage()).aicc()).isLessThanOrEqualTo(512.4195 + 0.01);
        assertThat(full.fit(ClassicSeries.lakeHuron()).aicc()).isLessThanOrEqualTo(213.5061 + 0.01);
        assertThat(full.fit(ClassicSeries.lynx()).aicc()).isLessThanOrEqualTo(1875.0068 + 0.01);
    }

    @Test
    void theAirlineModelIsFoundForTheLogarithms() {
        ArimaModel model = AutoArima.defaults().boxCox(BoxCox.of(0)).fit(ClassicSeries.airPassengers());
        assertThat(model.name()).isEqualTo("ARIMA(0,1,1)(0,1,1)[12]");
        assertThat(model.boxCox().lambda()).isZero();
        ArimaModel chosen = AutoArima.defaults().chooseBoxCox(true).fit(ClassicSeries.airPassengers());
        assertThat(chosen.boxCox().lambda()).isCloseTo(-0.2947, within(1e-3));
    }

    @Test
    void quickEstimatesLeadToNearlyAsGoodAModel() {
        TimeSeries series = ClassicSeries.airPassengers();
        double exact = AutoArima.defaults().approximation(false).fit(series).aicc();
        assertThat(AutoArima.defaults().approximation(true).fit(series).aicc()).isLessThan(exact + 4);
    }

    @Test
    void whatTheSearchIsToldItKeepsTo() {
        TimeSeries passengers = ClassicSeries.airPassengers();
        AutoArima search = AutoArima.defaults();
        assertThat(search.withoutSeason().fit(passengers).order().isSeasonal()).isFalse();
        assertThat(search.differences(0, 1).fit(passengers).order().d()).isZero();
        assertThat(search.maxDifferences(0, 0).fit(passengers).order().differences())
                .isZero();
        assertThat(search.stationary().fit(ClassicSeries.nile()).order().d()).isZero();
        ArimaOrder small = search.maxOrders(1, 1, 0, 1).fit(passengers).order();
        assertThat(small.p()).isLessThanOrEqualTo(1);
        assertThat(small.seasonalP()).isZero();
        assertThat(search.stationary().withoutMean().fit(ClassicSeries.nile()).coefficients())
                .doesNotContainKey("mean");
        assertThat(search.criterion(InformationCriterion.BIC)
                        .fit(ClassicSeries.lynx())
                        .bic())
                .isLessThanOrEqualTo(search.fit(ClassicSeries.lynx()).bic());
    }

    @Test
    void noiseIsFoundToBeNoise() {
        Random random = new Random(11);
        double[] noise = IntStream.range(0, 200)
                .mapToDouble(t -> 100 + random.nextGaussian())
                .toArray();
        ArimaModel model =
                AutoArima.defaults().criterion(InformationCriterion.BIC).fit(new TimeSeries(noise, 1));
        assertThat(model.name()).isEqualTo("ARIMA(0,0,0) with mean");
    }

    @Test
    void aSeriesWithoutNoiseIsContinued() {
        double[] constant = new double[60];
        Arrays.fill(constant, 7);
        assertThat(AutoArima.defaults()
                        .fit(new TimeSeries(constant, 12))
                        .forecast(2, 95)
                        .mean())
                .containsExactly(new double[] {7, 7}, within(1e-9));
        double[] line = IntStream.range(0, 60).mapToDouble(t -> 3 + 0.5 * t).toArray();
        assertThat(AutoArima.defaults()
                        .fit(new TimeSeries(line, 1))
                        .forecast(2, 95)
                        .mean())
                .containsExactly(new double[] {33, 33.5}, within(1e-6));
        double[] season = IntStream.range(0, 60).mapToDouble(t -> t % 4).toArray();
        assertThat(AutoArima.defaults()
                        .fit(new TimeSeries(season, 4))
                        .forecast(4)
                        .mean())
                .containsExactly(new double[] {0, 1, 2, 3}, within(1e-6));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 8, 13, 25})
    void aShortSeriesGivesASmallModelOrTheReasonWhyNot(int length) {
        Random random = new Random(length);
        double[] values = IntStream.range(0, length)
                .mapToDouble(t -> random.nextGaussian())
                .toArray();
        for (int period : new int[] {1, 4, 12, 365}) {
            try {
                ArimaModel model = AutoArima.defaults().fit(new TimeSeries(values, period));
                assertThat(model.forecast(3, 95).mean()).doesNotContain(Double.NaN);
            } catch (TickbookException tooShort) {
                assertThat(length).isLessThan(4);
                assertThat(tooShort).hasMessageContaining("observations");
            }
        }
    }

    @Test
    void aSeasonLongerThanTheSeriesIsLeftOut() {
        assertThat(AutoArima.defaults()
                        .fit(new TimeSeries(ClassicSeries.lakeHuron().values(), 365))
                        .order()
                        .isSeasonal())
                .isFalse();
    }

    @Test
    void gapsAreNoHindrance() {
        double[] values = ClassicSeries.airPassengers().values();
        IntStream.of(0, 30, 31, 77, 143).forEach(t -> values[t] = Double.NaN);
        ArimaModel model = AutoArima.defaults().boxCox(BoxCox.of(0)).fit(new TimeSeries(values, 12));
        assertThat(model.order().seasonalD()).isEqualTo(1);
        assertThat(model.forecast(1).mean()[0]).isBetween(430.0, 470.0);
        double[] none = new double[50];
        Arrays.fill(none, Double.NaN);
        assertThatThrownBy(() -> AutoArima.defaults().fit(new TimeSeries(none, 1)))
                .hasMessageContaining("missing");
    }

    @Test
    void regressorsAreTakenOutBeforeTheSeriesIsDifferenced() {
        Random random = new Random(5);
        double[] x = IntStream.range(0, 120)
                .mapToDouble(t -> t + 5 * random.nextGaussian())
                .toArray();
        double[] y =
                Arrays.stream(x).map(v -> 10 + 2 * v + random.nextGaussian()).toArray();
        ArimaModel model = AutoArima.defaults().fit(new TimeSeries(y, 1), x);
        assertThat(model.order().d()).isZero();
        assertThat(model.coefficients().get("xreg1")).isCloseTo(2, within(0.02));
    }

    @Test
    void theSameSeriesGivesTheSameModel() {
        assertThat(AutoArima.defaults().fit(ClassicSeries.airPassengers()).coefficients())
                .isEqualTo(
                        AutoArima.defaults().fit(ClassicSeries.airPassengers()).coefficients());
    }
}
