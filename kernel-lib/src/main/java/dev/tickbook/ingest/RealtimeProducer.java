package dev.tickbook.ingest;

import dev.tickbook.TickbookException;
import dev.tickbook.db.internal.SqlErrors;
import dev.tickbook.ingest.internal.ListRows;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Stores the prices of now, again and again: asks a service for each ticker, waits, and asks again.
 *
 * <pre>{@code
 * RealtimeReport report = tb.realtime(YahooFinance.create(), RealtimeSettings.fromEnvironment()).run();
 * }</pre>
 *
 * <p>Prices go to {@code market.stock_prices_realtime}, where rows are only ever inserted; one that is there already is
 * not stored again. When all cycles are done, or it is stopped, the last price of each day goes to
 * {@code market.stock_prices_historical}, and the symbols are handed on, to be forecast from.
 *
 * <p>A ticker without an answer is reported and asked again in the next cycle; it stops no other. While the database
 * cannot be reached, prices are kept and stored when it is back.
 *
 * <p>{@link #run} once, by one thread; {@link #stop} by any. An interrupt of its thread stops it as well.
 */
public final class RealtimeProducer {

    private static final List<String> COLUMNS = List.of("symbol", "time", "price", "volume", "bid", "ask", "source");

    /** Prices that wait for the database to come back; older ones are given up, and reported, so that memory has an end. */
    private static final int MOST_WAITING = 100_000;

    private final Supplier<Connection> connections;
    private final QuoteService service;
    private final RealtimeSettings settings;
    private final List<String[]> waiting = new ArrayList<>();
    private final Map<String, String> problems = new LinkedHashMap<>(); // the last one of each ticker, or part
    private Consumer<List<String>> next = symbols -> {};
    private Consumer<String> log = line -> {};
    private volatile boolean stopped;
    private volatile Thread runner;
    private long received;
    private long inserted;
    private long unchanged;
    private long rejected;

    /**
     * For {@code Tickbook}, which see.
     *
     * @param connections where a connection comes from
     * @param service whom to ask
     * @param settings for what, how often, how long
     */
    public RealtimeProducer(Supplier<Connection> connections, QuoteService service, RealtimeSettings settings) {
        this.connections = connections;
        this.service = service;
        this.settings = settings;
    }

    /**
     * @param work what to do at the end with the symbols that have a history now, if there are any, such as training
     *     models. If it fails, that is reported; the prices are stored by then
     * @return this
     */
    public RealtimeProducer then(Consumer<List<String>> work) {
        next = work;
        return this;
    }

    /**
     * @param lines takes a line of text per cycle and per problem
     * @return this
     */
    public RealtimeProducer log(Consumer<String> lines) {
        log = lines;
        return this;
    }

    /** Ends it after what it is doing: what it has is stored and goes to the history. Returns at once. */
    public void stop() {
        stopped = true;
        Thread thread = runner;
        if (thread != null) {
            thread.interrupt();
        }
    }

    /**
     * Does it, until all cycles are done or it is stopped.
     *
     * @return what became of it
     * @throws TickbookException if the prices cannot be stored at the end, or the history cannot be brought up to date
     */
    public RealtimeReport run() {
        runner = Thread.currentThread();
        int cycles = 0;
        try {
            while (!isStopped()) {
                long start = System.nanoTime();
                poll();
                cycles++;
                store(cycles);
                if (settings.maxCycles() > 0 && cycles == settings.maxCycles()) {
                    break;
                }
                sleep(settings.pollInterval().minusNanos(System.nanoTime() - start));
            }
        } finally {
            runner = null; // an interrupt after this would spoil the end
        }
        Thread.interrupted();
        if (!waiting.isEmpty()) {
            ingest(); // the last try: now it matters
        }
        long days = migrate();
        List<String> symbols = symbolsWithHistory();
        log.accept("The history changed on " + days + " days; it has " + symbols.size() + " of the tickers.");
        handOn(symbols);
        return new RealtimeReport(cycles, received, inserted, unchanged, rejected, days, symbols, Map.copyOf(problems));
    }

    private void handOn(List<String> symbols) {
        if (symbols.isEmpty()) {
            return;
        }
        try {
            next.accept(symbols);
        } catch (TickbookException e) {
            String problem = "What follows the realtime prices failed: " + e.getMessage();
            problems.put("afterwards", problem);
            log.accept(problem);
        }
    }

    /** An interrupt is taken note of and cleared, so that what is there can still be stored. */
    private boolean isStopped() {
        stopped |= Thread.interrupted();
        return stopped;
    }

    private void poll() {
        for (String ticker : settings.tickers()) {
            if (isStopped()) {
                return;
            }
            try {
                waiting.add(row(service.latest(ticker)));
                received++;
                problems.remove(ticker);
            } catch (IOException | RuntimeException e) { // whatever a service throws, the others' prices count
                if (!isStopped()) {
                    String problem = e instanceof RuntimeException && !(e instanceof TickbookException)
                            ? ticker + " was not answered: " + e
                            : e.getMessage();
                    problems.put(ticker, problem);
                    log.accept(problem);
                }
            }
        }
    }

    private static String[] row(Quote quote) {
        return new String[] {
            quote.symbol(),
            quote.time().toString(),
            quote.price().toPlainString(),
            quote.volume() == null ? null : quote.volume().toString(),
            quote.bid() == null ? null : quote.bid().toPlainString(),
            quote.ask() == null ? null : quote.ask().toPlainString(),
            quote.source()
        };
    }

    private void store(int cycle) {
        if (waiting.isEmpty()) {
            return;
        }
        int prices = waiting.size();
        try {
            ingest();
            log.accept("Cycle " + cycle + ": " + prices + " prices stored.");
        } catch (TickbookException e) {
            int tooMany = waiting.size() - MOST_WAITING;
            if (tooMany > 0) {
                waiting.subList(0, tooMany).clear();
                problems.put("database", tooMany + " prices were given up, because the database does not answer.");
            }
            log.accept("Cycle " + cycle + ": " + waiting.size() + " prices wait for the database. " + e.getMessage());
        }
    }

    /** Stores what waits, all of it: a stop that comes meanwhile is for afterwards. */
    private void ingest() {
        IngestReport report;
        do {
            stopped |= Thread.interrupted();
            Source prices = new Waiting(List.copyOf(waiting));
            report = new Ingestion(connections, MarketStream.TICKS, prices)
                    .progress((rows, fraction) -> {})
                    .patience(settings.pollInterval())
                    .run();
        } while (report.cancelled());
        waiting.clear();
        inserted += report.inserted();
        unchanged += report.unchanged();
        rejected += report.rejected();
    }

    private record Waiting(List<String[]> rows) implements Source {
        @Override
        public String name() {
            return "realtime";
        }

        @Override
        public Rows open() {
            return new ListRows(COLUMNS, rows);
        }
    }

    private long migrate() {
        try (Connection connection = connections.get();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT tickbook.migrate_realtime_to_historical()")) {
            row.next();
            return row.getLong(1);
        } catch (SQLException e) {
            throw SqlErrors.explain(e, null);
        }
    }

    private List<String> symbolsWithHistory() {
        List<String> symbols = new ArrayList<>();
        try (Connection connection = connections.get();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT symbol FROM market.stock_prices_historical WHERE is_current ORDER BY symbol")) {
            while (rows.next()) {
                if (settings.tickers().contains(rows.getString(1))) {
                    symbols.add(rows.getString(1));
                }
            }
        } catch (SQLException e) {
            throw SqlErrors.explain(e, null);
        }
        return List.copyOf(symbols);
    }

    private void sleep(Duration time) {
        try {
            TimeUnit.NANOSECONDS.sleep(time.toNanos());
        } catch (InterruptedException e) {
            stopped = true;
        }
    }
}
