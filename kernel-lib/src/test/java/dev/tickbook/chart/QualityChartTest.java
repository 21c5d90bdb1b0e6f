package dev.tickbook.chart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tickbook.ingest.IngestReport;
import dev.tickbook.ingest.IngestReport.Finding;
import dev.tickbook.ingest.MarketStream;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategorySeries;

/** What the checks found, drawn. */
class QualityChartTest {

    @Test
    void eachOutcomeIsASeriesOverAllChecks() {
        CategoryChart chart = QualityChart.of(report(
                new Finding("gap", "noted", "A", "1m", 3, 2),
                new Finding("gap", "noted", "B", "1m", 4, 9),
                new Finding("range", "rejected", "", "", 2, 5)));
        assertThat(chart.getSeriesCollection().stream().map(CategorySeries::getName))
                .containsExactly("rejected", "flagged", "noted");
        assertThat(chart.getSeries("noted").getXData()).isEqualTo(List.of("gap", "range"));
        assertThat(chart.getSeries("noted").getYData()).containsExactly(7.0, 0.0);
        assertThat(chart.getSeries("rejected").getYData()).containsExactly(0.0, 2.0);
        assertDrawn(chart);
    }

    @Test
    void withoutFindingsItSaysSo() {
        CategoryChart chart = QualityChart.of(report());
        assertThat(chart.getSeries("noted").getXData()).isEqualTo(List.of("nothing found"));
        assertDrawn(chart);
    }

    private static void assertDrawn(CategoryChart chart) {
        BufferedImage image = new BufferedImage(900, 420, BufferedImage.TYPE_INT_RGB);
        chart.paint(image.createGraphics(), image.getWidth(), image.getHeight());
        assertThat(IntStream.range(0, 900 * 420)
                        .map(i -> image.getRGB(i % 900, i / 900))
                        .distinct()
                        .count())
                .as("colours")
                .isGreaterThan(3);
    }

    private static IngestReport report(Finding... findings) {
        return new IngestReport(
                "feed.csv", MarketStream.PRICES, List.of(), 9, 7, 0, 0, 2, null, null, false, List.of(findings));
    }
}
