package dev.tickbook.chart;

import dev.tickbook.TickbookException;
import dev.tickbook.accuracy.DriftWarning;
import dev.tickbook.chart.internal.HouseStyle;
import java.awt.BasicStroke;
import java.awt.Color;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Date;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** Pictures of how good forecasts were, from the tables of {@link dev.tickbook.accuracy}. */
public final class AccuracyCharts {

    private static final BasicStroke DASHED =
            new BasicStroke(1.2f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_MITER, 1, new float[] {6, 4}, 0);
    /** More names than this do not fit beside each other below a chart. */
    private static final int BESIDE = 5;

    private static final BasicStroke HAIR = new BasicStroke(0.5f);
    private static final Color BAND = HouseStyle.area(HouseStyle.series(0));

    private AccuracyCharts() {}

    /**
     * A measure over time, with its baseline: mean, and two standard deviations around it. What fell out of it is marked.
     *
     * @param drift what was watched
     * @param title what is shown
     * @param unit of the measure, for the axis
     * @return a chart that a notebook shows
     */
    public static XYChart overTime(DriftWarning drift, String title, String unit) {
        Table table = drift.table();
        List<Date> times = HouseStyle.times(table, "time");
        List<Double> values = numbers(table, drift.measure());
        XYChart chart = HouseStyle.xy(title, "", unit);
        HouseStyle.timeAxis(chart.getStyler(), times);
        Date first = times.get(0);
        Date last = times.get(times.size() - 1);
        double low = drift.mean() - 2 * drift.deviation();
        double high = drift.mean() + 2 * drift.deviation();
        XYSeries band = chart.addSeries(
                "mean ± 2 standard deviations of the baseline",
                List.of(first, last, last, first, first),
                List.of(low, low, high, high, low));
        band.setXYSeriesRenderStyle(XYSeriesRenderStyle.PolygonArea);
        band.setFillColor(BAND);
        line(band, BAND, HAIR);
        line(
                chart.addSeries(
                        "mean of the first " + drift.baseline(),
                        List.of(first, last),
                        List.of(drift.mean(), drift.mean())),
                HouseStyle.series(0),
                DASHED);
        dotted(chart.addSeries(drift.measure(), times, values), HouseStyle.INK);
        int[] fell = IntStream.range(0, values.size())
                .filter(row -> table.booleanColumn("warning").get(row))
                .toArray();
        if (fell.length > 0) {
            points(
                    chart.addSeries(
                            "warning",
                            Arrays.stream(fell).mapToObj(times::get).toList(),
                            Arrays.stream(fell).mapToObj(values::get).toList()),
                    HouseStyle.FALLING);
        }
        chart.getStyler().setMarkerSize(6);
        return chart;
    }

    /**
     * Whether stated probabilities were worth what they said: the share of times that it came, with its Wilson interval,
     * over the probability. On the diagonal they were.
     *
     * @param calibration as {@link dev.tickbook.accuracy.Direction#calibration} gives it
     * @param title what is shown
     * @return a chart that a notebook shows
     */
    public static XYChart calibration(Table calibration, String title) {
        HouseStyle.require(calibration, "mean_probability", "rate", "rate_low", "rate_high");
        XYChart chart = HouseStyle.xy(title, "probability as stated", "share of times that it came");
        line(
                chart.addSeries("well calibrated", new double[] {0, 1}, new double[] {0, 1}),
                HouseStyle.series(1),
                DASHED);
        double[] stated = calibration.doubleColumn("mean_probability").asDoubleArray();
        double[] rate = calibration.doubleColumn("rate").asDoubleArray();
        double[] low = calibration.doubleColumn("rate_low").asDoubleArray();
        double[] high = calibration.doubleColumn("rate_high").asDoubleArray();
        for (int i = 0; i < stated.length; i++) {
            // XChart has error bars of one length alone, and Wilson's reach further on one side.
            XYSeries interval = chart.addSeries(
                    "interval " + i, new double[] {stated[i], stated[i]}, new double[] {low[i], high[i]});
            line(interval, HouseStyle.series(0), HouseStyle.LINE);
            interval.setShowInLegend(false);
        }
        points(chart.addSeries("share, with its 95 % interval", stated, rate), HouseStyle.series(0));
        chart.getStyler().setMarkerSize(9);
        unit(chart);
        return chart;
    }

    private static void unit(XYChart chart) {
        chart.getStyler().setXAxisMin(0.0).setXAxisMax(1.0);
        chart.getStyler().setYAxisMin(0.0).setYAxisMax(1.0);
        chart.getStyler().setPlotGridVerticalLinesVisible(true);
    }

    /**
     * What was said of the direction against what came: bars per direction that was said, of what came then.
     *
     * @param confusion as {@link dev.tickbook.accuracy.Direction#confusion} gives it; directions that were never said are
     *     left out
     * @param title what is shown
     * @return a chart that a notebook shows
     */
    public static CategoryChart confusion(Table confusion, String title) {
        HouseStyle.require(confusion, "predicted", "actual down", "actual unchanged", "actual up");
        CategoryChart chart = HouseStyle.categories(title, "what was said", "how often it came");
        chart.getStyler().setAvailableSpaceFill(0.7);
        List<String> said = new ArrayList<>();
        Map<String, List<Double>> came = new LinkedHashMap<>();
        String[] sides = {"down", "unchanged", "up"};
        for (int row = 0; row < confusion.rowCount(); row++) {
            double total = 0;
            for (String side : sides) {
                total += number(confusion, "actual " + side).getDouble(row);
            }
            if (total > 0) {
                said.add("\"" + confusion.stringColumn("predicted").get(row) + "\"");
                for (String side : sides) {
                    came.computeIfAbsent(side, any -> new ArrayList<>())
                            .add(number(confusion, "actual " + side).getDouble(row));
                }
            }
        }
        if (said.isEmpty()) {
            throw new TickbookException(
                    "There is no direction to draw in \"" + title + "\": no forecast has an actual value and a base.");
        }
        came.forEach((side, counts) -> {
            if (Collections.max(counts) > 0) {
                chart.addSeries("it went " + side, said, counts).setFillColor(color(side));
            }
        });
        return chart;
    }

    private static Color color(String side) {
        return switch (side) {
            case "up" -> HouseStyle.RISING;
            case "down" -> HouseStyle.FALLING;
            default -> HouseStyle.GRID;
        };
    }

    /**
     * Models compared: a line per model over the steps ahead, or whatever else they differ in.
     *
     * @param accuracy a row per model and step, as {@code by("model", "step")} gives it
     * @param over the numeric column on the horizontal axis, such as {@code step}
     * @param measure the column on the vertical axis, such as {@code mase}
     * @param title what is shown
     * @param unit of the measure, for the axis
     * @return a chart that a notebook shows
     */
    public static XYChart models(Table accuracy, String over, String measure, String title, String unit) {
        HouseStyle.require(accuracy, "model", over, measure);
        XYChart chart = HouseStyle.xy(title, over, unit);
        StringColumn models = accuracy.stringColumn("model");
        Set<Color> seen = new HashSet<>();
        int number = 0;
        for (String model : models.unique().sorted(String::compareTo)) {
            Table rows = accuracy.where(models.isEqualTo(model)).sortOn(over);
            Color color = HouseStyle.series(number);
            XYSeries line = chart.addSeries(model, numbers(rows, over), numbers(rows, measure));
            dotted(line, color);
            if (!seen.add(color)) { // there are more models than colours
                line.setLineStyle(DASHED);
                line.setMarker(SeriesMarkers.DIAMOND);
            }
            number++;
        }
        if (number > BESIDE) {
            chart.getStyler().setLegendPosition(LegendPosition.OutsideE).setLegendLayout(LegendLayout.Vertical);
        }
        chart.getStyler().setMarkerSize(6);
        chart.getStyler().setXAxisDecimalPattern("0");
        return chart;
    }

    private static void points(XYSeries series, Color color) {
        series.setXYSeriesRenderStyle(XYSeriesRenderStyle.Scatter);
        series.setMarker(SeriesMarkers.CIRCLE);
        series.setMarkerColor(color);
    }

    private static void line(XYSeries series, Color color, BasicStroke stroke) {
        series.setLineColor(color);
        series.setLineStyle(stroke);
        series.setMarker(SeriesMarkers.NONE);
    }

    private static void dotted(XYSeries series, Color color) {
        line(series, color, HouseStyle.LINE);
        series.setMarker(SeriesMarkers.CIRCLE);
        series.setMarkerColor(color);
    }

    private static NumericColumn<?> number(Table table, String name) {
        if (table.column(name) instanceof NumericColumn<?> numbers) {
            return numbers;
        }
        throw new TickbookException("Column \"" + name + "\" holds no numbers to draw.");
    }

    private static List<Double> numbers(Table table, String name) {
        NumericColumn<?> column = number(table, name);
        List<Double> values = new ArrayList<>(column.size());
        for (int i = 0; i < column.size(); i++) {
            values.add(column.isMissing(i) ? null : column.getDouble(i));
        }
        return values;
    }
}
