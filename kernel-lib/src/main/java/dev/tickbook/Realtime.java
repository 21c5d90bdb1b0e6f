package dev.tickbook;

import dev.tickbook.ingest.HttpPolicy;
import dev.tickbook.ingest.RealtimeProducer;
import dev.tickbook.ingest.RealtimeReport;
import dev.tickbook.ingest.RealtimeSettings;
import dev.tickbook.ingest.YahooFinance;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The realtime producer as a service of its own:
 *
 * <pre>{@code
 * POSTGRES_DSN=postgresql://user@host/database TICKERS=AAPL,MSFT POLL_INTERVAL=60 java -cp 'lib/*' dev.tickbook.Realtime
 * }</pre>
 *
 * <p>Variables: {@code POSTGRES_DSN}, the database ({@code postgresql://…} or {@code jdbc:postgresql:…}); {@code TICKERS},
 * {@code POLL_INTERVAL} and {@code MAX_CYCLES}, see {@link RealtimeSettings}; {@code QUOTES_URL}, where the quotes are,
 * if not at Yahoo Finance. Ends when all cycles are done, or on SIGTERM or SIGINT: what it has is then stored and goes
 * to the history first, and models are trained for the tickers that have enough daily bars. The exit status is 0, or 1 after an error, which is the last line of its output.
 */
public final class Realtime {

    /** A poll that takes longer than this would hold up the next one. */
    private static final HttpPolicy QUICK =
            HttpPolicy.POLITE.withRequestsPerSecond(5).withAttempts(2).withTimeout(Duration.ofSeconds(10));

    private static final Duration END_WITHIN = Duration.ofSeconds(60);

    private Realtime() {}

    /** @param arguments none */
    public static void main(String[] arguments) {
        CountDownLatch ended = new CountDownLatch(1); // when all is stored, closed and said
        int status = 0;
        try {
            System.out.println(run(System.getenv(), ended));
        } catch (TickbookException e) {
            System.err.println(e.getMessage());
            status = 1;
        } finally {
            ended.countDown();
        }
        if (status != 0) {
            System.exit(status);
        }
    }

    private static RealtimeReport run(Map<String, String> environment, CountDownLatch ended) {
        String dsn = environment.get("POSTGRES_DSN");
        if (dsn == null || dsn.isBlank()) {
            throw new TickbookException(
                    "POSTGRES_DSN is not set. Write POSTGRES_DSN=postgresql://USER@HOST:PORT/DATABASE.");
        }
        RealtimeSettings settings = RealtimeSettings.from(environment);
        YahooFinance quotes = quotes(environment.get("QUOTES_URL"));
        try (Tickbook tb = Tickbook.connect(dsn.strip())) {
            RealtimeProducer producer = tb.realtime(quotes, settings)
                    .log(System.out::println)
                    .then(symbols -> System.out.println(
                            "Models: " + tb.training().symbols(symbols).run()));
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(producer, ended), "tickbook-stop"));
            return producer.run();
        }
    }

    private static YahooFinance quotes(String address) {
        try {
            return address == null || address.isBlank()
                    ? YahooFinance.create(QUICK)
                    : YahooFinance.at(URI.create(address.strip()), QUICK);
        } catch (IllegalArgumentException e) {
            throw new TickbookException(
                    "QUOTES_URL is \"" + address + "\", which is no address. Write it with http:// or https://.", e);
        }
    }

    /** The process ends when this returns. */
    private static void stop(RealtimeProducer producer, CountDownLatch ended) {
        producer.stop();
        try {
            if (!ended.await(END_WITHIN.toSeconds(), TimeUnit.SECONDS)) {
                System.err.println("The end took too long; what was not stored is lost.");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
