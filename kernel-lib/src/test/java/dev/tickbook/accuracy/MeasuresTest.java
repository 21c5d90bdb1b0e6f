package dev.tickbook.accuracy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tickbook.TickbookException;
import java.util.Arrays;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** Measures of point forecasts, intervals and distributions, against R and against their definitions, worked out at length. */
class MeasuresTest {

    private static final Offset<Double> AS_R = within(1e-4);

    /** R: tr <- window(AirPassengers, end = c(1958, 12)); te <- window(AirPassengers, start = c(1959, 1)). */
    private static final double[] TRAINING = Arrays.copyOf(Series.of("AirPassengers"), 120);

    private static final double[] ACTUAL = Arrays.copyOfRange(Series.of("AirPassengers"), 120, 144);

    /** R: snaive(tr, h = 24)$mean. */
    private static double[] seasonalNaive() {
        double[] predicted = new double[24];
        Arrays.setAll(predicted, i -> TRAINING[108 + i % 12]);
        return predicted;
    }

    @Test
    void errorsAreAsRsAccuracyHasThem() {
        // accuracy(snaive(tr, h = 24), te), whose ME is actual − predicted, and whose MAPE is in percent
        double[] predicted = seasonalNaive();
        assertThat(Measures.bias(ACTUAL, predicted)).isCloseTo(-71.25, AS_R);
        assertThat(Measures.rmse(ACTUAL, predicted)).isCloseTo(76.9945885544, AS_R);
        assertThat(Measures.mae(ACTUAL, predicted)).isCloseTo(71.25, AS_R);
        assertThat(Measures.mape(ACTUAL, predicted)).isCloseTo(0.155233551624, AS_R);
        assertThat(Measures.mase(ACTUAL, predicted, TRAINING, 12)).isCloseTo(2.4935191186, AS_R);
        // sqrt(mean((te - f$mean)^2) / mean(diff(tr, 12)^2)); mean(2 * abs(te - f$mean) / (abs(te) + abs(f$mean)))
        assertThat(Measures.rmsse(ACTUAL, predicted, TRAINING, 12)).isCloseTo(2.36861788595, AS_R);
        assertThat(Measures.smape(ACTUAL, predicted)).isCloseTo(0.170126253617, AS_R);
    }

    @Test
    void aScaleOfAnotherSeasonIsAnotherMeasure() {
        double[] actual = {3, 5};
        double[] predicted = {2, 7};
        assertThat(Measures.mase(actual, predicted, new double[] {1, 2, 4, 4}, 1))
                .as("1.5 ÷ 1")
                .isCloseTo(1.5, within(1e-12));
        assertThat(Measures.mase(actual, predicted, new double[] {1, 2, 4, 4}, 2))
                .as("1.5 ÷ 2.5")
                .isCloseTo(0.6, within(1e-12));
        assertThat(Measures.mase(actual, predicted, new double[] {1, 2}, 5))
                .as("a past shorter than a season tells nothing")
                .isNaN();
        assertThatThrownBy(() -> Measures.naiveMae(actual, 0)).isInstanceOf(TickbookException.class);
    }

    @Test
    void whatWasNotObservedIsNotJudged() {
        double[] actual = {1, Double.NaN, 3};
        double[] predicted = {2, 2, Double.NaN};
        assertThat(Measures.mae(actual, predicted)).isEqualTo(1);
        assertThat(Measures.rmse(new double[] {Double.NaN}, new double[] {1})).isNaN();
        assertThat(Measures.mape(new double[] {0, 2}, new double[] {1, 1})).isEqualTo(0.5);
        assertThatThrownBy(() -> Measures.mae(actual, new double[] {1}))
                .isInstanceOf(TickbookException.class)
                .hasMessage("A measure compares values in pairs, but there are 3 of one kind and 1 of the other.");
    }

    @Test
    void aDirectionIsRightOnTheSameSideOfTheBase() {
        double[] base = {10, 10, 10, 10, Double.NaN};
        double[] actual = {11, 9, 10, 12, 12};
        double[] predicted = {12, 11, 10, 10, 13};
        assertThat(Measures.directionalAccuracy(actual, predicted, base)).isEqualTo(0.5);
    }

    @Test
    void intervalsHoldTheirEnds() {
        double[] actual = {1, 2, 3, 4, Double.NaN};
        double[] lower = {1, 0, 3.5, 4.5, 0};
        double[] upper = {2, 2, 4, 5, 1};
        assertThat(Measures.coverage(actual, lower, upper)).isEqualTo(new Proportion(2, 4));
        assertThat(Measures.width(lower, upper)).isCloseTo((1 + 2 + 0.5 + 0.5 + 1) / 5, within(1e-12));
    }

    @Test
    void theTrueQuantileHasTheLeastPinballLoss() {
        Random random = new Random(7);
        double[] actual = random.doubles(20_000).toArray();
        double[] loss = new double[9];
        for (int i = 0; i < loss.length; i++) {
            double[] said = new double[actual.length];
            Arrays.fill(said, (i + 1) / 10.0);
            loss[i] = Measures.pinballLoss(actual, said, 0.3);
        }
        assertThat(Arrays.stream(loss).min().getAsDouble()).isEqualTo(loss[2]);
        assertThat(Measures.pinballLoss(new double[] {5, 1}, new double[] {3, 3}, 0.9))
                .as("(0.9 × 2 + 0.1 × 2) ÷ 2")
                .isCloseTo(1, within(1e-12));
        assertThatThrownBy(() -> Measures.pinballLoss(actual, actual, 95)).isInstanceOf(TickbookException.class);
    }

    @Test
    void theScoreOfANormalDistributionIsTheIntegralThatDefinesIt() {
        // R: integrate(function(x) pnorm(x, m, s)^2, -Inf, y)$value + integrate(function(x) (1 - pnorm(x, m, s))^2, y,
        // Inf)$value
        assertThat(crpsNormal(1.2, 1, 0.5)).isCloseTo(0.148344045174, AS_R);
        assertThat(crpsNormal(-3, 0, 1)).isCloseTo(2.43657472509, AS_R);
        assertThat(crpsNormal(10, 8, 4)).isCloseTo(1.32561412502, AS_R);
        assertThat(crpsNormal(10, 8, 0)).as("a point").isEqualTo(2);
    }

    @Test
    void theScoreOfASampleIsThatOfAllItsPairs() {
        double[] sample = new Random(1).doubles(200, -3, 9).toArray();
        double away = 0;
        double apart = 0;
        for (double x : sample) {
            away += Math.abs(x - 2.5) / 200;
            for (double y : sample) {
                apart += Math.abs(x - y) / (200 * 200);
            }
        }
        assertThat(Measures.crpsOfSample(2.5, sample)).isCloseTo(away - apart / 2, within(1e-10));
        assertThat(Measures.crpsOfSample(2.5, 4)).as("a point").isEqualTo(1.5);
    }

    @Test
    void theScoresOfSampleAndQuantilesComeNearThatOfTheDistribution() {
        double[] sample = new double[40_000];
        Random random = new Random(3);
        Arrays.setAll(sample, i -> 8 + 4 * random.nextGaussian());
        assertThat(Measures.crpsOfSample(10, sample)).isCloseTo(1.32561412502, within(0.03));

        double[] probabilities = new double[999];
        Arrays.setAll(probabilities, i -> (i + 1) / 1000.0);
        var normal = new org.apache.commons.math3.distribution.NormalDistribution(8, 4);
        double[] quantiles = Arrays.stream(probabilities)
                .map(normal::inverseCumulativeProbability)
                .toArray();
        assertThat(Measures.crpsOfQuantiles(10, probabilities, quantiles)).isCloseTo(1.32561412502, within(2e-3));
        assertThatThrownBy(() -> Measures.crpsOfQuantiles(1, new double[] {0.5, 0.1}, new double[] {1, 2}))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("must ascend");
    }

    @Test
    void aShareOfHitsHasWilsonsInterval() {
        // R: prop.test(37, 50, correct = FALSE)$conf.int; prop.test(0, 7, correct = FALSE)$conf.int
        Proportion many = new Proportion(37, 50);
        assertThat(many.rate()).isEqualTo(0.74);
        assertThat(many.low()).isCloseTo(0.604468427352, AS_R);
        assertThat(many.high()).isCloseTo(0.841284725064, AS_R);
        assertThat(new Proportion(0, 7).low()).isCloseTo(0, AS_R);
        assertThat(new Proportion(0, 7).high()).isCloseTo(0.354330435067, AS_R);
        assertThat(new Proportion(0, 0).rate()).isNaN();
        assertThat(many).hasToString("74.0 % (37 of 50; 95 % interval 60.4 to 84.1 %)");
        assertThatThrownBy(() -> new Proportion(3, 2)).isInstanceOf(IllegalArgumentException.class);
    }

    private static double crpsNormal(double actual, double mean, double deviation) {
        return Measures.crpsNormal(new double[] {actual}, new double[] {mean}, new double[] {deviation});
    }
}
