package dev.tickbook.notebook.internal;

import dev.tickbook.ingest.IngestProgress;
import dev.tickbook.ingest.IngestReport;
import java.util.UUID;

/**
 * How far an ingestion is, in a notebook: a bar where it takes longer than a moment, which goes when it is done, because
 * the report then says all.
 */
public final class IngestBar implements IngestProgress {

    private static final long MOMENT = 500_000_000; // nanoseconds
    private static final long BETWEEN_UPDATES = 100_000_000;

    private final String id = UUID.randomUUID().toString();
    private final Shell shell;
    private final String source;
    private long next = System.nanoTime() + MOMENT;
    private boolean shown;

    /**
     * @param shell where to show it
     * @param source what is being loaded
     */
    public IngestBar(Shell shell, String source) {
        this.shell = shell;
        this.source = source;
    }

    @Override
    public void update(long rows, double fraction) {
        if (System.nanoTime() - next >= 0) {
            long total = fraction > 0 ? Math.round(rows / fraction) : 0; // NaN is not greater than anything
            shell.show(id, new ProgressBar(source, rows, total, "rows"), shown);
            shown = true;
            next = System.nanoTime() + BETWEEN_UPDATES;
        }
    }

    @Override
    public void done(IngestReport report) {
        if (shown) {
            shell.show(id, new Remark(""), true);
        }
    }
}
