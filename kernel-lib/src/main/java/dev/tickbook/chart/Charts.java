package dev.tickbook.chart;

import dev.tickbook.TickbookException;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.TimeZone;
import java.util.function.Function;
import org.knowm.xchart.OHLCChart;
import org.knowm.xchart.OHLCChartBuilder;
import org.knowm.xchart.OHLCSeries;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.api.Row;
import tech.tablesaw.api.Table;

/** Charts of tables, in one style. Times on the axis are UTC. */
public final class Charts {

    private static final int WIDTH = 900;
    private static final int HEIGHT = 420;
    private static final long TWO_DAYS = Duration.ofDays(2).toMillis();
    private static final long TWO_YEARS = Duration.ofDays(2 * 365).toMillis();

    /** Apart in brightness as well as in hue, so that they differ on paper and for the colour-blind. */
    private static final Color RISING = new Color(0x2A9D8F);

    private static final Color FALLING = new Color(0xC1121F);
    private static final Color[] LINES = {
        new Color(0x1F5FA8), new Color(0xE07A1F), new Color(0x2A9D8F), new Color(0xC1121F), new Color(0x7B4FA3)
    };
    private static final Color INK = new Color(0x333333);
    private static final Color GRID = new Color(0xE3E3E3);

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
        Table sorted = require(bars, "time", "open", "high", "low", "close").sortOn("time");
        List<Date> times = new ArrayList<>();
        List<Double> opens = new ArrayList<>();
        List<Double> highs = new ArrayList<>();
        List<Double> lows = new ArrayList<>();
        List<Double> closes = new ArrayList<>();
        for (Row bar : sorted) {
            if (bar.isMissing("time")
                    || bar.isMissing("open")
                    || bar.isMissing("high")
                    || bar.isMissing("low")
                    || bar.isMissing("close")) {
                continue;
            }
            times.add(date(bar.getObject("time")));
            opens.add(number(bar, "open"));
            highs.add(number(bar, "high"));
            lows.add(number(bar, "low"));
            closes.add(number(bar, "close"));
        }
        if (times.isEmpty()) {
            throw new TickbookException("There is no bar to draw in \"" + title + "\": the table has " + bars.rowCount()
                    + " rows, none with open, high, low and close. Check the query's symbol and times.");
        }
        OHLCChart chart = new OHLCChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title(title)
                .xAxisTitle("")
                .yAxisTitle("price")
                .build();
        style(chart.getStyler(), times);
        chart.getStyler().setLegendVisible(false);
        chart.addSeries("bars", times, opens, highs, lows, closes)
                .setOhlcSeriesRenderStyle(OHLCSeries.OHLCSeriesRenderStyle.Candle)
                .setUpColor(RISING)
                .setDownColor(FALLING);
        return chart;
    }

    /**
     * A line per column over time.
     *
     * @param table with a column {@code time} (instant, date-time or date); missing values leave a gap
     * @param title what is shown
     * @param unit of the values, for the axis
     * @param columns the numeric columns to draw
     * @return a chart that a notebook shows
     * @throws TickbookException if a column is missing or is not numeric
     */
    public static XYChart lines(Table table, String title, String unit, String... columns) {
        require(table, "time");
        Table sorted = require(table, columns).sortOn("time");
        XYChart chart = new XYChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title(title)
                .xAxisTitle("")
                .yAxisTitle(unit)
                .build();
        List<Date> times = new ArrayList<>();
        sorted.column("time").forEach(time -> times.add(date(time)));
        style(chart.getStyler(), times);
        chart.getStyler().setSeriesColors(LINES);
        chart.getStyler().setLegendPosition(LegendPosition.OutsideS);
        chart.getStyler().setLegendLayout(LegendLayout.Horizontal);
        chart.getStyler().setLegendVisible(columns.length > 1);
        for (String name : columns) {
            if (!(sorted.column(name) instanceof NumericColumn<?> column)) {
                throw new TickbookException("Column \"" + name + "\" holds "
                        + sorted.column(name).type().name().toLowerCase(Locale.ROOT)
                        + " values; a line needs numbers.");
            }
            List<Double> values = new ArrayList<>();
            for (int i = 0; i < column.size(); i++) {
                values.add(column.isMissing(i) ? null : column.getDouble(i));
            }
            chart.addSeries(name, times, values).setMarker(SeriesMarkers.NONE).setLineStyle(new BasicStroke(1.6f));
        }
        return chart;
    }

    private static Table require(Table table, String... columns) {
        for (String name : columns) {
            if (!table.containsColumn(name)) {
                throw new TickbookException("The table has no column \"" + name + "\" to draw. It has: "
                        + String.join(", ", table.columnNames()) + ".");
            }
        }
        return table;
    }

    private static double number(Row row, String name) {
        return row.getNumber(name);
    }

    private static Date date(Object time) {
        if (time instanceof Instant instant) {
            return Date.from(instant);
        }
        if (time instanceof LocalDateTime local) {
            return Date.from(local.toInstant(ZoneOffset.UTC));
        }
        if (time instanceof LocalDate day) {
            return Date.from(day.atStartOfDay().toInstant(ZoneOffset.UTC));
        }
        throw new TickbookException("Column \"time\" holds "
                + (time == null ? "a missing value" : time.getClass().getSimpleName())
                + "; a chart needs instants, date-times or dates.");
    }

    /**
     * Writes at each tick what time it is there. XChart puts ticks 365 days apart and would label them with the year
     * alone, though they drift into the year before.
     */
    private static Function<Double, String> timeLabels(List<Date> times) {
        long span = times.isEmpty()
                ? 0
                : times.get(times.size() - 1).getTime() - times.get(0).getTime();
        String pattern = span > TWO_YEARS ? "MMM uuuu" : span > TWO_DAYS ? "d MMM uuuu" : "HH:mm";
        DateTimeFormatter format =
                DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH).withZone(ZoneOffset.UTC);
        return millis -> format.format(Instant.ofEpochMilli(millis.longValue()));
    }

    private static void style(AxesChartStyler styler, List<Date> times) {
        styler.setTimezone(TimeZone.getTimeZone("UTC"));
        styler.setXAxisTickLabelsFormattingFunction(timeLabels(times));
        styler.setChartBackgroundColor(Color.WHITE);
        styler.setPlotBackgroundColor(Color.WHITE);
        styler.setPlotBorderVisible(false);
        styler.setPlotGridLinesColor(GRID);
        styler.setPlotGridLinesStroke(new BasicStroke(1f));
        styler.setPlotGridVerticalLinesVisible(false);
        styler.setChartFontColor(INK);
        styler.setAxisTickLabelsColor(INK);
        styler.setChartTitleFont(new Font(Font.SANS_SERIF, Font.BOLD, 15));
        styler.setAxisTitleFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
        styler.setAxisTickLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, 11));
        styler.setLegendFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
        styler.setLegendBorderColor(Color.WHITE);
        styler.setChartTitleBoxVisible(false);
        styler.setDecimalPattern("#,##0.##");
    }
}
