package dev.tickbook.chart;

import dev.tickbook.chart.internal.HouseStyle;
import dev.tickbook.ingest.IngestReport;
import dev.tickbook.ingest.IngestReport.Finding;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.knowm.xchart.CategoryChart;

/** What the checks of an ingestion found, as bars: one per check, in the colour of what became of the rows. */
public final class QualityChart {

    private static final List<String> OUTCOMES = List.of("rejected", "flagged", "noted");

    private QualityChart() {}

    /**
     * @param report of an ingestion
     * @return a chart that a notebook shows: rows per check. Without findings it has one empty bar that says so
     */
    public static CategoryChart of(IngestReport report) {
        Map<String, Map<String, Long>> rows = report.findings().stream()
                .collect(Collectors.groupingBy(
                        Finding::check,
                        TreeMap::new,
                        Collectors.groupingBy(Finding::outcome, Collectors.summingLong(Finding::rows))));
        List<String> checks = rows.isEmpty() ? List.of("nothing found") : new ArrayList<>(rows.keySet());
        CategoryChart chart = HouseStyle.categories("What the checks found in " + report.source(), "", "rows");
        chart.getStyler().setOverlapped(true); // a check has one outcome: side by side, most places would be empty
        for (int i = 0; i < OUTCOMES.size(); i++) {
            String outcome = OUTCOMES.get(i);
            List<Long> counts = checks.stream()
                    .map(check -> rows.getOrDefault(check, Map.of()).getOrDefault(outcome, 0L))
                    .toList();
            chart.addSeries(outcome, checks, counts).setFillColor(HouseStyle.series(i));
        }
        return chart;
    }
}
