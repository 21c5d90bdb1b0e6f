package dev.tickbook.ingest;

import dev.tickbook.TickbookException;
import dev.tickbook.db.internal.SqlErrors;
import dev.tickbook.ingest.internal.Run;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * Loads a source into a stream, with more to say about how than {@code tb.ingest(…)} lets you.
 *
 * <pre>{@code
 * IngestReport report = tb.ingestion(MarketStream.NEWS, CsvFile.of(file)).progress((rows, fraction) -> show(fraction)).run();
 * }</pre>
 *
 * <p>Rows are read, checked and stored in batches, in constant memory; each batch is committed by itself, and is counted
 * only then. Whatever happens on the way, run it again: what is stored stays as it is, and what is not is stored. Rows
 * that cannot be stored go to {@code market.ingest_rejects} with the reason.
 *
 * <p>Runs once. {@link #cancel} may be called by any thread, everything else by one.
 */
public final class Ingestion {

    private static final int BATCH_ROWS = 50_000;

    private final Supplier<Connection> connections;
    private final MarketStream stream;
    private final Source source;
    private IngestProgress progress;
    private int batchRows = BATCH_ROWS;
    private boolean anyPrice;
    private Duration patience = Duration.ofSeconds(30);
    private volatile boolean cancelled;

    /**
     * For {@code Tickbook}, which see.
     *
     * @param connections where a connection comes from
     * @param stream what the rows are
     * @param source where they come from
     */
    public Ingestion(Supplier<Connection> connections, MarketStream stream, Source source) {
        this.connections = connections;
        this.stream = stream;
        this.source = source;
    }

    /**
     * @param listener is told how far it is; without one a terminal shows a bar, and so does a notebook
     * @return this
     */
    public Ingestion progress(IngestProgress listener) {
        progress = listener;
        return this;
    }

    /**
     * @param rows most rows in a batch, by default 50,000: more are not faster, fewer are stored sooner
     * @return this
     * @throws TickbookException if it is less than one
     */
    public Ingestion batchRows(int rows) {
        if (rows < 1) {
            throw new TickbookException("A batch needs at least one row, not " + rows + ".");
        }
        batchRows = rows;
        return this;
    }

    /**
     * Takes prices of zero and below, which are rejected otherwise: for rates, spreads, and series that are no prices.
     *
     * @return this
     */
    public Ingestion anyPrice() {
        anyPrice = true;
        return this;
    }

    /**
     * @param patience how long to try again while the server cannot be reached, by default 30 seconds
     * @return this
     */
    public Ingestion patience(Duration patience) {
        this.patience = patience;
        return this;
    }

    /** Stops after the batch under way; {@link #run} then returns what was stored. So does an interrupt of its thread. */
    public void cancel() {
        cancelled = true;
    }

    /**
     * Does it.
     *
     * @return what became of each row
     * @throws TickbookException if the source cannot be read, its columns are not those of the stream, or the server
     *     cannot store rows, whatever they are; it says what was stored, which stays
     */
    public IngestReport run() {
        Run run = new Run(
                connections,
                stream,
                source,
                new Run.Settings(progress, batchRows, anyPrice, patience),
                () -> cancelled);
        try {
            return run.run();
        } catch (IOException e) {
            throw new TickbookException(
                    source.name() + " cannot be read" + (run.read() > 0 ? " any further" : "") + ": "
                            + sentence(e.getMessage()) + " " + run.soFar(),
                    e);
        } catch (SQLException e) {
            throw new TickbookException(
                    source.name() + " could not be stored" + (run.read() > 0 ? " as a whole" : "") + ". "
                            + SqlErrors.explain(e, null).getMessage() + "\n" + run.soFar(),
                    e);
        }
    }

    private static String sentence(String text) {
        return String.valueOf(text).endsWith(".") ? text : text + ".";
    }
}
