package dev.tickbook.chart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tickbook.ingest.IngestReport;
import dev.tickbook.ingest.IngestReport.Finding;
import dev.tickbook.ingest.Stream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.CategoryChart;

/** What the checks found, drawn. */
class QualityChartTest {

    @Test
    void eachOutcomeIsASeriesOverAllChecks() throws IOException {
        CategoryChart chart = QualityChart.of(report(
                new Finding("gap", "noted", "A", "1m", 3, 2),
                new Finding("gap", "noted", "B", "1m", 4, 9),
                new Finding("range", "rejected", "", "", 2, 5)));
        assertThat(chart.getSeriesMap().keySet()).containsExactly("rejected", "flagged", "noted");
        assertThat(chart.getSeriesMap().get("noted").getXData()).isEqualTo(List.of("gap", "range"));
        assertThat(chart.getSeriesMap().get("noted").getYData()).isEqualTo(List.of(7L, 0L));
        assertThat(chart.getSeriesMap().get("rejected").getYData()).isEqualTo(List.of(0L, 2L));
        assertDrawn(chart);
    }

    @Test
    void withoutFindingsItSaysSo() throws IOException {
        CategoryChart chart = QualityChart.of(report());
        assertThat(chart.getSeriesMap().get("noted").getXData()).isEqualTo(List.of("nothing found"));
        assertDrawn(chart);
    }

    private static void assertDrawn(CategoryChart chart) throws IOException {
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        BitmapEncoder.saveBitmap(chart, png, BitmapEncoder.BitmapFormat.PNG);
        assertThat(png.size()).isGreaterThan(1000);
    }

    private static IngestReport report(Finding... findings) {
        return new IngestReport(
                "feed.csv", Stream.PRICES, List.of(), 9, 7, 0, 0, 2, null, null, false, List.of(findings));
    }
}
