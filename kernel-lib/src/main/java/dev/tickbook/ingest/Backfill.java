package dev.tickbook.ingest;

import dev.tickbook.TickbookException;
import dev.tickbook.db.internal.SqlErrors;
import dev.tickbook.ingest.internal.MissingBars;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Fills the database with the past of many symbols, piece by piece.
 *
 * <pre>{@code
 * BackfillReport report = tb.backfill(YahooFinance.create(), "AAPL", "MSFT").years(20).run();
 * }</pre>
 *
 * <p>It first asks the database which bars of a symbol are there, and then the service for the others: stopped in the
 * middle, by whatever, it goes on where it was when it is run again. Each piece is stored before the next is asked for.
 * What fails for one symbol is reported, and stops no other.
 *
 * <p>Dividends and splits are loaded with the bars where the service has them.
 *
 * <p>Used by one thread; interrupting it ends the backfill after the piece under way, with a report.
 */
public final class Backfill {

    private static final int YEARS = 20;

    /** Is told how far a backfill is. */
    @FunctionalInterface
    public interface Progress {
        /**
         * @param symbol the one under way
         * @param done pieces that are stored, of all symbols
         * @param pieces known so far; those of a symbol are known when it is its turn
         */
        void update(String symbol, int done, int pieces);
    }

    private final Supplier<Connection> connections;
    private final HistoryService service;
    private final List<String> symbols;
    private String interval = "1d";
    private Instant from =
            LocalDate.now(ZoneOffset.UTC).minusYears(YEARS).atStartOfDay().toInstant(ZoneOffset.UTC);
    private Instant to; // null: now
    private Progress progress = (symbol, done, pieces) -> {};

    private int done;
    private int pieces;

    /**
     * For {@code Tickbook}, which see.
     *
     * @param connections where a connection comes from
     * @param service whom to ask
     * @param symbols whose past
     */
    public Backfill(Supplier<Connection> connections, HistoryService service, List<String> symbols) {
        if (symbols.isEmpty()) {
            throw new TickbookException("A backfill needs at least one symbol: tb.backfill(service, \"AAPL\").");
        }
        this.connections = connections;
        this.service = service;
        this.symbols = List.copyOf(symbols);
    }

    /**
     * @param length of the bars: 1d if it is not named
     * @return this
     */
    public Backfill interval(String length) {
        service.longestPiece(length); // says so now if the service has none
        interval = length;
        return this;
    }

    /**
     * @param years how far back from today: 20 if neither this nor {@link #from} is said
     * @return this
     */
    public Backfill years(int years) {
        return from(LocalDate.now(ZoneOffset.UTC).minusYears(years));
    }

    /**
     * @param day the first one
     * @return this
     */
    public Backfill from(LocalDate day) {
        return from(day.atStartOfDay().toInstant(ZoneOffset.UTC));
    }

    /**
     * @param time the first one at which a bar may open
     * @return this
     */
    public Backfill from(Instant time) {
        from = time;
        return this;
    }

    /**
     * @param day the first one that is not asked for; now if none is named
     * @return this
     */
    public Backfill to(LocalDate day) {
        to = day.atStartOfDay().toInstant(ZoneOffset.UTC);
        return this;
    }

    /**
     * @param listener is told after each piece, by the thread that runs the backfill
     * @return this
     */
    public Backfill progress(Progress listener) {
        progress = listener;
        return this;
    }

    /**
     * Does it.
     *
     * @return what became of each symbol, the failed ones too
     * @throws TickbookException if the database cannot be read
     */
    public BackfillReport run() {
        Instant end = to == null ? Instant.now() : to;
        if (!from.isBefore(end)) {
            throw new TickbookException("A backfill goes from an earlier time to a later one, not from " + from + " to "
                    + end + ". Swap them.");
        }
        done = 0;
        pieces = 0;
        List<BackfillReport.OfSymbol> reports = new ArrayList<>();
        for (String symbol : symbols) {
            if (Thread.currentThread().isInterrupted()) {
                reports.add(new BackfillReport.OfSymbol(
                        symbol, 0, 0, 0, 0, 0, "not begun: the backfill was interrupted. Run it again to go on."));
            } else {
                reports.add(fill(symbol, end));
            }
        }
        return new BackfillReport(service.name(), interval, from, end, List.copyOf(reports));
    }

    private BackfillReport.OfSymbol fill(String symbol, Instant end) {
        MissingBars missing = missing(symbol, end);
        pieces += missing.pieces().size();
        Sum sum = new Sum();
        String problem = null;
        try {
            Optional<Source> actions = service.actions(symbol, from, end);
            if (actions.isPresent()) {
                sum.actions =
                        ingest(MarketStream.CORPORATE_ACTIONS, actions.get()).inserted();
            }
            for (MissingBars.Piece piece : missing.pieces()) {
                if (Thread.currentThread().isInterrupted()) {
                    problem = "interrupted before " + piece.from() + ". Run it again to go on.";
                    break;
                }
                sum.add(ingest(MarketStream.PRICES, service.bars(symbol, interval, piece.from(), piece.to())));
                done++;
                progress.update(symbol, done, pieces);
            }
        } catch (TickbookException e) {
            problem = e.getMessage();
        } catch (RuntimeException e) { // of a service of somebody's own
            problem = service.name() + " failed: " + e;
        }
        if (problem == null && missing.isWhole() && sum.inserted + sum.updated + sum.unchanged + sum.rejected == 0) {
            problem = service.name() + " has no bar of it from " + from + " to " + end
                    + ". Check how the service writes the symbol.";
        }
        return sum.report(symbol, problem);
    }

    private IngestReport ingest(MarketStream stream, Source source) {
        return new Ingestion(connections, stream, source)
                .progress((rows, fraction) -> {})
                .run();
    }

    private MissingBars missing(String symbol, Instant end) {
        try (Connection connection = connections.get()) {
            return MissingBars.find(connection, symbol, interval, from, end, service.longestPiece(interval));
        } catch (SQLException e) {
            throw SqlErrors.explain(e, null);
        }
    }

    private static final class Sum {
        private long inserted;
        private long updated;
        private long unchanged;
        private long rejected;
        private long actions;

        void add(IngestReport report) {
            inserted += report.inserted();
            updated += report.updated();
            unchanged += report.unchanged();
            rejected += report.rejected();
        }

        BackfillReport.OfSymbol report(String symbol, String problem) {
            return new BackfillReport.OfSymbol(symbol, inserted, updated, unchanged, rejected, actions, problem);
        }
    }
}
