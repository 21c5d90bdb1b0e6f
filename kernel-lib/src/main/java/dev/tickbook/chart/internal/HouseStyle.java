package dev.tickbook.chart.internal;

import dev.tickbook.TickbookException;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
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
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.OHLCChart;
import org.knowm.xchart.OHLCChartBuilder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/**
 * The one look of all charts: sizes, colours, fonts, and how times are written on an axis. Charts are opaque and light,
 * so that they can be read on a dark page too.
 */
public final class HouseStyle {

    /** Of a chart, in points; a notebook shows it with twice as many pixels. */
    public static final int WIDTH = 900;

    /** Of a chart, in points. */
    public static final int HEIGHT = 420;

    /** Apart in brightness as well as in hue, so that they differ on paper and for the colour-blind. */
    public static final Color RISING = new Color(0x2A9D8F);

    /** The counterpart of {@link #RISING}. */
    public static final Color FALLING = new Color(0xC1121F);

    /** Text, and what was observed. */
    public static final Color INK = new Color(0x333333);

    /** Lines that help the eye and say nothing themselves. */
    public static final Color GRID = new Color(0xE3E3E3);

    /** Of a line that carries data. */
    public static final BasicStroke LINE = new BasicStroke(1.6f);

    private static final Color[] SERIES = {
        new Color(0x1F5FA8), new Color(0xE07A1F), RISING, FALLING, new Color(0x7B4FA3)
    };
    private static final long DAY = Duration.ofDays(1).toMillis();
    private static final long TEN_DAYS = 10 * DAY;
    private static final long TWO_YEARS = Duration.ofDays(2 * 365).toMillis();

    private HouseStyle() {}

    /**
     * @param number of a series, from 0
     * @return its colour; the same again after the fifth
     */
    public static Color series(int number) {
        return SERIES[number % SERIES.length];
    }

    /**
     * @param color of a line
     * @return the same for an area behind it, such as an interval's
     */
    public static Color area(Color color) {
        return new Color(color.getRed(), color.getGreen(), color.getBlue(), 48);
    }

    /**
     * @param title what is shown
     * @param x what the horizontal axis measures, with its unit; empty where it is obvious, as for times
     * @param y what the vertical axis measures, with its unit
     * @return an empty chart of lines or points, the legend below it
     */
    public static XYChart xy(String title, String x, String y) {
        XYChart chart = new XYChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title(title)
                .xAxisTitle(x)
                .yAxisTitle(y)
                .build();
        chart.getStyler().setDefaultSeriesRenderStyle(XYSeriesRenderStyle.Line);
        return styled(chart, chart.getStyler());
    }

    /**
     * @param title what is shown
     * @param x what the categories are
     * @param y what the bars measure, with its unit
     * @return an empty chart of bars, the legend below it
     */
    public static CategoryChart categories(String title, String x, String y) {
        CategoryChart chart = new CategoryChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title(title)
                .xAxisTitle(x)
                .yAxisTitle(y)
                .build();
        return styled(chart, chart.getStyler());
    }

    /**
     * @param title what is shown
     * @param y what the bars measure, with its unit
     * @return an empty chart of candlesticks, without a legend
     */
    public static OHLCChart ohlc(String title, String y) {
        OHLCChart chart = new OHLCChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title(title)
                .xAxisTitle("")
                .yAxisTitle(y)
                .build();
        chart.getStyler().setLegendVisible(false);
        return styled(chart, chart.getStyler());
    }

    /**
     * Writes at each tick of the horizontal axis what time it is there, in UTC. XChart puts ticks 365 days apart and would
     * label them with the year alone, though they drift into the year before.
     *
     * @param styler of the chart
     * @param times that it shows, in order
     */
    public static void timeAxis(AxesChartStyler styler, List<Date> times) {
        styler.setTimezone(TimeZone.getTimeZone("UTC"));
        styler.setXAxisTickLabelsFormattingFunction(timeLabels(times));
    }

    /**
     * Writes at each tick of the vertical axis its value with as many digits as it takes, for values of any size.
     *
     * @param styler of the chart
     */
    public static void valueAxis(AxesChartStyler styler) {
        styler.setYAxisTickLabelsFormattingFunction(HouseStyle::number);
    }

    /**
     * The values of a column as a chart takes them.
     *
     * @param table that has the column
     * @param name of the column: instants, date-times or dates, which are taken as UTC
     * @return its values
     * @throws TickbookException if it holds something else
     */
    public static List<Date> times(Table table, String name) {
        Column<?> column = table.column(name);
        List<Date> times = new ArrayList<>(column.size());
        for (Object time : column) {
            times.add(date(name, time));
        }
        return times;
    }

    /**
     * @param table to draw
     * @param columns that it must have
     * @return the table
     * @throws TickbookException if one is missing; it says which ones there are
     */
    public static Table require(Table table, String... columns) {
        for (String name : columns) {
            if (!table.containsColumn(name)) {
                throw new TickbookException("The table has no column \"" + name + "\" to draw. It has: "
                        + String.join(", ", table.columnNames()) + ".");
            }
        }
        return table;
    }

    private static Date date(String name, Object time) {
        if (time instanceof Instant instant) {
            return Date.from(instant);
        }
        if (time instanceof LocalDateTime local) {
            return Date.from(local.toInstant(ZoneOffset.UTC));
        }
        if (time instanceof LocalDate day) {
            return Date.from(day.atStartOfDay().toInstant(ZoneOffset.UTC));
        }
        throw new TickbookException("Column \"" + name + "\" holds "
                + (time == null ? "a missing value" : time.getClass().getSimpleName())
                + "; a chart needs instants, date-times or dates.");
    }

    /** XChart leaves all labels out where two of them would be the same, so each says as much as tells them apart. */
    private static Function<Double, String> timeLabels(List<Date> times) {
        long span = times.isEmpty()
                ? 0
                : times.get(times.size() - 1).getTime() - times.get(0).getTime();
        if (span > TWO_YEARS) {
            return labels("MMM uuuu");
        }
        if (span > TEN_DAYS) {
            return labels("d MMM uuuu");
        }
        if (span == 0 || span >= DAY) {
            Function<Double, String> day = labels("d MMM uuuu");
            Function<Double, String> moment = labels("d MMM HH:mm");
            return millis -> (millis.longValue() % DAY == 0 ? day : moment).apply(millis);
        }
        return labels(span > DAY / 144 ? "HH:mm" : span > 10_000 ? "HH:mm:ss" : "HH:mm:ss.SSS");
    }

    private static Function<Double, String> labels(String pattern) {
        DateTimeFormatter format =
                DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH).withZone(ZoneOffset.UTC);
        return millis -> format.format(Instant.ofEpochMilli(millis.longValue()));
    }

    /** Up to seven digits, and all of those before the point: rates of 1.0842 and coins of 0.00001 are told apart. */
    private static String number(double value) {
        int whole = value == 0 ? 1 : (int) Math.floor(Math.log10(Math.abs(value))) + 1;
        int decimals = Math.max(0, Math.min(12, 7 - whole));
        String pattern = "#,##0" + (decimals == 0 ? "" : "." + "#".repeat(decimals));
        DecimalFormat format = new DecimalFormat(pattern, DecimalFormatSymbols.getInstance(Locale.ROOT));
        return format.format(BigDecimal.valueOf(value).setScale(decimals, RoundingMode.HALF_EVEN)); // no −0
    }

    private static <C extends Chart<?, ?>> C styled(C chart, AxesChartStyler styler) {
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
        styler.setLegendPosition(LegendPosition.OutsideS);
        styler.setLegendLayout(LegendLayout.Horizontal);
        styler.setChartTitleBoxVisible(false);
        styler.setSeriesColors(SERIES);
        styler.setSeriesMarkers(new Marker[] {SeriesMarkers.NONE});
        styler.setDecimalPattern("#,##0.##");
        return chart;
    }
}
