package dev.tickbook.accuracy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tickbook.Tickbook;
import dev.tickbook.TickbookException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.InstantColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** Measures of groups, over time and by regime, and what is said when they get worse. */
class AccuracyTest {

    private static final Instant START = Instant.parse("2024-01-01T00:00:00Z");

    /** Two models; "good" is one too high each day, "bad" two too low; both say give or take 1.5. */
    private static Table forecasts() {
        Table table = Table.create(
                "x",
                StringColumn.create("symbol"),
                StringColumn.create("model"),
                InstantColumn.create("origin"),
                IntColumn.create("step"),
                InstantColumn.create("target_time"),
                DoubleColumn.create("base"),
                DoubleColumn.create("actual"),
                DoubleColumn.create("predicted"),
                DoubleColumn.create("lo-95"),
                DoubleColumn.create("hi-95"),
                DoubleColumn.create("naive_mae"),
                DoubleColumn.create("naive_rmse"));
        for (int day = 0; day < 60; day++) {
            double actual = 100 + day % 3;
            for (String model : new String[] {"good", "bad"}) {
                double predicted = actual + (model.equals("good") ? 1 : -2);
                add(table, "A", model, START.plus(day, ChronoUnit.DAYS), 1, START.plus(day + 1, ChronoUnit.DAYS));
                addNumbers(table, 100, actual, predicted, predicted - 1.5, predicted + 1.5, 2, 4);
            }
        }
        return table;
    }

    private static void add(Table table, Object... values) {
        for (int i = 0; i < values.length; i++) {
            table.column(i).appendObj(values[i]);
        }
    }

    private static void addNumbers(Table table, double... values) {
        for (int i = 0; i < values.length; i++) {
            table.doubleColumn(5 + i).append(values[i]);
        }
    }

    @Test
    void aGroupIsWhatItsForecastsHaveInCommon() {
        Table models = Accuracy.of(forecasts()).by("model");
        assertThat(models.stringColumn("model").asList()).containsExactly("bad", "good");
        assertThat(models.longColumn("forecasts").asList()).containsExactly(60L, 60L);
        assertThat(models.doubleColumn("mae").asDoubleArray()).containsExactly(2, 1);
        assertThat(models.doubleColumn("bias").asDoubleArray()).containsExactly(-2, 1);
        assertThat(models.doubleColumn("mase").asDoubleArray()).containsExactly(1, 0.5);
        assertThat(models.doubleColumn("rmsse").asDoubleArray()).containsExactly(0.5, 0.25);
        assertThat(models.doubleColumn("coverage-95").asDoubleArray()).containsExactly(0, 1);
        assertThat(models.doubleColumn("width-95").asDoubleArray()).containsExactly(3, 3);
        assertThat(models.doubleColumn("direction").asDoubleArray())
                .as("a third of the days is unchanged, and both say that it is not")
                .containsExactly(0, 2 / 3.0);
        assertThat(models.doubleColumn("direction_low").get(1)).isCloseTo(new Proportion(40, 60).low(), within(1e-12));
        double deviation = 1.5 / 1.959963984540054;
        assertThat(models.doubleColumn("crps").get(1))
                .isCloseTo(
                        Measures.crpsNormal(new double[] {1}, new double[] {0}, new double[] {deviation}),
                        within(1e-9));
        assertThat(Accuracy.of(forecasts()).by().doubleColumn("mae").asDoubleArray())
                .containsExactly(1.5);
    }

    @Test
    void whatTheTableDoesNotHaveIsNotMeasured() {
        Table bare = forecasts().selectColumns("model", "actual", "predicted");
        assertThat(Accuracy.of(bare).by("model").columnNames())
                .containsExactly("model", "forecasts", "mae", "rmse", "bias", "mape", "smape");
        assertThatThrownBy(() -> Accuracy.of(bare).by("sector"))
                .isInstanceOf(TickbookException.class)
                .hasMessage("The forecasts have no column \"sector\". They have: model, actual, predicted.");
        assertThatThrownBy(() -> Accuracy.of(bare).confusion()).isInstanceOf(TickbookException.class);
        assertThatThrownBy(() -> Accuracy.of(bare.rejectColumns("actual"))).isInstanceOf(TickbookException.class);
        assertThat(Accuracy.of(forecasts().emptyCopy()).by("model").rowCount()).isZero();
    }

    @Test
    void targetsThatAreNotKnownYetAreNotJudged() {
        Table table = forecasts();
        table.doubleColumn("actual").set(1, Double.NaN); // the first of "bad"
        assertThat(Accuracy.of(table).by("model").longColumn("forecasts").asList())
                .containsExactly(59L, 60L);
    }

    @Test
    void overTimeIsPerDayWeekOrMonthOfTheTargets() {
        Table months = Accuracy.of(forecasts()).over(ChronoUnit.MONTHS, "model");
        assertThat(months.columnNames()).startsWith("model", "time", "forecasts");
        assertThat(months.instantColumn("time").asList()).startsWith(START, Instant.parse("2024-02-01T00:00:00Z"));
        assertThat(months.longColumn("forecasts").asList())
                .as("the bar of the last of January closes on the first of February at midnight, and is January's")
                .startsWith(31L, 29L);
        Table weeks = Accuracy.of(forecasts()).over(ChronoUnit.WEEKS);
        assertThat(weeks.instantColumn("time").get(0)).as("a Monday").isEqualTo(START);
        assertThat(weeks.longColumn("forecasts").get(0)).isEqualTo(14);
        assertThatThrownBy(() -> Accuracy.of(forecasts()).over(ChronoUnit.CENTURIES))
                .isInstanceOf(TickbookException.class);
    }

    @Test
    void modelsAreComparedTargetByTarget() {
        Table table = forecasts();
        Random random = new Random(5);
        DoubleColumn predicted = table.doubleColumn("predicted");
        for (int row = 0; row < table.rowCount(); row++) {
            predicted.set(row, predicted.get(row) + random.nextGaussian());
        }
        Table test = Accuracy.of(table).compare("good", "bad");
        List<double[]> errors = new ArrayList<>();
        for (int first = 0; first < 2; first++) {
            double[] one = new double[60];
            for (int day = 0; day < 60; day++) {
                one[day] = table.doubleColumn("actual").get(2 * day + first) - predicted.get(2 * day + first);
            }
            errors.add(one);
        }
        DieboldMariano expected = DieboldMariano.test(errors.get(0), errors.get(1), 1);
        assertThat(test.rowCount()).isOne();
        assertThat(test.doubleColumn("rmse of good").get(0))
                .as("what the test of squared errors is about")
                .isEqualTo(
                        Math.sqrt(Arrays.stream(errors.get(0)).map(e -> e * e).sum() / 60), within(1e-12))
                .isLessThan(test.doubleColumn("rmse of bad").get(0));
        assertThat(test.doubleColumn("statistic").get(0))
                .isEqualTo(expected.statistic())
                .isNegative();
        assertThat(test.doubleColumn("p_value").get(0))
                .isEqualTo(expected.pValue())
                .isLessThan(0.01);
        assertThatThrownBy(() -> Accuracy.of(table).compare("good", "good"))
                .isInstanceOf(TickbookException.class)
                .hasMessage("good cannot be compared with itself. Name two models.");
        assertThatThrownBy(() -> Accuracy.of(table).compare("good", "best"))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("both good and best");
    }

    @Test
    void modelsThatWereAskedOneAfterTheOtherAreComparedByTheirTargets() {
        Table together = forecasts();
        Random random = new Random(5);
        for (int row = 0; row < together.rowCount(); row++) {
            together.doubleColumn("predicted").set(row, random.nextGaussian());
        }
        Table apart = together.copy();
        for (int row = 1; row < apart.rowCount(); row += 2) {
            InstantColumn origins = apart.instantColumn("origin");
            origins.set(row, origins.get(row).plusMillis(120));
        }
        assertThat(Accuracy.of(apart).compare("good", "bad").print())
                .isEqualTo(Accuracy.of(together).compare("good", "bad").print());
    }

    @Test
    void aSymbolWithNothingToTestStopsNoOther() {
        Table mirrored = forecasts(); // above by 1, below by 2: the losses differ by 3 on each day
        Table varied = forecasts();
        varied.stringColumn("symbol").set(varied.stringColumn("symbol").isEqualTo("A"), "B");
        Random random = new Random(5);
        for (int row = 0; row < varied.rowCount(); row++) {
            varied.doubleColumn("predicted").set(row, random.nextGaussian());
        }
        Table test = Accuracy.of(mirrored.append(varied)).compare("good", "bad");
        assertThat(test.stringColumn("symbol").asList()).containsExactly("A", "B");
        assertThat(test.doubleColumn("p_value").isMissing(0)).isTrue();
        assertThat(test.doubleColumn("p_value").get(1)).isBetween(0.0, 1.0);
    }

    @Test
    void impliedProbabilitiesAreThoseOfNormalDistributions() {
        Table table = forecasts();
        Table good = table.where(table.stringColumn("model").isEqualTo("good"));
        Table calibration = Accuracy.of(good).calibration();
        // One, two or three above the base, with a deviation of 1.5 ÷ 1.96: probabilities of 0.904, 0.9955 and 0.99996.
        assertThat(calibration.doubleColumn("from").asDoubleArray()).containsExactly(0.9);
        assertThat(calibration.longColumn("count").get(0)).isEqualTo(60);
        assertThat(calibration.doubleColumn("mean_probability").get(0))
                .isCloseTo((0.904283 + 0.995517 + 0.999956) / 3, within(1e-4));
        assertThat(calibration.doubleColumn("rate").get(0)).isCloseTo(2 / 3.0, within(1e-12));
    }

    @Test
    void aFallBelowTwoDeviationsIsAWarning() {
        Table months = Table.create(
                InstantColumn.create("time"), DoubleColumn.create("direction"), DoubleColumn.create("mae"));
        double[] direction = {0.5, 0.6, 0.4, 0.5, 0.31, 0.29, 0.9};
        double[] mae = {5, 6, 4, 5, 6.6, 6.7, 0};
        for (int i = 0; i < direction.length; i++) {
            months.instantColumn("time").append(START.plus(i, ChronoUnit.DAYS));
            months.doubleColumn("direction").append(direction[i]);
            months.doubleColumn("mae").append(mae[i]);
        }
        DriftWarning right = DriftWarning.of(months, "direction", 4);
        assertThat(right.mean()).isCloseTo(0.5, within(1e-12));
        assertThat(right.deviation()).as("√(0.02 ÷ 3)").isCloseTo(0.08165, within(1e-5));
        assertThat(right.threshold()).isCloseTo(0.5 - 2 * 0.08165, within(1e-4));
        assertThat(right.warnings()).hasSize(2);
        assertThat(right.warnings().get(1))
                .contains("2024-01-06")
                .contains("direction is 0.2900, and was 0.5000 ± 0.08165");
        DriftWarning error = DriftWarning.of(months, "mae", 4);
        assertThat(error.table().booleanColumn("warning").asList())
                .as("of errors, a rise is the fall: above 5 + 2 × 0.8165")
                .containsExactly(false, false, false, false, false, true, false);
        assertThatThrownBy(() -> DriftWarning.of(months, "mae", 7))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("leaves some to be watched");
        assertThatThrownBy(() -> DriftWarning.of(months, "rmse", 4)).isInstanceOf(TickbookException.class);
    }

    @Test
    void aBiasMayNotMoveToEitherSide() {
        Table days = Table.create(
                IntColumn.create("time", new int[] {1, 2, 3, 4, 5, 6}),
                DoubleColumn.create("bias", 0, 0.1, -0.1, -5, 0.1, 5));
        assertThat(DriftWarning.of(days, "bias", 3)
                        .table()
                        .booleanColumn("warning")
                        .asList())
                .containsExactly(false, false, false, true, false, true);
    }

    @Test
    void forecastsAreLabelledOncePerColumn() {
        Table labelled = forecasts().addColumns(StringColumn.create("trend", 120));
        assertThatThrownBy(() -> Regime.trend(5).label(labelled, symbol -> null))
                .isInstanceOf(TickbookException.class)
                .hasMessageStartingWith("The forecasts have a column \"trend\" already.");
    }

    @Test
    void aRegimeIsThatOfTheMomentAndKnowsNothingOfWhatFollows() {
        try (Tickbook tb = Tickbook.open()) {
            // Sixty calm days around 100, then twenty wild ones that fall.
            double[] closes = new double[80];
            Random random = new Random(11);
            Arrays.setAll(
                    closes,
                    i -> i < 60 ? 100 + 0.1 * random.nextGaussian() : 100 - (i - 59) + 5 * random.nextGaussian());
            for (int i = 0; i < closes.length; i++) {
                tb.sql(
                                "INSERT INTO market.market_data (time, symbol, interval, close) VALUES (?, 'A', '1d', ?)",
                                START.plus(i, ChronoUnit.DAYS),
                                closes[i])
                        .execute();
            }
            Table moments = Table.create(
                    StringColumn.create("symbol", "A", "A", "A", "A"),
                    InstantColumn.create(
                            "origin",
                            START.plus(20, ChronoUnit.DAYS),
                            START.plus(60, ChronoUnit.DAYS),
                            START.plus(66, ChronoUnit.DAYS),
                            START.plus(80, ChronoUnit.DAYS)));
            Table labelled = Regime.trend(30).label(Regime.volatility(5, 40).label(moments, tb::read), tb::read);
            assertThat(labelled.stringColumn("volatility").get(0)).isEqualTo("unknown");
            assertThat(labelled.stringColumn("volatility").get(2)).isEqualTo("turbulent");
            assertThat(labelled.stringColumn("trend").get(0)).isEqualTo("unknown");
            assertThat(labelled.stringColumn("trend").get(3)).isEqualTo("falling");

            Table shorter = moments.inRange(0, 2);
            Table before = Regime.volatility(5, 40).label(shorter, tb::read);
            tb.sql("DELETE FROM market.market_data WHERE time >= ?", START.plus(60, ChronoUnit.DAYS))
                    .execute();
            assertThat(Regime.volatility(5, 40)
                            .label(shorter, tb::read)
                            .stringColumn("volatility")
                            .asList())
                    .isEqualTo(before.stringColumn("volatility").asList())
                    .doesNotContain("turbulent");
        }
        assertThatThrownBy(() -> Regime.trend(30).label(Table.create("x"), null))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("a column \"symbol\"");
        assertThatThrownBy(() -> Regime.volatility(1, 40)).isInstanceOf(TickbookException.class);
    }
}
