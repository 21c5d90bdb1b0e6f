package dev.tickbook.ingest;

/** Is told how far an ingestion is, by the thread that runs it, after each batch that was stored. */
@FunctionalInterface
public interface IngestProgress {

    /**
     * @param rows read and dealt with so far
     * @param fraction of the source, from 0 to 1; NaN where the source cannot say
     */
    void update(long rows, double fraction);

    /** @param report the end, also of one that was cancelled; not called when the ingestion fails */
    default void done(IngestReport report) {}
}
