package dev.tickbook.notebook.internal;

import dev.tickbook.chart.InteractiveChart;
import dev.tickbook.chart.internal.ChartImage;
import dev.tickbook.db.internal.Preview;
import dev.tickbook.notebook.internal.sql.Done;
import dev.tickbook.notebook.internal.sql.Plan;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.knowm.xchart.internal.chartpart.Chart;
import tech.tablesaw.api.Table;

/**
 * How a value looks in a notebook.
 *
 * @param data by media type, as Jupyter has it; the front end shows the richest that it can
 */
public record View(Map<String, String> data) {

    /** The types that have a view of their own. */
    public static final List<Class<?>> TYPES = List.of(
            Table.class,
            Preview.class,
            Plan.class,
            Done.class,
            Remark.class,
            Chart.class,
            InteractiveChart.class,
            ProgressBar.class);

    private static final String HTML = "text/html";
    private static final String TEXT = "text/plain";

    /**
     * @param value of one of the types
     * @return its view
     */
    public static View of(Object value) {
        if (value instanceof Table table) {
            return view(HTML, TableView.html(table), TableView.text(table));
        }
        if (value instanceof Preview preview) {
            return view(HTML, TableView.html(preview), TableView.text(preview));
        }
        if (value instanceof Plan plan) {
            String text = plan.toString();
            return view(HTML, "<pre style=\"overflow-x:auto\">" + TableView.escaped(text) + "</pre>", text);
        }
        if (value instanceof Chart<?, ?> chart) {
            String png = Base64.getEncoder().encodeToString(ChartImage.png(chart));
            return view("image/png", png, "[chart: " + chart.getTitle() + "]");
        }
        if (value instanceof InteractiveChart chart) {
            return view(HTML, chart.html(), "[chart: " + chart.title() + "]");
        }
        if (value instanceof ProgressBar bar) {
            return view(HTML, bar.html(), bar.toString());
        }
        return view(null, null, value.toString());
    }

    private static View view(String type, String rich, String text) {
        Map<String, String> data = new LinkedHashMap<>();
        if (type != null) {
            data.put(type, rich);
        }
        data.put(TEXT, text);
        return new View(data);
    }
}
