package dev.tickbook.forecast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tickbook.TickbookException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Exponential smoothing against R 4.2.2 with forecast 8.20, and against its own paths. */
class ExponentialSmoothingTest {

    @Test
    void theChosenFormIsRsWhereRFindsTheBest() {
        // e <- ets(Nile); e$aicc; e$sigma2; e$par; forecast(e, h = 10)
        EtsModel nile = new ExponentialSmoothing().fit(ClassicSeries.nile());
        assertThat(nile.name()).isEqualTo("ETS(M,N,N)");
        assertThat(nile.aicc()).isCloseTo(1458.5519, within(1e-3));
        assertThat(nile.aic()).isCloseTo(1458.3019, within(1e-3));
        assertThat(nile.bic()).isCloseTo(1466.1174, within(1e-3));
        assertThat(nile.logLikelihood()).isCloseTo(-726.15096, within(1e-3));
        assertThat(nile.sigma2()).isCloseTo(0.0239570566, within(1e-5));
        assertThat(nile.alpha()).isCloseTo(0.1514, within(2e-3));
        Forecast forecast = nile.forecast(10, 80, 95);
        assertThat(forecast.mean()[9]).isCloseTo(838.875161, within(0.5));
        assertThat(forecast.lower()[0][9]).isCloseTo(655.706950, within(0.5));
        assertThat(forecast.upper()[1][9]).isCloseTo(1119.00677, within(0.5));

        // e <- ets(LakeHuron); forecast(e, h = 10)
        EtsModel huron = new ExponentialSmoothing().fit(ClassicSeries.lakeHuron());
        assertThat(huron.name()).isEqualTo("ETS(A,N,N)");
        assertThat(huron.aicc()).isCloseTo(396.933053861, within(1e-3));
        assertThat(huron.sigma2()).isCloseTo(0.561108664, within(1e-5));
        Forecast level = huron.forecast(10, 80, 95);
        assertThat(level.mean()[9]).isCloseTo(579.959993, within(1e-3));
        assertThat(level.lower()[0][9]).isCloseTo(576.924562, within(1e-3));
        assertThat(level.upper()[1][9]).isCloseTo(584.602284, within(1e-3));
    }

    /** R's aicc by {@code ets(x)} without a form, by {@code ets(x, "AAA", damped = FALSE)} and so on with one. */
    @ParameterizedTest
    @CsvSource({
        "AirPassengers, ZZZ, 1400.638",
        "AirPassengers, MAM, 1403.664",
        "WWWusage, ZZZ, 718.6342",
        "lynx, ZZZ, 2058.356",
        "Nile, ANN, 1459.0310",
        "Nile, AAN, 1462.5504"
    })
    void noLikelihoodIsWorseThanRs(String name, String form, double aicc) {
        TimeSeries series = switch (name) {
            case "AirPassengers" -> ClassicSeries.airPassengers();
            case "WWWusage" -> ClassicSeries.wwwUsage();
            case "lynx" -> ClassicSeries.lynx();
            default -> ClassicSeries.nile();
        };
        EtsModel model = new ExponentialSmoothing(form).fit(series);
        assertThat(model.aicc()).isLessThan(aicc + 0.01);
        assertThat(model.converged()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ANN", "AAdN", "AAA", "MNN", "MAN", "MAdA", "MNM", "MAM", "MAdM"})
    void meanAndIntervalsAreThoseOfTheModelsOwnPaths(String form) {
        EtsModel model = new ExponentialSmoothing(form).fit(ClassicSeries.airPassengers());
        int steps = 30; // more than two seasons, so that seasons return
        int paths = 40_000;
        double[] sum = new double[steps];
        double[] squares = new double[steps];
        for (int path = 0; path < paths; path++) {
            double[] drawn = model.simulate(steps, path);
            for (int step = 0; step < steps; step++) {
                sum[step] += drawn[step];
                squares[step] += drawn[step] * drawn[step];
            }
        }
        Forecast forecast = model.forecast(steps, 95);
        for (int step = 0; step < steps; step++) {
            double mean = sum[step] / paths;
            double deviation = Math.sqrt(squares[step] / paths - mean * mean);
            double error = (forecast.upper()[0][step] - forecast.mean()[step]) / 1.959963984540054;
            assertThat(forecast.mean()[step]).as("mean of step " + step).isCloseTo(mean, within(0.03 * deviation));
            assertThat(error).as("deviation of step " + step).isCloseTo(deviation, within(0.03 * deviation));
        }
    }

    @Test
    void whatWasSimulatedIsFoundAgain() {
        Random random = new Random(11);
        double level = 50;
        double slope = 0.3;
        double[] values = new double[2000];
        for (int i = 0; i < values.length; i++) {
            double error = random.nextGaussian();
            values[i] = level + slope + error;
            level += slope + 0.6 * error;
            slope += 0.1 * error;
        }
        EtsModel model = new ExponentialSmoothing("AAN").fit(new TimeSeries(values, 1));
        assertThat(model.alpha()).isCloseTo(0.6, within(0.06));
        assertThat(model.beta()).isCloseTo(0.1, within(0.03));
        assertThat(model.sigma2()).isCloseTo(1, within(0.07));
    }

    @Test
    void missingValuesCostLittle() {
        TimeSeries whole = ClassicSeries.airPassengers();
        double[] values = whole.values();
        Random random = new Random(3);
        for (int gap = 0; gap < 15; gap++) {
            values[random.nextInt(values.length - 1)] = Double.NaN;
        }
        EtsModel model = new ExponentialSmoothing("MAM").fit(new TimeSeries(values, 12));
        double[] mean = model.forecast(12).mean();
        double[] complete =
                new ExponentialSmoothing("MAM").fit(whole).forecast(12).mean();
        for (int step = 0; step < 12; step++) {
            assertThat(mean[step]).isCloseTo(complete[step], within(0.03 * complete[step]));
        }
    }

    @Test
    void aSeriesThatGoesBelowZeroGetsAnAdditiveForm() {
        Random random = new Random(1);
        double[] values = random.doubles(60, -1, 1).toArray();
        assertThat(new ExponentialSmoothing().fit(new TimeSeries(values, 12)).name())
                .startsWith("ETS(A,");
        assertThatThrownBy(() -> new ExponentialSmoothing("MNN").fit(new TimeSeries(values, 12)))
                .isInstanceOf(TickbookException.class)
                .hasMessage("The form MNN is multiplicative and needs values above 0, but the series has others."
                        + " Use an additive form, or ZZZ to choose.");
    }

    @Test
    void aFormThatDoesNotSuitTheSeriesIsSaid() {
        assertThatThrownBy(() -> new ExponentialSmoothing("AAM").fit(ClassicSeries.airPassengers()))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("No exponential smoothing is written AAM for a series of period 12");
        assertThatThrownBy(() -> new ExponentialSmoothing("ANA").fit(ClassicSeries.nile()))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("a season needs a period between 2 and 24");
        double[] few = Arrays.copyOf(ClassicSeries.airPassengers().values(), 15);
        assertThatThrownBy(() -> new ExponentialSmoothing("AAA").fit(new TimeSeries(few, 12)))
                .isInstanceOf(TickbookException.class)
                .hasMessage("The form AAA has too many parameters for 15 observations with a season of 12."
                        + " Use a form without season, or a longer series.");
        assertThatThrownBy(() -> new ExponentialSmoothing("simple"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("for example MAdM");
    }

    @ParameterizedTest
    @ValueSource(ints = {-400, 300}) // powers of two, which cost no digit
    void theUnitOfTheSeriesDoesNotMatter(int exponent) {
        double[] values = ClassicSeries.nile().values();
        double[] other = Arrays.stream(values).map(v -> Math.scalb(v, exponent)).toArray();
        EtsModel usual = new ExponentialSmoothing().fit(ClassicSeries.nile());
        EtsModel scaled = new ExponentialSmoothing().fit(new TimeSeries(other, 1));
        assertThat(scaled.name()).isEqualTo(usual.name());
        assertThat(scaled.forecast(3).mean()[2])
                .isEqualTo(Math.scalb(usual.forecast(3).mean()[2], exponent));
    }
}
