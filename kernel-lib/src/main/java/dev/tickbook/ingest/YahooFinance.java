package dev.tickbook.ingest;

import dev.tickbook.TickbookException;
import dev.tickbook.ingest.internal.YahooClient;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * The chart service of Yahoo Finance: bars, dividends, splits, and the price of now.
 *
 * <pre>{@code
 * YahooFinance yahoo = YahooFinance.create();
 * tb.ingest(yahoo.bars("AAPL", "1d", Instant.parse("2024-01-01T00:00:00Z"), Instant.now()));
 * tb.backfill(yahoo, "AAPL", "MSFT").years(20).run();
 * }</pre>
 *
 * <p>Prices are stored as they were traded. The service gives them as if all later splits had happened before, which no
 * one knew at the time; that is undone with its own list of splits, for volumes and dividends too. Its adjusted close is
 * kept as {@code adjusted_close}. Bars that are not over yet are left out: a day is over at midnight UTC.
 *
 * <p>The service does not say when a dividend or a split was announced: it counts as known when the session of its
 * ex-date opens.
 *
 * <p>Mind the service's terms of use. Safe for use by several threads, which then share the limit on requests.
 */
public final class YahooFinance implements HistoryService, QuoteService {

    private static final URI ADDRESS = URI.create("https://query1.finance.yahoo.com/");

    /** How far one question may reach back; the service has finer bars of the last days only. */
    private static final Map<String, Duration> PIECES = Map.of(
            "1m", Duration.ofDays(7),
            "2m", Duration.ofDays(50),
            "5m", Duration.ofDays(50),
            "15m", Duration.ofDays(50),
            "30m", Duration.ofDays(50),
            "1h", Duration.ofDays(350),
            "1d", Duration.ofDays(2 * 365),
            "1w", Duration.ofDays(10 * 365),
            "1mo", Duration.ofDays(40 * 365));

    private final YahooClient client;

    private YahooFinance(URI address, HttpPolicy policy) {
        client = new YahooClient(address, policy);
    }

    /** @return the public service, asked politely */
    public static YahooFinance create() {
        return at(ADDRESS, HttpPolicy.POLITE);
    }

    /**
     * @param policy how politely and patiently to ask
     * @return the public service
     */
    public static YahooFinance create(HttpPolicy policy) {
        return at(ADDRESS, policy);
    }

    /**
     * @param address of a service that answers in the same way, such as a proxy; {@code v8/finance/chart/} is below it
     * @param policy how politely and patiently to ask
     * @return that service
     */
    public static YahooFinance at(URI address, HttpPolicy policy) {
        return new YahooFinance(address, policy);
    }

    @Override
    public String name() {
        return YahooClient.NAME;
    }

    /**
     * {@inheritDoc}
     *
     * @param interval 1m, 2m, 5m, 15m, 30m, 1h, 1d, 1w or 1mo
     * @throws TickbookException if the service has no such bars
     */
    @Override
    public Source bars(String symbol, String interval, Instant from, Instant to) {
        longestPiece(interval);
        return client.bars(symbol, interval, from, to);
    }

    @Override
    public Optional<Source> actions(String symbol, Instant from, Instant to) {
        return Optional.of(client.actions(symbol, from, to));
    }

    /** @throws TickbookException if the service has no bars of that length */
    @Override
    public Duration longestPiece(String interval) {
        Duration piece = PIECES.get(interval);
        if (piece == null) {
            throw new TickbookException(
                    "Yahoo Finance has no bars of \"" + interval + "\". Take 1m, 2m, 5m, 15m, 30m, 1h, 1d, 1w or 1mo.");
        }
        return piece;
    }

    @Override
    public Quote latest(String symbol) throws IOException {
        return client.latest(symbol);
    }
}
