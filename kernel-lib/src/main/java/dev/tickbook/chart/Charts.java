package dev.tickbook.chart;

import dev.tickbook.TickbookException;
import dev.tickbook.chart.internal.CandlestickFigure;
import dev.tickbook.chart.internal.HouseStyle;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.OHLCChart;
import org.knowm.xchart.OHLCSeries;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.style.markers.SeriesMarkers;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.selection.Selection;

/** Charts of tables, in one style. Times on the axis are UTC. */
public final class Charts {

    private static final String[] BAR = {"time", "open", "high", "low", "close"};

    /** With more of them than this, labels side by side would touch. */
    private static final int MOST_LEVEL_LABELS = 8;

    private static final int MOST_INTERACTIVE = 20_000;

    private Charts() {}

    /**
     * A candlestick chart. Bars without an open, high or low are left out.
     *
     * @param bars with columns {@code time}, {@code open}, {@code high}, {@code low} and {@code close}, in any order of
     *     rows; time is an instant, a date-time or a date
     * @param title what is shown
     * @return a chart that a notebook shows
     * @throws TickbookException if a column is missing or no bar is complete
     */
    public static OHLCChart candlestick(Table bars, String title) {
        Table complete = complete(bars, title);
        List<Date> times = HouseStyle.times(complete, "time");
        OHLCChart chart = HouseStyle.ohlc(title, "price");
        HouseStyle.timeAxis(chart.getStyler(), times);
        HouseStyle.valueAxis(chart.getStyler());
        chart.addSeries(
                        "bars",
                        times,
                        numbers(complete, "open"),
                        numbers(complete, "high"),
                        numbers(complete, "low"),
                        numbers(complete, "close"))
                .setOhlcSeriesRenderStyle(OHLCSeries.OHLCSeriesRenderStyle.Candle)
                .setUpColor(HouseStyle.RISING)
                .setDownColor(HouseStyle.FALLING);
        return chart;
    }

    /**
     * A candlestick chart that the reader can zoom into, and that tells a bar's values where the pointer is. It works in a
     * saved report without a network. Bars without an open, high or low are left out.
     *
     * @param bars as for {@link #candlestick}; a column {@code volume} is told too
     * @param title what is shown
     * @param unit of the prices, for the axis: USD
     * @return a chart that a notebook shows
     * @throws TickbookException if a column is missing, no bar is complete, or there are more than 20,000
     */
    public static InteractiveChart interactive(Table bars, String title, String unit) {
        Table complete = complete(bars, title);
        if (complete.rowCount() > MOST_INTERACTIVE) {
            throw new TickbookException(String.format(
                    Locale.ROOT,
                    "\"%s\" has %,d bars; a page takes up to %,d. Read longer bars, with bucket(\"1 hour\") say, or a"
                            + " shorter time.",
                    title,
                    complete.rowCount(),
                    MOST_INTERACTIVE));
        }
        OHLCChart picture = candlestick(complete, title);
        picture.setYAxisTitle(unit);
        return new InteractiveChart(
                title, CandlestickFigure.html(complete, HouseStyle.times(complete, "time"), picture, unit));
    }

    /**
     * A line per column over time.
     *
     * @param table with a column {@code time} (instant, date-time or date); missing values leave a gap
     * @param title what is shown
     * @param unit of the values, for the axis
     * @param columns the numeric columns to draw
     * @return a chart that a notebook shows
     * @throws TickbookException if a column is missing or is not numeric, or there is no row
     */
    public static XYChart lines(Table table, String title, String unit, String... columns) {
        HouseStyle.require(table, "time");
        requireRows(table, title);
        Table sorted = HouseStyle.require(table, columns).sortOn("time");
        XYChart chart = HouseStyle.xy(title, "", unit);
        List<Date> times = HouseStyle.times(sorted, "time");
        HouseStyle.timeAxis(chart.getStyler(), times);
        HouseStyle.valueAxis(chart.getStyler());
        chart.getStyler().setLegendVisible(columns.length > 1);
        for (String name : columns) {
            chart.addSeries(name, times, numbers(sorted, name))
                    .setMarker(SeriesMarkers.NONE)
                    .setLineStyle(HouseStyle.LINE);
        }
        return chart;
    }

    /**
     * Bars side by side, a group per row.
     *
     * @param table a row per group, in the order to show them
     * @param title what is shown
     * @param unit of the values, for the axis
     * @param category the column whose values name the groups
     * @param columns the numeric columns to draw, a bar each
     * @return a chart that a notebook shows
     * @throws TickbookException if a column is missing or is not numeric, or there is no row
     */
    public static CategoryChart bars(Table table, String title, String unit, String category, String... columns) {
        HouseStyle.require(HouseStyle.require(table, category), columns);
        requireRows(table, title);
        CategoryChart chart = HouseStyle.categories(title, "", unit);
        HouseStyle.valueAxis(chart.getStyler());
        chart.getStyler().setLegendVisible(columns.length > 1);
        List<String> groups = new ArrayList<>();
        for (int row = 0; row < table.rowCount(); row++) {
            groups.add(table.getString(row, category));
        }
        if (groups.size() > MOST_LEVEL_LABELS) {
            chart.getStyler().setXAxisLabelRotation(45);
        }
        for (String name : columns) {
            chart.addSeries(name, groups, numbers(table, name));
        }
        return chart;
    }

    private static void requireRows(Table table, String title) {
        if (table.isEmpty()) {
            throw new TickbookException("There is nothing to draw in \"" + title
                    + "\": the table has no rows. Check the query's symbol and times.");
        }
    }

    /** Bars that can be drawn, in the order of time. */
    private static Table complete(Table bars, String title) {
        HouseStyle.require(bars, BAR);
        Selection whole = Selection.withRange(0, bars.rowCount());
        for (String name : BAR) {
            whole = whole.and(bars.column(name).isNotMissing());
        }
        Table complete = bars.where(whole).sortOn("time");
        if (complete.isEmpty()) {
            throw new TickbookException("There is no bar to draw in \"" + title + "\": the table has " + bars.rowCount()
                    + " rows, none with open, high, low and close. Check the query's symbol and times.");
        }
        return complete;
    }

    private static List<Double> numbers(Table table, String name) {
        if (!(table.column(name) instanceof NumericColumn<?> column)) {
            throw new TickbookException("Column \"" + name + "\" holds "
                    + table.column(name).type().name().toLowerCase(Locale.ROOT) + " values; a chart needs numbers.");
        }
        List<Double> values = new ArrayList<>(column.size());
        for (int i = 0; i < column.size(); i++) {
            values.add(column.isMissing(i) ? null : column.getDouble(i));
        }
        return values;
    }
}
