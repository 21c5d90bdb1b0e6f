package dev.tickbook.chart;

import dev.tickbook.TickbookException;
import dev.tickbook.chart.internal.ChartPanel;
import dev.tickbook.chart.internal.HouseStyle;
import dev.tickbook.forecast.Correlogram;
import dev.tickbook.forecast.Diagnostics;
import dev.tickbook.forecast.FittedModel;
import dev.tickbook.forecast.Forecast;
import dev.tickbook.forecast.TimeSeries;
import java.awt.BasicStroke;
import java.awt.Color;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import org.apache.commons.math3.distribution.NormalDistribution;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.markers.SeriesMarkers;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.api.Table;

/** Pictures of models and what they forecast. Times on the axis are UTC. */
public final class ForecastCharts {

    private static final int LEAST_HISTORY = 40;
    private static final int HISTORY_PER_STEP = 4;
    private static final int BINS = 20;
    private static final Color MODEL = HouseStyle.series(0);
    private static final Color AID = HouseStyle.series(1);
    private static final BasicStroke HAIR = new BasicStroke(0.5f);
    private static final BasicStroke STICK = new BasicStroke(3f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_MITER);
    private static final BasicStroke DASHED =
            new BasicStroke(1.2f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_MITER, 1, new float[] {6, 4}, 0);

    private ForecastCharts() {}

    /**
     * The end of a series and the fan of its forecast: a line for the point forecasts, a band per interval.
     *
     * @param series what was known
     * @param forecast what a model says of it
     * @param title what is shown
     * @param unit of the values, for the axis
     * @param actual what came after, if it is known: at most as many values as the forecast has steps
     * @return a chart that a notebook shows; steps are counted from the last observation
     * @throws TickbookException if the series is empty or more came than was forecast
     */
    public static XYChart fan(TimeSeries series, Forecast forecast, String title, String unit, double... actual) {
        double[] values = series.values();
        double[] steps = new double[values.length + forecast.horizon()];
        Arrays.setAll(steps, i -> i + 1 - values.length);
        XYChart chart = HouseStyle.xy(title, "steps from the last observation", unit);
        draw(chart, boxed(steps), values, forecast, actual);
        chart.getStyler().setXAxisDecimalPattern("0");
        return chart;
    }

    /**
     * The same over time.
     *
     * @param history with a column {@code time} (instant, date-time or date) in ascending order
     * @param column of the values, numeric
     * @param forecast what a model says of it
     * @param times of the steps, as many as the forecast has
     * @param title what is shown
     * @param unit of the values, for the axis
     * @param actual what came after, if it is known
     * @return a chart that a notebook shows
     * @throws TickbookException if a column is missing or the times are not as many as the steps
     */
    public static XYChart fan(
            Table history,
            String column,
            Forecast forecast,
            List<Instant> times,
            String title,
            String unit,
            double... actual) {
        HouseStyle.require(history, "time", column);
        if (times.size() != forecast.horizon()) {
            throw new TickbookException("The forecast of " + forecast.model() + " has " + forecast.horizon()
                    + " steps, but there are " + times.size() + " times. Give a time for each step.");
        }
        List<Date> all = new ArrayList<>(HouseStyle.times(history, "time"));
        times.forEach(time -> all.add(Date.from(time)));
        double[] values = numbers(history, column);
        XYChart chart = HouseStyle.xy(title, "", unit);
        int from = draw(chart, all, values, forecast, actual);
        HouseStyle.timeAxis(chart.getStyler(), all.subList(from, all.size()));
        return chart;
    }

    /** @return where the part of the series begins that is shown */
    private static int draw(XYChart chart, List<?> x, double[] values, Forecast forecast, double[] actual) {
        int n = values.length;
        int horizon = forecast.horizon();
        if (n == 0) {
            throw new TickbookException("There is nothing to draw before the forecast: the series is empty.");
        }
        if (actual.length > horizon) {
            throw new TickbookException("The forecast of " + forecast.model() + " has " + horizon + " steps, but "
                    + actual.length + " values came after. Forecast further, or cut them.");
        }
        int from = Math.max(0, n - Math.max(LEAST_HISTORY, HISTORY_PER_STEP * horizon));
        for (int level = forecast.levels().length - 1; level >= 0; level--) {
            List<Object> around = new ArrayList<>(x.subList(n, n + horizon));
            List<Double> edge = new ArrayList<>(boxed(forecast.upper()[level]));
            for (int step = horizon - 1; step >= 0; step--) {
                around.add(x.get(n + step));
                edge.add(forecast.lower()[level][step]);
            }
            around.add(around.get(0));
            edge.add(edge.get(0));
            XYSeries band = chart.addSeries(percent(forecast.levels()[level]), around, edge);
            Color shade = shade(level, forecast.levels().length);
            band.setXYSeriesRenderStyle(XYSeriesRenderStyle.PolygonArea);
            band.setFillColor(shade);
            line(band, shade, HAIR);
        }
        line(
                chart.addSeries("observed", x.subList(from, n), boxed(Arrays.copyOfRange(values, from, n))),
                HouseStyle.INK,
                HouseStyle.LINE);
        mark(
                line(
                        chart.addSeries(forecast.model(), x.subList(n, n + horizon), boxed(forecast.mean())),
                        MODEL,
                        HouseStyle.LINE),
                horizon == 1,
                MODEL);
        if (actual.length > 0) {
            mark(
                    line(
                            chart.addSeries("what came", x.subList(n, n + actual.length), boxed(actual)),
                            AID,
                            HouseStyle.LINE),
                    actual.length == 1,
                    AID);
        }
        precision(chart.getStyler(), Arrays.copyOfRange(values, from, n));
        return from;
    }

    private static String percent(double level) {
        return (level == Math.rint(level) ? String.valueOf((long) level) : String.valueOf(level)) + " %";
    }

    /** The narrower the interval, the darker; opaque, so that the legend shows the same colour. */
    private static Color shade(int level, int levels) {
        double share = 0.15 + 0.35 * (levels - 1 - level) / Math.max(1, levels);
        return new Color(blend(MODEL.getRed(), share), blend(MODEL.getGreen(), share), blend(MODEL.getBlue(), share));
    }

    private static int blend(int colour, double share) {
        return (int) Math.round(255 + (colour - 255) * share);
    }

    /** A line through one point alone is not seen. */
    private static void mark(XYSeries series, boolean single, Color color) {
        if (single) {
            series.setMarker(SeriesMarkers.CIRCLE);
            series.setMarkerColor(color);
        }
    }

    /**
     * Autocorrelations as bars, with the bounds that white noise keeps 95 times in 100.
     *
     * @param correlogram from {@link Diagnostics#acf} or {@link Diagnostics#pacf}
     * @param title what is shown
     * @return a chart that a notebook shows
     */
    public static XYChart correlogram(Correlogram correlogram, String title) {
        XYChart chart = HouseStyle.xy(
                title, "lag (observations)", correlogram.partial() ? "partial autocorrelation" : "autocorrelation");
        double[] correlations = correlogram.correlations();
        int lags = correlations.length;
        double bound = correlogram.bound(95);
        double[] ends = {0, lags + 1};
        List<Double> x = new ArrayList<>();
        List<Double> y = new ArrayList<>();
        for (int lag = 1; lag <= lags; lag++) {
            // up from zero, and a gap to the next bar
            x.addAll(List.of((double) lag, (double) lag, (double) lag));
            y.add(0.0);
            y.add(correlations[lag - 1]);
            y.add(null);
        }
        line(chart.addSeries("zero", ends, new double[] {0, 0}), HouseStyle.INK, HAIR)
                .setShowInLegend(false);
        line(chart.addSeries("95 % of white noise", ends, new double[] {bound, bound}), AID, DASHED);
        line(chart.addSeries("lower", ends, new double[] {-bound, -bound}), AID, DASHED)
                .setShowInLegend(false);
        line(chart.addSeries("correlation", x, y), MODEL, STICK).setShowInLegend(false);
        double least = Math.min(-bound, Arrays.stream(correlations).min().orElse(0));
        double most = Math.max(bound, Arrays.stream(correlations).max().orElse(0));
        chart.getStyler().setXAxisMin(0.0).setXAxisMax(lags + 1.0);
        chart.getStyler().setYAxisMin(Math.max(-1, least - 0.1)).setYAxisMax(Math.min(1, most + 0.1));
        chart.getStyler().setXAxisDecimalPattern("0");
        return chart;
    }

    /**
     * What a model leaves over, in four pictures: over time, its autocorrelations, its distribution beside the normal one,
     * and its quantiles against the normal ones. White noise shows no pattern in the first, stays within the bounds of the
     * second, and follows the line of the last.
     *
     * @param model that was fitted
     * @param unit of the series, for the axes
     * @return a chart that a notebook shows
     * @throws TickbookException if fewer than 4 residuals are known or all are the same
     */
    public static Chart<?, ?> residuals(FittedModel model, String unit) {
        double[] all = model.residuals();
        double[] known = Arrays.stream(all)
                .filter(value -> !Double.isNaN(value))
                .sorted()
                .toArray();
        if (known.length < 4 || known[0] == known[known.length - 1]) {
            throw new TickbookException("The model " + model.name() + " left " + known.length
                    + " residuals" + (known.length < 4 ? "" : ", all the same")
                    + ": there is nothing to look at. It needs a longer series, or one that varies.");
        }
        int lags = Math.min(Diagnostics.lags(all), 36);
        XYChart correlogram = correlogram(Diagnostics.acf(all, lags), "Autocorrelation of the residuals");
        correlogram.getStyler().setLegendVisible(false);
        return new ChartPanel(
                HouseStyle.WIDTH,
                HouseStyle.WIDTH * 2 / 3,
                2,
                List.of(
                        overTime(all, "Residuals of " + model.name(), unit),
                        correlogram,
                        histogram(known, unit),
                        quantiles(known, unit)));
    }

    private static XYChart overTime(double[] residuals, String title, String unit) {
        XYChart chart = HouseStyle.xy(title, "observation", "residual (" + unit + ")");
        double[] numbers = new double[residuals.length];
        Arrays.setAll(numbers, i -> i + 1);
        line(chart.addSeries("zero", new double[] {1, numbers.length}, new double[] {0, 0}), HouseStyle.INK, HAIR);
        line(chart.addSeries("residual", boxed(numbers), boxed(residuals)), MODEL, new BasicStroke(1f));
        chart.getStyler().setLegendVisible(false);
        chart.getStyler().setXAxisDecimalPattern("0");
        precision(chart.getStyler(), residuals);
        return chart;
    }

    private static XYChart histogram(double[] sorted, String unit) {
        int n = sorted.length;
        int bins = Math.min(BINS, (int) Math.ceil(2 * Math.cbrt(n))); // Rice's rule
        double low = sorted[0];
        double width = (sorted[n - 1] - low) / bins;
        double[] count = new double[bins];
        for (double value : sorted) {
            count[Math.min(bins - 1, (int) ((value - low) / width))]++;
        }
        List<Double> x = new ArrayList<>(List.of(low));
        List<Double> y = new ArrayList<>(List.of(0.0));
        for (int bin = 0; bin < bins; bin++) {
            x.addAll(List.of(low + bin * width, low + (bin + 1) * width));
            y.addAll(List.of(count[bin], count[bin]));
        }
        x.addAll(List.of(sorted[n - 1], low));
        y.addAll(List.of(0.0, 0.0));
        XYChart chart = HouseStyle.xy("Distribution", "residual (" + unit + ")", "observations");
        XYSeries bars = chart.addSeries("observed", x, y);
        bars.setXYSeriesRenderStyle(XYSeriesRenderStyle.PolygonArea);
        bars.setFillColor(HouseStyle.area(MODEL));
        line(bars, MODEL, new BasicStroke(1f));

        NormalDistribution normal = normal(sorted);
        double[] at = new double[101];
        double[] expected = new double[101];
        for (int i = 0; i < at.length; i++) {
            at[i] = low + (sorted[n - 1] - low) * i / 100;
            expected[i] = normal.density(at[i]) * n * width;
        }
        line(chart.addSeries("normal", at, expected), AID, HouseStyle.LINE);
        chart.getStyler().setYAxisMin(0.0);
        chart.getStyler().setXAxisDecimalPattern(pattern(sorted));
        return chart;
    }

    private static XYChart quantiles(double[] sorted, String unit) {
        int n = sorted.length;
        NormalDistribution standard = new NormalDistribution(null, 0, 1);
        NormalDistribution normal = normal(sorted);
        double[] expected = new double[n];
        for (int i = 0; i < n; i++) {
            expected[i] = standard.inverseCumulativeProbability((i + 0.5) / n); // Hazen's plotting position
        }
        XYChart chart = HouseStyle.xy("Quantiles", "of a normal distribution (deviations)", "residual (" + unit + ")");
        double[] ends = {expected[0], expected[n - 1]};
        double[] straight = {
            normal.getMean() + ends[0] * normal.getStandardDeviation(),
            normal.getMean() + ends[1] * normal.getStandardDeviation()
        };
        line(chart.addSeries("normal", ends, straight), AID, HouseStyle.LINE);
        XYSeries points = chart.addSeries("observed", expected, sorted);
        points.setXYSeriesRenderStyle(XYSeriesRenderStyle.Scatter);
        points.setMarker(SeriesMarkers.CIRCLE);
        points.setMarkerColor(MODEL);
        chart.getStyler().setMarkerSize(4);
        chart.getStyler().setYAxisDecimalPattern(pattern(sorted));
        return chart;
    }

    private static NormalDistribution normal(double[] values) {
        double mean = Arrays.stream(values).average().orElseThrow();
        double squares = Arrays.stream(values)
                .map(value -> (value - mean) * (value - mean))
                .sum();
        return new NormalDistribution(null, mean, Math.sqrt(squares / (values.length - 1)));
    }

    /**
     * Models beside each other: a bar each, in the order of the table.
     *
     * @param table a row per model
     * @param models the column of their names
     * @param measure the numeric column to compare them by
     * @param title what is shown
     * @param unit of the measure, for the axis, for example {@code "MASE (naive = 1)"}
     * @return a chart that a notebook shows
     * @throws TickbookException if a column is missing, the measure is not numeric or no row has a value
     */
    public static CategoryChart compared(Table table, String models, String measure, String title, String unit) {
        HouseStyle.require(table, models, measure);
        double[] values = numbers(table, measure);
        List<String> names = new ArrayList<>();
        List<Double> known = new ArrayList<>();
        for (int row = 0; row < values.length; row++) {
            if (!Double.isNaN(values[row])) {
                names.add(table.column(models).getString(row));
                known.add(values[row]);
            }
        }
        if (names.isEmpty()) {
            throw new TickbookException("There is nothing to compare in \"" + title
                    + "\": no row of the table has a value in \"" + measure + "\".");
        }
        CategoryChart chart = HouseStyle.categories(title, "", unit);
        chart.addSeries(measure, names, known).setFillColor(MODEL);
        chart.getStyler().setLegendVisible(false);
        chart.getStyler().setAvailableSpaceFill(0.5);
        chart.getStyler().setLabelsVisible(true);
        double[] shown = known.stream().mapToDouble(Double::doubleValue).toArray();
        double[] fromZero = Arrays.copyOf(shown, shown.length + 1);
        chart.getStyler().setYAxisDecimalPattern(pattern(fromZero, 2)); // of the labels in the bars, too
        chart.getStyler().setYAxisMin(Math.min(0.0, Arrays.stream(shown).min().orElse(0)));
        return chart;
    }

    private static XYSeries line(XYSeries series, Color color, BasicStroke stroke) {
        series.setLineColor(color);
        series.setLineStyle(stroke);
        series.setMarker(SeriesMarkers.NONE);
        return series;
    }

    private static void precision(AxesChartStyler styler, double[] values) {
        styler.setYAxisDecimalPattern(pattern(values));
    }

    /** As many decimals as tell the ticks of an axis apart. */
    private static String pattern(double[] values) {
        return pattern(values, 1);
    }

    /** As many decimals as show so many digits of the range beyond its first. */
    private static String pattern(double[] values, int digits) {
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (double value : values) {
            low = Double.isNaN(value) ? low : Math.min(low, value);
            high = Double.isNaN(value) ? high : Math.max(high, value);
        }
        double range = high - low;
        int decimals = range > 0 ? (int) Math.max(0, Math.min(12, digits - Math.floor(Math.log10(range)))) : 2;
        return decimals == 0 ? "#,##0" : "#,##0." + "0".repeat(decimals);
    }

    private static double[] numbers(Table table, String name) {
        if (!(table.column(name) instanceof NumericColumn<?> column)) {
            throw new TickbookException("Column \"" + name + "\" holds no numbers, but "
                    + table.column(name).type().name().toLowerCase(Locale.ROOT) + " values.");
        }
        double[] values = new double[column.size()];
        for (int row = 0; row < values.length; row++) {
            values[row] = column.isMissing(row) ? Double.NaN : column.getDouble(row);
        }
        return values;
    }

    /** For a list of a chart, where null is a gap. */
    private static List<Double> boxed(double[] values) {
        List<Double> boxed = new ArrayList<>(values.length);
        for (double value : values) {
            boxed.add(Double.isNaN(value) ? null : value);
        }
        return boxed;
    }
}
