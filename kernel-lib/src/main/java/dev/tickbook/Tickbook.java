package dev.tickbook;

import dev.tickbook.accuracy.CrossValidation;
import dev.tickbook.accuracy.TrackRecord;
import dev.tickbook.db.Query;
import dev.tickbook.db.internal.Database;
import dev.tickbook.db.internal.JobScheduler;
import dev.tickbook.forecast.AutoArima;
import dev.tickbook.forecast.BatchTraining;
import dev.tickbook.ingest.Backfill;
import dev.tickbook.ingest.HistoryService;
import dev.tickbook.ingest.IngestReport;
import dev.tickbook.ingest.Ingestion;
import dev.tickbook.ingest.MarketStream;
import dev.tickbook.ingest.QuoteService;
import dev.tickbook.ingest.RealtimeProducer;
import dev.tickbook.ingest.RealtimeSettings;
import dev.tickbook.ingest.Source;
import dev.tickbook.market.BarQuery;
import dev.tickbook.market.KnownMarket;
import dev.tickbook.market.internal.Questions;
import dev.tickbook.market.internal.Subscriptions;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A market-data database: the one entry point of the library.
 *
 * <pre>{@code
 * try (Tickbook tb = Tickbook.open()) {
 *     tb.ingest(CsvFile.of(Path.of("aapl.csv")).symbol("AAPL"));
 *     Table closes = tb.sql("SELECT time, close FROM market.market_data WHERE symbol = ?", "AAPL").table();
 * }
 * }</pre>
 *
 * <p>{@link #open()} and {@link #open(Path)} start a PostgreSQL of their own, {@link #connect} uses yours. In each case
 * the extension {@code tickbook} and the tables of schema {@code market} are there when the call returns. All sessions
 * run in UTC. Safe for use by several threads. A process that dies without closing leaves no server behind.
 *
 * <p>Every method throws {@link TickbookException} for what the caller can mend, with a message that says how.
 */
public final class Tickbook implements AutoCloseable {

    private final CompletableFuture<Database> database;
    private final Collection<JobScheduler> schedulers = new ConcurrentLinkedQueue<>();
    private final Subscriptions subscriptions =
            new Subscriptions(answerWithin -> database().ownConnection(answerWithin));
    private Questions questions; // made when first asked, because only then a wrong REDIS_URL matters

    private Tickbook(CompletableFuture<Database> database) {
        this.database = database;
    }

    /**
     * Starts PostgreSQL with an empty database that is deleted on close.
     *
     * @return the database, ready to use
     * @throws TickbookException if the server cannot start here
     */
    public static Tickbook open() {
        return new Tickbook(CompletableFuture.completedFuture(Database.temporary()));
    }

    /**
     * Starts PostgreSQL on a folder that is kept: what is stored there today is there tomorrow.
     *
     * @param folder where the data is; created if it does not exist
     * @return the database, ready to use
     * @throws TickbookException if the folder is in use by another process, cannot be written, or was made by another
     *     major version of PostgreSQL
     */
    public static Tickbook open(Path folder) {
        return new Tickbook(CompletableFuture.completedFuture(Database.in(folder)));
    }

    /**
     * As {@link #open()}, but returns at once and starts the server behind the caller's back: the first use waits for it,
     * and throws what {@link #open()} would have thrown. For shells and notebooks, where the person types meanwhile.
     *
     * @return the database, perhaps not ready yet
     */
    public static Tickbook openInBackground() {
        CompletableFuture<Database> starting = new CompletableFuture<>();
        Thread starter = new Thread(
                () -> {
                    try {
                        starting.complete(Database.temporary());
                    } catch (Throwable failure) {
                        starting.completeExceptionally(failure);
                    }
                },
                "tickbook-start");
        starter.setDaemon(true);
        starter.start();
        return new Tickbook(starting);
    }

    /**
     * Connects to a PostgreSQL 15 or newer. Installs the extension there if it is missing: with {@code CREATE EXTENSION}
     * where the server has its files, else as plain SQL in schema {@code tickbook}.
     *
     * @param jdbcUrl for example {@code jdbc:postgresql://localhost/research}, user and password in it if they are
     *     needed; {@code postgresql://user:password@host/research}, as other programs write it, will do too
     * @return the database, ready to use
     * @throws TickbookException if the server cannot be reached, refuses the user, or is too old
     */
    public static Tickbook connect(String jdbcUrl) {
        return connect(jdbcUrl, null, null);
    }

    /**
     * As {@link #connect(String)}, with the user's name and password beside the URL.
     *
     * @param jdbcUrl for example {@code jdbc:postgresql://localhost/research}
     * @param user the role to connect as
     * @param password its password; take it from the environment, not from the source
     * @return the database, ready to use
     * @throws TickbookException if the server cannot be reached, refuses the user, or is too old
     */
    public static Tickbook connect(String jdbcUrl, String user, String password) {
        return new Tickbook(CompletableFuture.completedFuture(Database.at(jdbcUrl, user, password)));
    }

    /**
     * A statement to run.
     *
     * @param sql one SQL statement, {@code ?} where a parameter goes
     * @param parameters their values, in order; bound, never pasted into the text
     * @return the query; nothing runs until its result is asked for
     */
    public Query sql(String sql, Object... parameters) {
        return new Query(database()::connection, sql, parameters);
    }

    /**
     * Bars of a symbol, as they are known, or were known at a moment.
     *
     * @param symbol as {@code market.market_data} has it
     * @return the question; narrow it down, and read with {@link BarQuery#table}
     */
    public BarQuery read(String symbol) {
        return new BarQuery(questions(), symbol);
    }

    /**
     * The market's questions: latest prices, its state, news, accuracy of predictions and more, now or as of a moment.
     *
     * @return the market as it is known now; {@link KnownMarket#asOf} for what was known before
     */
    public KnownMarket market() {
        return new KnownMarket(questions(), subscriptions);
    }

    /**
     * Trains models on the last closes of symbols, and stores them with what they predict.
     *
     * @return the training, of automatic ARIMA for all symbols where it is due; nothing runs until {@link
     *     BatchTraining#run}
     */
    public BatchTraining training() {
        return new BatchTraining(this::read, market(), database()::connection, AutoArima.defaults());
    }

    /**
     * What stored predictions were worth.
     *
     * @return the record as it is known now; {@link TrackRecord#asOf} for what was known before
     */
    public TrackRecord trackRecord() {
        return new TrackRecord(database()::connection, market());
    }

    /**
     * Tries models on the past: fits them to what was known of symbols at many moments, and compares what they say with
     * what came.
     *
     * @param symbols whose closes are forecast
     * @return the cross-validation, to be told its models
     */
    public CrossValidation crossValidation(String... symbols) {
        return new CrossValidation(this::read, symbols);
    }

    /**
     * Loads bars into {@code market.market_data}. Loading the same twice changes nothing; bars that are there with other
     * values are updated. What cannot be a bar goes to {@code market.ingest_rejects}.
     *
     * @param source for example a {@code CsvFile}
     * @return how many rows were read, and what became of each
     * @throws TickbookException if the source cannot be read, its columns are not understood, or the server cannot store
     *     rows; it says what was stored
     */
    public IngestReport ingest(Source source) {
        return ingest(MarketStream.PRICES, source);
    }

    /**
     * Loads rows of any kind. Loading the same twice changes nothing. What cannot be stored goes to
     * {@code market.ingest_rejects}.
     *
     * @param stream what the rows are, and so where they go
     * @param source for example a {@code CsvFile}
     * @return how many rows were read, and what became of each
     * @throws TickbookException as {@link #ingest(Source)}
     */
    public IngestReport ingest(MarketStream stream, Source source) {
        return ingestion(stream, source).run();
    }

    /**
     * As {@link #ingest(MarketStream, Source)}, with more to say about how: progress, batches, cancelling.
     *
     * @param stream what the rows are, and so where they go
     * @param source for example a {@code CsvFile}
     * @return the ingestion; nothing happens until its {@code run()}
     */
    public Ingestion ingestion(MarketStream stream, Source source) {
        return new Ingestion(database()::connection, stream, source);
    }

    /**
     * Fills the database with the past of symbols, from a service such as {@code YahooFinance}.
     *
     * @param service whom to ask
     * @param symbols whose bars
     * @return the backfill; nothing happens until its {@code run()}
     */
    public Backfill backfill(HistoryService service, String... symbols) {
        return new Backfill(database()::connection, service, List.of(symbols));
    }

    /**
     * Stores the prices of now, again and again, from a service such as {@code YahooFinance}. At the end models are
     * trained for the symbols, as by {@link #training}, where their daily bars in {@code market.market_data} are enough;
     * {@link RealtimeProducer#then} says what to do instead.
     *
     * @param service whom to ask
     * @param settings for what, how often, how long
     * @return the producer; nothing happens until its {@code run()}
     */
    public RealtimeProducer realtime(QuoteService service, RealtimeSettings settings) {
        return new RealtimeProducer(database()::connection, service, settings)
                .then(symbols -> training().symbols(symbols).run());
    }

    /**
     * Runs the jobs that are due, once: moves rows into their chunks, drops what retention policies no longer keep. What
     * each did is in {@code tickbook.job_runs}; a job that fails is recorded there and stops no other.
     */
    public void runJobs() {
        JobScheduler.runDueJobs(database()::connection);
    }

    /**
     * Runs the jobs that are due, now and again and again, until this database is closed. For a database that has no
     * other scheduler: one with pg_cron needs only {@code SELECT tickbook.schedule_jobs()} once. If the server cannot be
     * reached, the next round tries again.
     *
     * @param every how long to wait from the end of one round to the start of the next
     * @return close it to stop before the database is closed; a round under way is finished first
     */
    public AutoCloseable scheduleJobs(Duration every) {
        JobScheduler scheduler = new JobScheduler(database()::connection, every);
        schedulers.add(scheduler);
        return scheduler;
    }

    /**
     * A connection of the pool, for what this class does not offer. Close it to give it back.
     *
     * @return an open connection in UTC, in auto-commit mode
     */
    public Connection connection() {
        return database().connection();
    }

    /**
     * The address of the server, for other programs on this machine.
     *
     * @return a URL that {@code psql} takes. With an embedded server it carries that server's password, which is good
     *     until it closes.
     */
    public String psqlUrl() {
        return database().psqlUrl();
    }

    /** Closes the connections and stops the server if it is our own. Safe to call twice. */
    @Override
    public void close() {
        subscriptions.close();
        schedulers.forEach(JobScheduler::close);
        synchronized (this) {
            if (questions != null) {
                questions.close();
            }
        }
        // A start that is still under way must end before it can be undone.
        database.handle((opened, failure) -> {
                    if (opened != null) {
                        opened.close();
                    }
                    return null;
                })
                .join();
    }

    @Override
    public String toString() {
        return "Tickbook[" + database().description() + "]";
    }

    private synchronized Questions questions() {
        if (questions == null) {
            questions = new Questions(
                    () -> database().connection(), System.getProperty("REDIS_URL", System.getenv("REDIS_URL")));
        }
        return questions;
    }

    private Database database() {
        try {
            return database.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof TickbookException cause) {
                throw cause;
            }
            throw e;
        }
    }
}
