package dev.tickbook.chart.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.zip.CRC32;
import org.knowm.xchart.OHLCChart;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.api.Table;

/** Candles as HTML: the picture of the chart, and the script that puts something better in its place. */
public final class CandlestickFigure {

    private static final String SCRIPT = resource("/dev/tickbook/chart/candlestick.js");

    private CandlestickFigure() {}

    /**
     * @param bars complete, in the order of time: open, high, low, close, and volume if it is there
     * @param times of the bars
     * @param picture of the same bars
     * @param unit of the prices
     * @return a figure
     */
    public static String html(Table bars, List<Date> times, OHLCChart picture, String unit) {
        String data = data(bars, times);
        CRC32 checksum = new CRC32(); // the same bars have the same name in every run
        checksum.update((picture.getTitle() + data).getBytes(StandardCharsets.UTF_8));
        String name = Long.toHexString(checksum.getValue());
        String title = escaped(picture.getTitle());
        return "<figure data-candles=\"" + name + "\" style=\"margin:0;max-width:" + picture.getWidth() + "px\">"
                + "<img alt=\"" + title + "\" style=\"width:100%\" src=\"data:image/png;base64,"
                + Base64.getEncoder().encodeToString(ChartImage.png(picture)) + "\">"
                + "<figcaption style=\"opacity:.65;font-size:small\">Drag to zoom, double-click to see all;"
                + " with the keyboard: + − ← → Esc.</figcaption>"
                + "<script>" + SCRIPT.strip() + "(\"" + name + "\", " + data + ", \"" + quoted(unit)
                + "\");</script></figure>";
    }

    private static String data(Table bars, List<Date> times) {
        boolean volume = bars.containsColumn("volume") && bars.column("volume") instanceof NumericColumn;
        StringBuilder data = new StringBuilder("[");
        for (int i = 0; i < times.size(); i++) {
            data.append(i == 0 ? "[" : ",\n[").append(times.get(i).getTime());
            for (String name : new String[] {"open", "high", "low", "close"}) {
                data.append(',').append(plain(bars.numberColumn(name).getDouble(i)));
            }
            if (volume && !bars.column("volume").isMissing(i)) {
                data.append(',').append(plain(bars.numberColumn("volume").getDouble(i)));
            }
            data.append(']');
        }
        return data.append(']').toString();
    }

    private static String plain(double value) {
        return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
    }

    /** Text between double quotes in a script, which nothing in it can end. */
    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder();
        text.chars().forEach(c -> {
            if (c < ' ' || "\\\"<>&'\u2028\u2029".indexOf(c) >= 0) {
                quoted.append(String.format("\\u%04x", c));
            } else {
                quoted.append((char) c);
            }
        });
        return quoted.toString();
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    private static String resource(String path) {
        try (InputStream in = CandlestickFigure.class.getResourceAsStream(path)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
