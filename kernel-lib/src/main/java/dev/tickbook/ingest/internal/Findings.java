package dev.tickbook.ingest.internal;

import dev.tickbook.ingest.IngestReport.Finding;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Counts what the checks find. */
final class Findings {

    private static final int MOST_KEPT = 10_000;

    private record Key(String check, String outcome, String symbol, String interval) {}

    private static final class Count {
        private long rows;
        private long firstLine;
    }

    private final Map<Key, Count> counts = new HashMap<>();

    void rejected(String check, long line) {
        add(new Key(check, "rejected", "", ""), 1, line);
    }

    void flagged(String check, String symbol, String interval, long line) {
        add(new Key(check, "flagged", symbol, interval), 1, line);
    }

    void noted(String check, String symbol, String interval, long line) {
        add(new Key(check, "noted", symbol, interval), 1, line);
    }

    void add(Findings others) {
        others.counts.forEach((key, count) -> add(key, count.rows, count.firstLine));
    }

    private void add(Key key, long rows, long line) {
        Count count = counts.get(key);
        if (count == null) {
            // Of very many symbols those that come last are counted together.
            Key kept = counts.size() < MOST_KEPT ? key : new Key(key.check, key.outcome, "", "");
            count = counts.computeIfAbsent(kept, any -> new Count());
        }
        count.firstLine = count.rows == 0 ? line : Math.min(count.firstLine, line);
        count.rows += rows;
    }

    List<Finding> list() {
        return counts.entrySet().stream()
                .map(e -> new Finding(
                        e.getKey().check,
                        e.getKey().outcome,
                        e.getKey().symbol,
                        e.getKey().interval,
                        e.getValue().rows,
                        e.getValue().firstLine))
                .sorted(Comparator.comparing(Finding::rows)
                        .reversed()
                        .thenComparing(Finding::check)
                        .thenComparing(Finding::symbol)
                        .thenComparing(Finding::interval))
                .toList();
    }
}
