package dev.tickbook.ingest.internal;

import dev.tickbook.TickbookException;
import dev.tickbook.ingest.IngestProgress;
import dev.tickbook.ingest.IngestReport;
import dev.tickbook.ingest.MarketStream;
import dev.tickbook.ingest.Rows;
import dev.tickbook.ingest.Source;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** One ingestion: a thread reads and checks the next batch while the caller's stores the one before. */
public final class Run {

    /**
     * How to go about it.
     *
     * @param progress null: what is usual here
     * @param batchRows most rows in a batch
     * @param anyPrice whether prices may be zero and below
     * @param patience how long to try again while the server cannot be reached
     */
    public record Settings(IngestProgress progress, int batchRows, boolean anyPrice, Duration patience) {}

    /** What the reader hands over: a batch, or that there is none, or why. */
    private record Handed(Batch batch, Throwable failure) {}

    private final Supplier<Connection> connections;
    private final MarketStream stream;
    private final Source source;
    private final Settings settings;
    private final BooleanSupplier isCancelled;

    private final Outcome total = new Outcome();
    private final Findings findings = new Findings();
    private final Set<String> symbols = new TreeSet<>();
    private long read;
    private long lastLine;
    private long from = Long.MAX_VALUE;
    private long to = Long.MIN_VALUE;
    private boolean stopped;

    /**
     * @param connections where a connection comes from
     * @param stream what the rows are
     * @param source where they come from
     * @param settings how to go about it
     * @param isCancelled asked between batches
     */
    public Run(
            Supplier<Connection> connections,
            MarketStream stream,
            Source source,
            Settings settings,
            BooleanSupplier isCancelled) {
        this.connections = connections;
        this.stream = stream;
        this.source = source;
        this.settings = settings;
        this.isCancelled = isCancelled;
    }

    /**
     * @return what became of each row
     * @throws IOException if the source fails
     * @throws SQLException if the server cannot store rows, whatever they are
     */
    public IngestReport run() throws IOException, SQLException {
        IngestProgress progress =
                settings.progress() != null ? settings.progress() : ProgressDisplay.usual(source.name());
        try (Rows rows = source.open()) {
            RowReader reader = new RowReader(source.name(), stream, rows, settings.batchRows(), settings.anyPrice());
            BatchStore store = new BatchStore(connections, stream, source.name(), reader, settings.patience());
            BlockingQueue<Handed> queue = new ArrayBlockingQueue<>(1);
            Thread thread = new Thread(() -> readAll(reader, queue), "tickbook-ingest-reader");
            thread.setDaemon(true);
            thread.start();
            try {
                storeAll(queue, store, progress);
            } finally {
                thread.interrupt();
                join(thread);
            }
        }
        IngestReport report = report();
        progress.done(report);
        return report;
    }

    private static void readAll(RowReader reader, BlockingQueue<Handed> queue) {
        try {
            try {
                Batch batch;
                do {
                    batch = reader.next();
                    queue.put(new Handed(batch, null));
                } while (batch != null);
            } catch (IOException | RuntimeException | Error e) {
                queue.put(new Handed(null, e));
            }
        } catch (InterruptedException e) {
            // nobody waits for more
        }
    }

    private void storeAll(BlockingQueue<Handed> queue, BatchStore store, IngestProgress progress)
            throws IOException, SQLException {
        while (true) {
            stopped = isCancelled.getAsBoolean() || Thread.currentThread().isInterrupted();
            if (stopped) {
                return;
            }
            Handed next;
            try {
                next = queue.take();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                continue;
            }
            if (next.failure instanceof IOException e) {
                throw e;
            }
            if (next.failure instanceof RuntimeException e) {
                throw e;
            }
            if (next.failure instanceof Error e) {
                throw e;
            }
            if (next.batch == null) {
                return;
            }
            add(next.batch, store.store(next.batch));
            progress.update(read, next.batch.fraction);
        }
    }

    private void add(Batch batch, Outcome outcome) {
        total.add(outcome);
        total.contradictions.clear();
        read += batch.read;
        lastLine = batch.lastLine;
        findings.add(batch.findings);
        symbols.addAll(batch.symbols);
        for (int row = 0; row < batch.rows(); row++) {
            from = Math.min(from, batch.time(row));
            to = Math.max(to, batch.time(row));
        }
    }

    /** The source is closed when the reader has let go of it. */
    private static void join(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** How many rows were read and dealt with. */
    public long read() {
        return read;
    }

    /** What was stored before it failed, for its error. */
    public String soFar() {
        return read == 0
                ? "Nothing was stored. Run it again when that is mended."
                : String.format(
                        Locale.ROOT,
                        "The %,d rows up to line %,d are stored or rejected. Run it again when that is mended: what is"
                                + " stored stays as it is.",
                        read,
                        lastLine);
    }

    private IngestReport report() {
        if (total.inserted + total.updated + total.unchanged + total.rejected != read) {
            throw new TickbookException("Of " + read + " rows of " + source.name() + " " + total.inserted
                    + " were inserted, " + total.updated + " updated, " + total.unchanged + " unchanged and "
                    + total.rejected + " rejected, which does not add up: please report this as a bug.");
        }
        return new IngestReport(
                source.name(),
                stream,
                List.copyOf(symbols),
                read,
                total.inserted,
                total.updated,
                total.unchanged,
                total.rejected,
                from > to ? null : instant(from),
                from > to ? null : instant(to),
                stopped,
                findings.list());
    }

    private static Instant instant(long micros) {
        return Instant.ofEpochSecond(Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1000);
    }
}
