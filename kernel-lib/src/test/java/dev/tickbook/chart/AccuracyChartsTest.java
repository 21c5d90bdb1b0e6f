package dev.tickbook.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tickbook.TickbookException;
import dev.tickbook.accuracy.Direction;
import dev.tickbook.accuracy.DriftWarning;
import java.time.LocalDate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.internal.series.Series;
import org.knowm.xchart.style.Styler.LegendPosition;
import tech.tablesaw.api.DateColumn;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** Pictures of accuracy: what is in the tables is in the charts. */
class AccuracyChartsTest {

    @Test
    void accuracyOverTimeShowsTheBaselineAndMarksWhatFellOutOfIt() {
        Table table = Table.create(
                DateColumn.create(
                        "time",
                        IntStream.range(0, 6)
                                .mapToObj(LocalDate.of(2024, 1, 1)::plusMonths)
                                .toArray(LocalDate[]::new)),
                DoubleColumn.create("hit_rate", 0.9, 0.95, 1.0, 0.95, 0.5, 0.96));
        XYChart chart = AccuracyCharts.overTime(DriftWarning.of(table, "hit_rate", 4), "x", "share");
        assertThat(chart.getSeries("hit_rate").getYData()).containsExactly(0.9, 0.95, 1.0, 0.95, 0.5, 0.96);
        assertThat(chart.getSeries("warning").getYData()).containsExactly(0.5);
        assertThat(chart.getSeries("mean of the first 4").getYData()).containsOnly(0.95);
        assertThat(chart.getYAxisTitle()).isEqualTo("share");
    }

    @Test
    void calibrationShowsSharesAndTheirIntervals() {
        Table calibration =
                Direction.calibration(new double[] {0.2, 0.25, 0.8, 0.9}, new boolean[] {false, true, true, true});
        XYChart chart = AccuracyCharts.calibration(calibration, "x");
        assertThat(chart.getSeries("share, with its 95 % interval").getXData())
                .containsExactly(calibration.doubleColumn("mean_probability").asDoubleArray());
        assertThat(chart.getSeries("interval 0").getYData())
                .containsExactly(
                        calibration.doubleColumn("rate_low").get(0),
                        calibration.doubleColumn("rate_high").get(0));
    }

    @Test
    void confusionLeavesOutWhatWasNeverSaidAndNeverCame() {
        double[] base = {10, 10, 10};
        CategoryChart chart = AccuracyCharts.confusion(
                Direction.confusion(new double[] {11, 9, 12}, new double[] {12, 12, 9}, base), "x");
        assertThat(chart.getSeriesCollection())
                .extracting(Series::getName)
                .containsExactly("it went down", "it went up");
        assertThat(chart.getSeries("it went up").getYData())
                .as("when \"down\" was said, and when \"up\"")
                .containsExactly(1, 1);
        assertThatThrownBy(() -> AccuracyCharts.confusion(
                        Direction.confusion(new double[0], new double[0], new double[0]), "nothing"))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("\"nothing\"");
    }

    @Test
    void modelsAreLinesOverTheHorizon() {
        Table table = Table.create(
                StringColumn.create("model", "b", "a", "a", "b"),
                IntColumn.create("step", new int[] {2, 1, 2, 1}),
                DoubleColumn.create("mase", 4.0, 1.0, 2.0, 3.0));
        XYChart chart = AccuracyCharts.models(table, "step", "mase", "x", "MASE");
        assertThat(chart.getSeriesCollection()).extracting(Series::getName).containsExactly("a", "b");
        assertThat(chart.getSeries("b").getYData()).containsExactly(3, 4);
        assertThatThrownBy(() -> AccuracyCharts.models(table, "step", "rmse", "x", ""))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("no column \"rmse\"");
    }

    @Test
    void manyModelsCanBeToldApartAndNamed() {
        Table table = Table.create(StringColumn.create("model"), IntColumn.create("step"), DoubleColumn.create("mase"));
        for (int model = 0; model < 8; model++) {
            table.stringColumn(0).append("exponential smoothing " + model);
            table.intColumn(1).append(1);
            table.doubleColumn(2).append(model);
        }
        XYChart chart = AccuracyCharts.models(table, "step", "mase", "x", "MASE");
        assertThat(chart.getSeriesCollection())
                .extracting(series -> series.getLineColor() + " " + series.getMarker())
                .doesNotHaveDuplicates();
        assertThat(chart.getStyler().getLegendPosition())
                .as("a list beside the chart, where below it names would be cut")
                .isEqualTo(LegendPosition.OutsideE);
    }
}
