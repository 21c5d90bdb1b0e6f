package dev.tickbook.ingest.internal;

import java.util.ArrayList;
import java.util.List;

/** What became of rows that were stored, or refused by the server. */
final class Outcome {

    long inserted;
    long updated;
    long unchanged;
    long rejected;

    /** Rows that contradict what is stored; they are among the rejected. */
    final List<Reject> contradictions = new ArrayList<>();

    void add(Outcome other) {
        inserted += other.inserted;
        updated += other.updated;
        unchanged += other.unchanged;
        rejected += other.rejected;
        contradictions.addAll(other.contradictions);
    }
}
