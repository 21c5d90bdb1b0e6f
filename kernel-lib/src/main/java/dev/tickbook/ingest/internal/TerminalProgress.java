package dev.tickbook.ingest.internal;

import dev.tickbook.ingest.IngestProgress;
import dev.tickbook.ingest.IngestReport;
import java.io.PrintStream;
import java.util.Locale;

/** A bar on one line of a terminal. */
public final class TerminalProgress implements IngestProgress {

    private static final int WIDTH = 30;

    private final String source;
    private final PrintStream terminal;
    private final long start = System.nanoTime();

    /**
     * @param source what is being loaded
     * @param terminal where to draw
     */
    public TerminalProgress(String source, PrintStream terminal) {
        this.source = source;
        this.terminal = terminal;
    }

    @Override
    public void update(long rows, double fraction) {
        draw(rows, fraction);
    }

    @Override
    public void done(IngestReport report) {
        draw(report.read(), report.cancelled() ? Double.NaN : 1);
        terminal.println();
    }

    private void draw(long rows, double fraction) {
        double seconds = (System.nanoTime() - start) / 1e9;
        String bar = "";
        if (!Double.isNaN(fraction)) {
            int full = (int) (WIDTH * Math.max(0, Math.min(1, fraction)));
            bar = String.format(
                    Locale.ROOT, " [%s%s] %3.0f %%", "#".repeat(full), " ".repeat(WIDTH - full), 100 * fraction);
        }
        terminal.printf(Locale.ROOT, "\r%s%s %,d rows, %,.0f/s", source, bar, rows, rows / Math.max(seconds, 0.001));
        terminal.flush();
    }
}
