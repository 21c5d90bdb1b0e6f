package dev.tickbook.notebook;

import dev.tickbook.notebook.internal.ProgressBar;
import dev.tickbook.notebook.internal.Shell;
import java.util.UUID;

/**
 * Shows how far something has come: in a notebook as a bar that changes in place, in a terminal as a line that is written
 * over. Where neither is there, as in a program whose output goes to a file, only the end is written.
 *
 * <pre>{@code
 * try (Progress progress = Progress.of("Backtest", days.size(), "days")) {
 *     for (LocalDate day : days) {
 *         trade(day);
 *         progress.add(1);
 *     }
 * }
 * }</pre>
 *
 * <p>Safe for use by several threads. Showing costs at most a few milliseconds ten times a second.
 */
public final class Progress implements AutoCloseable {

    private static final long BETWEEN_UPDATES = 100_000_000; // nanoseconds

    private final String id = UUID.randomUUID().toString();
    private final Shell shell = Notebook.shell();
    private final String title;
    private final String unit;
    private long total;
    private long done;
    private long shownAt = System.nanoTime() - BETWEEN_UPDATES;
    private boolean shown;
    private boolean closed;

    private Progress(String title, long total, String unit) {
        this.title = title;
        this.total = total;
        this.unit = unit;
    }

    /**
     * @param title what is done
     * @param total how much there is to do; 0 if that is not known
     * @param unit of the total, such as rows
     * @return a bar that shows nothing done yet
     */
    public static Progress of(String title, long total, String unit) {
        Progress progress = new Progress(title, total, unit);
        progress.show(false);
        return progress;
    }

    /**
     * @param more how much was done since the last call
     */
    public synchronized void add(long more) {
        at(done + more);
    }

    /**
     * @param now how much is done altogether
     */
    public synchronized void at(long now) {
        done = now;
        if (!closed && System.nanoTime() - shownAt >= BETWEEN_UPDATES) {
            show(false);
        }
    }

    /** Shows how far it came, for the last time. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            show(true);
        }
    }

    private synchronized void show(boolean last) {
        shownAt = System.nanoTime();
        ProgressBar bar = new ProgressBar(title, done, total, unit);
        if (shell != null) {
            shell.show(id, bar, shown);
        } else if (System.console() != null) {
            System.err.print("\r" + bar.line() + (last ? System.lineSeparator() : ""));
        } else if (last) {
            System.err.println(bar);
        }
        shown = true;
    }
}
