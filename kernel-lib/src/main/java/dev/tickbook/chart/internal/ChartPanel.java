package dev.tickbook.chart.internal;

import java.awt.Color;
import java.awt.Graphics2D;
import java.util.List;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.XYStyler;

/** Charts side by side in one picture, which a notebook shows and a file takes as any other chart. */
public final class ChartPanel extends Chart<XYStyler, XYSeries> {

    private final int columns;
    private final List<Chart<?, ?>> charts;

    /**
     * @param width of the whole, in points
     * @param height of the whole, in points
     * @param columns how many charts are in a row
     * @param charts row by row
     */
    public ChartPanel(int width, int height, int columns, List<Chart<?, ?>> charts) {
        super(width, height, new XYStyler());
        this.columns = columns;
        this.charts = List.copyOf(charts);
    }

    /** @return the charts, row by row */
    public List<Chart<?, ?>> charts() {
        return charts;
    }

    @Override
    public void paint(Graphics2D graphics, int width, int height) {
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, width, height);
        int rows = (charts.size() + columns - 1) / columns;
        for (int i = 0; i < charts.size(); i++) {
            Graphics2D place = (Graphics2D) graphics.create();
            place.translate(i % columns * width / columns, i / columns * height / rows);
            charts.get(i).paint(place, width / columns, height / rows);
            place.dispose();
        }
    }
}
