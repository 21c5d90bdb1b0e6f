package dev.tickbook.ingest;

import dev.tickbook.TickbookException;
import dev.tickbook.ingest.internal.StooqClient;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The CSV service of Stooq: daily, weekly and monthly bars, decades of them.
 *
 * <pre>{@code
 * tb.backfill(Stooq.create(), "AAPL", "^SPX", "EURUSD.FX").years(20).run();
 * }</pre>
 *
 * <p>A symbol without a dot is a share in the United States: AAPL is asked for as {@code aapl.us}. One that begins with
 * {@code ^}, or has a dot, is asked for as it is; {@code .FX} stands for a currency, which has no ending there.
 *
 * <p>The service gives prices as if all later splits had happened before, and does not list the splits: they are stored
 * as they are given, so a study that must not know the future needs another source. It has no dividends and splits, and
 * a limit on the questions of a day. Bars that are not over yet are left out.
 *
 * <p>Mind the service's terms of use. Safe for use by several threads, which then share the limit on requests.
 */
public final class Stooq implements HistoryService {

    private static final URI ADDRESS = URI.create("https://stooq.com/");

    private final StooqClient client;

    private Stooq(URI address, HttpPolicy policy) {
        client = new StooqClient(address, policy);
    }

    /** @return the public service, asked politely */
    public static Stooq create() {
        return at(ADDRESS, HttpPolicy.POLITE);
    }

    /**
     * @param policy how politely and patiently to ask
     * @return the public service
     */
    public static Stooq create(HttpPolicy policy) {
        return at(ADDRESS, policy);
    }

    /**
     * @param address of a service that answers in the same way; {@code q/d/l/} is below it
     * @param policy how politely and patiently to ask
     * @return that service
     */
    public static Stooq at(URI address, HttpPolicy policy) {
        return new Stooq(address, policy);
    }

    @Override
    public String name() {
        return StooqClient.NAME;
    }

    /**
     * {@inheritDoc}
     *
     * @param interval 1d, 1w or 1mo
     * @throws TickbookException if the service has no such bars
     */
    @Override
    public Source bars(String symbol, String interval, Instant from, Instant to) {
        longestPiece(interval);
        return client.bars(symbol, interval, from, to);
    }

    /** @return none: the service has no dividends and splits */
    @Override
    public Optional<Source> actions(String symbol, Instant from, Instant to) {
        return Optional.empty();
    }

    /** @throws TickbookException if the service has no bars of that length */
    @Override
    public Duration longestPiece(String interval) {
        if (!interval.matches("1(d|w|mo)")) {
            throw new TickbookException("Stooq has no bars of \"" + interval + "\". Take 1d, 1w or 1mo.");
        }
        return Duration.ofDays(10 * 365); // few questions, because those of a day are counted
    }
}
