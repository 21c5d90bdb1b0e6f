package dev.tickbook.market;

import dev.tickbook.TickbookException;
import dev.tickbook.market.internal.Questions;
import dev.tickbook.market.internal.Subscriptions;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import tech.tablesaw.api.Row;
import tech.tablesaw.api.Table;

/**
 * What is known of the market, or was known at a moment.
 *
 * <pre>{@code
 * Table now = tb.market().state("AAPL", "MSFT");
 * KnownMarket then = tb.market().asOf(Instant.parse("2024-06-28T20:00:00Z"));
 * Table state = then.state();
 * Table news = then.news("AAPL");
 * }</pre>
 *
 * <p>A bar is known when it closes, news when published, a trade of an insider when filed, a correction when it was made:
 * no answer as of a moment holds anything that became known after it. Lists of names ask for these; none at all asks for
 * everything. All times are UTC.
 *
 * <p>Answers about the past are kept, in memory and in Redis where the environment names one in {@code REDIS_URL}, and
 * given again as long as the database says that nothing was written since: the past does not change, but its facts may be
 * loaded late. A question is asked again, for half a minute, when its connection is lost. Every method throws
 * {@link TickbookException} with what the database says where an argument cannot be used or the server cannot be reached.
 *
 * @see dev.tickbook.Tickbook#market
 */
public final class KnownMarket {

    private static final String AT = "coalesce(CAST(? AS timestamptz), now())";
    private static final String AS_OF = "coalesce(CAST(? AS timestamptz), 'infinity')";
    private static final String NAMES = "CAST(? AS text[])";

    private final Questions questions;
    private final Subscriptions subscriptions;
    private final Instant asOf;

    private KnownMarket(Questions questions, Subscriptions subscriptions, Instant asOf) {
        this.questions = questions;
        this.subscriptions = subscriptions;
        this.asOf = asOf;
    }

    /**
     * Made by {@link dev.tickbook.Tickbook#market}.
     *
     * @param questions asks the database
     * @param subscriptions hears of what comes in
     */
    public KnownMarket(Questions questions, Subscriptions subscriptions) {
        this(questions, subscriptions, null);
    }

    /**
     * @param moment nothing that became known after it is in any answer
     * @return the market as it was known then
     */
    public KnownMarket asOf(Instant moment) {
        return new KnownMarket(questions, subscriptions, moment);
    }

    /**
     * The last daily bar.
     *
     * @param symbol as {@code market.market_data} has it
     * @return empty if there is none
     */
    public Optional<Bar> latestPrice(String symbol) {
        return latestPrice(symbol, "1d");
    }

    /**
     * The last bar of a length; as of a moment, the last that had closed by then.
     *
     * @param symbol as {@code market.market_data} has it
     * @param interval 1m, 5m, 1h, 1d …
     * @return empty if there is none
     */
    public Optional<Bar> latestPrice(String symbol, String interval) {
        Table bars = questions.ask(
                asOf,
                "SELECT time, known_at, open, high, low, close, volume, vwap"
                        + " FROM tickbook.get_latest_price(CAST(? AS text), CAST(? AS text), " + AS_OF + ")",
                symbol,
                interval,
                asOf);
        return bars.stream().findFirst().map(KnownMarket::bar);
    }

    /**
     * The last daily bar of each symbol that had closed, if it opened within ten days.
     *
     * @param symbols none: all
     * @return symbol, time, known_at, open, high, low, close, volume, vwap; ordered by symbol
     */
    public Table state(String... symbols) {
        return questions.ask(
                asOf,
                "SELECT * FROM tickbook.market_state_at(" + AT + ", " + NAMES + ")",
                asOf,
                Questions.array(symbols));
    }

    /**
     * All that was known of a symbol.
     *
     * @param symbol as {@code market.market_data} has it
     * @return its last daily bar, indicators, and as JSON what was published about it
     */
    public KnownState reconstruct(String symbol) {
        Table parts = questions.ask(
                asOf,
                "WITH s AS MATERIALIZED (SELECT tickbook.reconstruct_state(" + AT
                        + ", CAST(? AS text)) AS state)"
                        + " SELECT 'state' AS part, NULL AS name, state::text AS value FROM s"
                        + " UNION ALL SELECT 'at', NULL, (extract(epoch FROM (state ->> 'at')::timestamptz) * 1000000)::bigint::text FROM s"
                        + " UNION ALL SELECT p, key, CASE WHEN key IN ('time', 'known_at')"
                        + " THEN (extract(epoch FROM value::timestamptz) * 1000000)::bigint::text ELSE value END"
                        + " FROM s, unnest(ARRAY['bar', 'indicators']) p, jsonb_each_text(CASE WHEN jsonb_typeof(state -> p) = 'object'"
                        + " THEN state -> p ELSE '{}' END)",
                asOf,
                symbol);
        Map<String, Map<String, String>> found = new HashMap<>();
        for (Row row : parts) {
            found.computeIfAbsent(row.getString("part"), part -> new HashMap<>())
                    .put(row.getString("name"), row.isMissing("value") ? null : row.getString("value"));
        }
        Map<String, Double> indicators = new HashMap<>();
        found.getOrDefault("indicators", Map.of()).forEach((name, value) -> indicators.put(name, number(value)));
        return new KnownState(
                instant(found.get("at").get("")),
                symbol,
                Optional.ofNullable(found.get("bar")).map(KnownMarket::bar),
                indicators,
                found.get("state").get(""));
    }

    /**
     * Returns and volatility of a symbol's days, each from itself and the days before.
     *
     * @param symbol as {@code market.market_data} has it
     * @param from the first day
     * @param to the first day that is not asked for
     * @return time, known_at, close, daily_return (a fraction), volatility (of 20 returns, per year)
     */
    public Table dailyReturns(String symbol, LocalDate from, LocalDate to) {
        return questions.ask(
                asOf,
                "SELECT * FROM tickbook.get_daily_returns(CAST(? AS text), CAST(? AS date)::timestamp AT TIME ZONE 'UTC',"
                        + " CAST(? AS date)::timestamp AT TIME ZONE 'UTC', " + AS_OF + ")",
                symbol,
                from,
                to,
                asOf);
    }

    /**
     * News, the latest first, at most 100.
     *
     * @param symbols news about one of these; none: all
     * @return news_id, published_at, known_at, about, headline, category, impact, sentiment (-1 to 1), source
     */
    public Table news(String... symbols) {
        return news(100, symbols);
    }

    /**
     * News, the latest first.
     *
     * @param maxRows how many at most
     * @param symbols news about one of these; none: all
     * @return as {@link #news(String...)}
     */
    public Table news(int maxRows, String... symbols) {
        return questions.ask(
                asOf,
                "SELECT * FROM tickbook.news_before(" + AT + ", " + NAMES + ", CAST(? AS integer))",
                asOf,
                Questions.array(symbols),
                maxRows);
    }

    /**
     * Trades of insiders that had been filed in the last 90 days, the latest filing first, at most 1,000.
     *
     * @param symbols none: all
     * @return trade_id, symbol, insider, role, type (buy, sell), trade_date, filing_date, known_at, shares, price, value,
     *     cluster_insiders (how many traded alike within a week, if three or more)
     */
    public Table insiderTrades(String... symbols) {
        return questions.ask(
                asOf,
                "SELECT * FROM tickbook.insider_activity_before(" + AT + ", " + NAMES + ")",
                asOf,
                Questions.array(symbols));
    }

    /**
     * What was said on social platforms in hours that were over.
     *
     * @param lookback how far back hours count, one hour or more
     * @param symbols none: all
     * @return symbol, platform, hours, first_hour, last_hour, mentions, positive, negative, sentiment (-1 to 1)
     */
    public Table sentiment(Duration lookback, String... symbols) {
        return questions.ask(
                asOf,
                "SELECT * FROM tickbook.sentiment_before(" + AT + ", " + NAMES
                        + ", make_interval(secs => CAST(? AS bigint)))",
                asOf,
                Questions.array(symbols),
                lookback.toSeconds());
    }

    /**
     * What agencies published, the latest first.
     *
     * @param maxRows how many at most
     * @param sectors what concerns one of these, or all sectors; none: everything
     * @return event_id, published_at, known_at, agency, category, title, sector, impact, expected, actual
     */
    public Table governmentEvents(int maxRows, String... sectors) {
        return questions.ask(
                asOf,
                "SELECT * FROM tickbook.government_events_before(" + AT + ", " + NAMES + ", CAST(? AS integer))",
                asOf,
                Questions.array(sectors),
                maxRows);
    }

    /**
     * How good predictions of a price were, of all models together.
     *
     * @param symbol as {@code market.predictions} has it
     * @param days how far back their target times lie, in days of 24 hours
     * @return counts, errors, hit rate and calibration
     */
    public PredictionAccuracy predictionAccuracy(String symbol, int days) {
        return predictionAccuracy(symbol, days, null);
    }

    /**
     * How good predictions of a price were.
     *
     * @param symbol as {@code market.predictions} has it
     * @param days how far back their target times lie, in days of 24 hours
     * @param model whose predictions; null: of all models
     * @return counts, errors, hit rate and calibration
     */
    public PredictionAccuracy predictionAccuracy(String symbol, int days, String model) {
        Table t = accuracy("get_prediction_accuracy", symbol, days, model);
        return new PredictionAccuracy(
                count(t, "predictions"),
                count(t, "evaluated"),
                count(t, "with_interval"),
                count(t, "hits"),
                share(t, "hit_rate"),
                share(t, "hit_rate_low"),
                share(t, "hit_rate_high"),
                share(t, "mae"),
                share(t, "rmse"),
                share(t, "mape"),
                count(t, "with_direction"),
                share(t, "directional_accuracy"),
                calibration(t));
    }

    /**
     * How good predictions of the direction within blocks of a trading day were, of all models together.
     *
     * @param symbol as {@code market.block_predictions} has it
     * @param days calendar days, New York's
     * @return counts, errors, hit rate and calibration
     */
    public BlockAccuracy blockAccuracy(String symbol, int days) {
        return blockAccuracy(symbol, days, null);
    }

    /**
     * How good predictions of the direction within blocks of a trading day were.
     *
     * @param symbol as {@code market.block_predictions} has it
     * @param days calendar days, New York's
     * @param model whose predictions; null: of all models
     * @return counts, errors, hit rate and calibration
     */
    public BlockAccuracy blockAccuracy(String symbol, int days, String model) {
        Table t = accuracy("get_block_prediction_accuracy", symbol, days, model);
        return new BlockAccuracy(
                count(t, "predictions"),
                count(t, "evaluated"),
                count(t, "hits"),
                share(t, "hit_rate"),
                share(t, "hit_rate_low"),
                share(t, "hit_rate_high"),
                share(t, "mae"),
                share(t, "rmse"),
                share(t, "mape"),
                share(t, "directional_accuracy"),
                calibration(t));
    }

    /**
     * Trading days of the US stock exchanges on which a symbol lacks bars. It tells of what is stored now, so it cannot
     * be asked {@link #asOf as of} a moment.
     *
     * @param interval length of the bars, a day or less
     * @param firstDay the first day to check; null: from each symbol's first bar
     * @param lastDay the last day to check; null: up to each symbol's last bar
     * @param symbols none: all
     * @return symbol, day, expected_bars, found_bars, missing_bars
     */
    public Table completeness(String interval, LocalDate firstDay, LocalDate lastDay, String... symbols) {
        if (asOf != null) {
            throw new TickbookException(
                    "Completeness tells of what is stored now, not at " + asOf + ". Ask for it without asOf().");
        }
        return questions.ask(
                null,
                "SELECT * FROM tickbook.check_data_completeness(" + NAMES
                        + ", CAST(? AS text), CAST(? AS date), CAST(? AS date))",
                Questions.array(symbols),
                interval,
                firstDay,
                lastDay);
    }

    /**
     * Tells of realtime prices and predictions that come in, from when this returns until it is closed. A lost connection
     * is replaced; then a {@link MarketEvent.Gap} says what may have been missed.
     *
     * @param listener called for one event after the other, on a thread of the subscription; what it throws is logged
     *     and ends nothing
     * @return close it to end the subscription
     * @throws TickbookException if the server cannot be reached, or through a pooler, where notifications do not come
     */
    public Subscription subscribe(Consumer<MarketEvent> listener) {
        return subscriptions.open(listener);
    }

    /**
     * How much work the cache saved.
     *
     * @return since this database was opened
     */
    public CacheStatistics cache() {
        return questions.statistics();
    }

    private Table accuracy(String function, String symbol, int days, String model) {
        // One row per tenth of confidence, or one row; the rest of the columns is the same in each.
        return questions.ask(
                asOf,
                "SELECT a.*, c.\"from\", c.\"to\", c.count, c.mean_confidence, c.hit_rate AS calibrated_hit_rate FROM tickbook."
                        + function
                        + "(CAST(? AS text), CAST(? AS integer), CAST(? AS text), " + AT + ") a"
                        + " LEFT JOIN LATERAL jsonb_to_recordset(a.calibration) AS c (\"from\" double precision, \"to\" double precision,"
                        + " count bigint, mean_confidence double precision, hit_rate double precision) ON true ORDER BY c.\"from\"",
                symbol,
                days,
                model,
                asOf);
    }

    private static Table calibration(Table accuracy) {
        Table rows = accuracy.selectColumns("from", "to", "count", "mean_confidence", "calibrated_hit_rate");
        rows.column("calibrated_hit_rate").setName("hit_rate");
        return rows.dropWhere(rows.doubleColumn("from").isMissing()).setName("Calibration");
    }

    private static long count(Table table, String column) {
        return table.longColumn(column).getLong(0);
    }

    private static double share(Table table, String column) {
        return table.doubleColumn(column).getDouble(0);
    }

    private static Bar bar(Row row) {
        return new Bar(
                row.getInstant("time"),
                row.getInstant("known_at"),
                row.getDouble("open"),
                row.getDouble("high"),
                row.getDouble("low"),
                row.getDouble("close"),
                row.isMissing("volume") ? Double.NaN : row.getLong("volume"),
                row.getDouble("vwap"));
    }

    private static Bar bar(Map<String, String> values) {
        Function<String, Double> number = name -> number(values.get(name));
        return new Bar(
                instant(values.get("time")),
                instant(values.get("known_at")),
                number.apply("open"),
                number.apply("high"),
                number.apply("low"),
                number.apply("close"),
                number.apply("volume"),
                number.apply("vwap"));
    }

    private static double number(String value) {
        return value == null ? Double.NaN : Double.parseDouble(value);
    }

    private static Instant instant(String microseconds) {
        return Instant.EPOCH.plusNanos(Long.parseLong(microseconds) * 1000);
    }
}
