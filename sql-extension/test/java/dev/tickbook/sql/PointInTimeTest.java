package dev.tickbook.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The replay: every fact is written in the order in which it became known, and, into another database, in a random order,
 * half of it packed afterwards. At random moments both answer every question as an oracle does that looks at all versions of
 * everything. {@code -Dtickbook.questions=100000} asks more, {@code -Dtickbook.seed=7} repeats a run.
 */
@MethodSource("dev.tickbook.sql.Servers#all")
class PointInTimeTest extends MarketTest {
    private static final long SEED = Long.getLong("tickbook.seed", System.nanoTime());
    private static final int QUESTIONS = Integer.getInteger("tickbook.questions", 2_000);

    private static final String BAR =
            "extract(epoch FROM time)::bigint, extract(epoch FROM known_at)::bigint, (open * 100)::bigint, (high * 100)::bigint,"
                    + " (low * 100)::bigint, (close * 100)::bigint, volume";
    private static final Pattern NUMBER = Pattern.compile("-?[0-9.]+([eE][+-]?[0-9]+)?");

    /** A statement with its parameters, at the moment at which its fact became known. */
    private record Write(Instant at, String sql, Object... values) {}

    private final Random random = new Random(SEED);
    private final MarketFacts facts = new MarketFacts(random);
    private final MarketOracle oracle = new MarketOracle(facts);
    private final List<Instant> moments = new ArrayList<>();

    @Test
    void noQuestionAsOfAMomentSeesWhatBecameKnownLater() throws SQLException {
        try (Database shuffled = server.createDatabase()) {
            migrate(shuffled);
            List<Write> inOrder = writes(true);
            inOrder.sort(Comparator.comparing(Write::at));
            load(db, inOrder);
            List<Write> anyOrder = writes(false);
            Collections.shuffle(anyOrder, random);
            load(shuffled, anyOrder);
            if (isNative()) {
                shuffled.execute("SELECT tickbook.maintain_hypertable('market.market_data')"); // into chunks
            }
            shuffled.execute("SELECT tickbook.compress_chunk(c) FROM tickbook.show_chunks('market.market_data') c"
                    + " WHERE hashtext(c::text) % 2 = 0");
            inOrder.forEach(write -> moments.add(write.at));
            for (Database either : List.of(db, shuffled)) {
                either.execute("ANALYZE");
            }
            for (int i = 0; i < QUESTIONS; i++) {
                ask(i % 2 == 0 ? db : shuffled);
            }
        }
    }

    private void ask(Database asked) {
        // Half of the moments are those at which something becomes known, or just before.
        Instant at = random.nextBoolean()
                ? moments.get(random.nextInt(moments.size())).minusSeconds(random.nextInt(2))
                : MarketFacts.BEGIN.plusSeconds(random.nextInt(MarketFacts.DAYS * 86_400));
        // A third of the ranges is so short that hours may be known in it and no day.
        Instant from = at.minus(Duration.ofDays(random.nextInt(3) == 0 ? 0 : random.nextInt(60)))
                .minusSeconds(random.nextInt(86_400) + 1);
        Instant to = from.plus(Duration.ofDays(1 + random.nextInt(60)));
        String symbol = MarketFacts.SYMBOLS.get(random.nextInt(4));
        String interval = random.nextBoolean() ? "1h" : "1d";
        List<String> symbols = random.nextInt(3) == 0
                ? null
                : MarketFacts.SYMBOLS.stream().filter(s -> random.nextBoolean()).toList();
        int max = 1 + random.nextInt(30);
        OffsetDateTime t = time(at);
        switch (random.nextInt(11)) {
            case 0 ->
                compare(
                        asked,
                        oracle.latestPrice(symbol, interval, at),
                        "SELECT " + BAR + " FROM tickbook.get_latest_price(?, ?, ?)",
                        symbol,
                        interval,
                        t);
            case 1 ->
                compare(
                        asked,
                        oracle.priceRange(symbol, interval, from, to, at),
                        "SELECT " + BAR + " FROM tickbook.get_price_range(?, ?, ?, ?, ?)",
                        symbol,
                        interval,
                        time(from),
                        time(to),
                        t);
            case 2 ->
                compare(
                        asked,
                        oracle.marketState(at, symbols == null ? MarketFacts.SYMBOLS : symbols),
                        "SELECT symbol, " + BAR + " FROM tickbook.market_state_at(?, ?::text[])",
                        t,
                        array(symbols));
            case 3 ->
                compare(
                        asked,
                        oracle.news(at, symbols, max),
                        "SELECT news_id, extract(epoch FROM known_at)::bigint, headline FROM tickbook.news_before(?, ?::text[], ?)",
                        t,
                        array(symbols),
                        max);
            case 4 ->
                compare(
                        asked,
                        oracle.insiders(at, symbols, max),
                        "SELECT trade_id, extract(epoch FROM known_at)::bigint, shares, cluster_insiders"
                                + " FROM tickbook.insider_activity_before(?, ?::text[], '90 days', ?)",
                        t,
                        array(symbols),
                        max);
            case 5 ->
                compare(
                        asked,
                        oracle.sentiment(at, symbols),
                        "SELECT symbol, platform, hours, mentions, " + "sentiment"
                                + " FROM tickbook.sentiment_before(?, ?::text[])",
                        t,
                        array(symbols));
            case 6 -> {
                List<String> sectors = symbols == null ? null : MarketFacts.SECTORS.subList(0, symbols.size() % 3);
                compare(
                        asked,
                        oracle.government(at, sectors, max),
                        "SELECT event_id, extract(epoch FROM known_at)::bigint, actual FROM tickbook.government_events_before(?, ?::text[], ?)",
                        t,
                        array(sectors),
                        max);
            }
            case 7 ->
                compare(
                        asked,
                        oracle.accuracy(symbol, max, at),
                        "SELECT predictions, evaluated, hits, " + "mae" + ", " + "rmse" + ", "
                                + "mape" + ", " + "directional_accuracy"
                                + " FROM tickbook.get_prediction_accuracy(?, ?, NULL, ?)",
                        symbol,
                        max,
                        t);
            case 8 ->
                compare(
                        asked,
                        oracle.blockAccuracy(symbol, max, at),
                        "SELECT predictions, evaluated, hits FROM tickbook.get_block_prediction_accuracy(?, ?, NULL, ?)",
                        symbol,
                        max,
                        t);
            case 9 -> {
                String hourly = random.nextBoolean() ? "AAA" : symbol; // the one that has hours, too
                if (random.nextBoolean()) {
                    compare(
                            asked,
                            oracle.weeks(hourly, from, to, at),
                            "SELECT extract(epoch FROM time)::bigint, (open * 100)::bigint, (high * 100)::bigint, (low * 100)::bigint,"
                                    + " (close * 100)::bigint, volume, bars FROM tickbook.ohlcv(?, '1 week', ?, ?, false, NULL, ?)",
                            hourly,
                            time(from),
                            time(to),
                            t);
                } else {
                    compare(
                            asked,
                            oracle.returns(symbol, from, to, at),
                            "SELECT extract(epoch FROM time)::bigint, " + "daily_return" + ", " + "volatility"
                                    + " FROM tickbook.get_daily_returns(?, ?, ?, ?)",
                            symbol,
                            time(from),
                            time(to),
                            t);
                }
            }
            default -> compare(asked, List.of(String.join("|", oracle.state(at, symbol))), STATE, t, symbol);
        }
    }

    private static final String STATE = """
            SELECT CASE WHEN s -> 'bar' = 'null' THEN '' ELSE
                     extract(epoch FROM (s #>> '{bar,time}')::timestamptz)::bigint || '|' || ((s #>> '{bar,close}')::numeric * 100)::bigint END,
                   s #>> '{indicators,bars}', %s,
                   (SELECT '[' || coalesce(string_agg((a ->> 'action_id') || ':' || (a ->> 'ratio')::numeric::integer, ', '), '') || ']'
                      FROM jsonb_array_elements(s -> 'corporate_actions') a),
                   %s,
                   (SELECT '[' || coalesce(string_agg(extract(epoch FROM (a ->> 'made_at')::timestamptz)::bigint::text, ', '), '') || ']'
                      FROM jsonb_array_elements(s -> 'predictions') a)
              FROM (SELECT tickbook.reconstruct_state(?, ?) AS s OFFSET 0) x""".formatted(
                    String.join(
                            ", ",
                            List.of(
                                            "sma_20",
                                            "sma_50",
                                            "sma_200",
                                            "ema_12",
                                            "ema_26",
                                            "macd_signal",
                                            "rsi_14",
                                            "bollinger_upper",
                                            "atr_14")
                                    .stream()
                                    .map(name -> "s #>> '{indicators," + name + "}'")
                                    .toList()),
                    String.join(
                            ", ",
                            ids("news", "news_id"),
                            ids("insider_trades", "trade_id"),
                            ids("government_events", "event_id")));

    private static String ids(String list, String id) {
        return "(SELECT '[' || coalesce(string_agg(a ->> '" + id
                + "', ', '), '') || ']' FROM jsonb_array_elements(s -> '" + list + "') a)";
    }

    private static void compare(Database asked, List<String> expected, String sql, Object... parameters) {
        List<String> answer = asked.rows(sql, parameters);
        assertThat(answer)
                .as("seed %d, database %s: %s %s", SEED, asked.name(), sql, Arrays.toString(parameters))
                .usingElementComparator((line, other) -> same(line, other) ? 0 : 1)
                .containsExactlyElementsOf(expected);
    }

    /** Equal field by field; what is computed in floating point may differ in the last digits, as sums are in another order. */
    private static boolean same(String line, String other) {
        String[] fields = line.split("\\|", -1);
        String[] others = other.split("\\|", -1);
        for (int i = 0; i < fields.length && i < others.length; i++) {
            boolean floating = others[i].contains("e")
                    && NUMBER.matcher(others[i]).matches()
                    && NUMBER.matcher(fields[i]).matches();
            if (floating
                    ? Math.abs(Double.parseDouble(fields[i]) - Double.parseDouble(others[i]))
                            > 1e-9 * Math.max(1, Math.abs(Double.parseDouble(others[i])))
                    : !fields[i].equals(others[i])) {
                return false;
            }
        }
        return fields.length == others.length;
    }

    private static OffsetDateTime time(Instant at) {
        return at == null ? null : at.atOffset(ZoneOffset.UTC);
    }

    private static String array(List<String> values) {
        return values == null ? null : "{" + String.join(",", values) + "}";
    }

    /** Bars that were never corrected go where bars go. Others have the first version there too, when they come in order. */
    private List<Write> writes(boolean inOrder) {
        List<Write> writes = new ArrayList<>();
        String columns = "(symbol, interval, time, known_at, open, high, low, close, volume)";
        for (List<MarketFacts.Bar> versions : facts.bars) {
            for (MarketFacts.Bar bar : versions) {
                boolean plain = versions.size() == 1 || (inOrder && bar == versions.get(0));
                // The first version is loaded like any bar, though its corrections may be there already.
                boolean merged = !plain && !inOrder && bar == versions.get(0) && random.nextBoolean();
                writes.add(
                        plain || merged
                                ? new Write(
                                        bar.knownAt(),
                                        merged
                                                ? "TRUNCATE staged; INSERT INTO staged VALUES (?, ?, ?, ?, ?, ?, ?, ?);"
                                                        + " SELECT FROM tickbook.upsert('market.market_data', 'pg_temp.staged')"
                                                : "INSERT INTO market.market_data (symbol, interval, time, open, high, low, close, volume)"
                                                        + " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                                        bar.symbol(),
                                        bar.interval(),
                                        time(bar.time()),
                                        dollars(bar.open()),
                                        dollars(bar.high()),
                                        dollars(bar.low()),
                                        dollars(bar.close()),
                                        bar.volume())
                                : new Write(
                                        bar.knownAt(),
                                        "INSERT INTO market.market_data_versions " + columns
                                                + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                                        bar.symbol(),
                                        bar.interval(),
                                        time(bar.time()),
                                        time(bar.knownAt()),
                                        dollars(bar.open()),
                                        dollars(bar.high()),
                                        dollars(bar.low()),
                                        dollars(bar.close()),
                                        bar.volume()));
            }
        }
        facts.news.forEach(versions -> versions.forEach(n -> writes.add(new Write(
                n.knownAt(),
                "INSERT INTO market.news_events (news_id, published_at, symbols, headline, retracted, corrected_at) VALUES (?, ?, ?::text[], ?, ?, ?)",
                n.id(),
                time(n.publishedAt()),
                array(n.symbols()),
                n.headline(),
                n.retracted(),
                time(n.correctedAt())))));
        facts.events.forEach(versions -> versions.forEach(e -> writes.add(new Write(
                e.knownAt(),
                "INSERT INTO market.government_events (event_id, published_at, agency, sector, title, actual, retracted, corrected_at)"
                        + " VALUES (?, ?, 'agency', ?, ?, ?, ?, ?)",
                e.id(),
                time(e.publishedAt()),
                e.sector(),
                e.title(),
                e.actual(),
                e.retracted(),
                time(e.correctedAt())))));
        facts.trades.forEach(versions -> versions.forEach(d -> writes.add(new Write(
                d.knownAt(),
                "INSERT INTO market.insider_trades (trade_id, symbol, insider, type, trade_date, filing_date, accepted_at, shares, retracted, corrected_at)"
                        + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                d.id(),
                d.symbol(),
                d.insider(),
                d.type(),
                d.traded(),
                d.filed(),
                time(d.acceptedAt()),
                d.shares(),
                d.retracted(),
                time(d.correctedAt())))));
        facts.sentiments.forEach(versions -> versions.forEach(s -> writes.add(new Write(
                s.knownAt(),
                "INSERT INTO market.social_sentiment (symbol, platform, time, mentions, sentiment, retracted, corrected_at)"
                        + " VALUES (?, ?, ?, ?, ?::numeric / 100, ?, ?)",
                s.symbol(),
                s.platform(),
                time(s.time()),
                s.mentions(),
                s.sentiment(),
                s.retracted(),
                time(s.correctedAt())))));
        facts.splits.forEach(versions -> versions.forEach(s -> writes.add(new Write(
                s.knownAt(),
                "INSERT INTO market.corporate_actions (action_id, symbol, type, announced_at, ex_date, ratio, retracted, corrected_at)"
                        + " VALUES (?, ?, 'split', ?, ?, ?, ?, ?)",
                s.id(),
                s.symbol(),
                time(s.announcedAt()),
                s.exDate(),
                s.ratio(),
                s.retracted(),
                time(s.correctedAt())))));
        for (MarketFacts.Prediction p : facts.predictions) {
            String insert =
                    "INSERT INTO market.predictions (symbol, model, made_at, target_time, base_price, predicted, lower, upper,"
                            + " confidence, actual, actual_known_at) VALUES (?, 'm' || ?, ?, ?, ?, ?, ?, ?, ?::numeric / 100, ?, ?)";
            writes.add(new Write(
                    p.madeAt(),
                    insert,
                    p.symbol(),
                    String.valueOf(p.id()),
                    time(p.madeAt()),
                    time(p.target()),
                    dollars(p.base()),
                    dollars(p.predicted()),
                    dollars(p.lower()),
                    dollars(p.upper()),
                    p.confidencePercent(),
                    inOrder ? null : dollars(p.actual()),
                    inOrder ? null : time(p.actualKnownAt())));
            if (inOrder) {
                writes.add(new Write(
                        p.actualKnownAt(),
                        "UPDATE market.predictions SET actual = ?, actual_known_at = ? WHERE model = 'm' || ?",
                        dollars(p.actual()),
                        time(p.actualKnownAt()),
                        String.valueOf(p.id())));
            }
        }
        for (MarketFacts.Block b : facts.blocks) {
            writes.add(new Write(
                    b.madeAt(),
                    "INSERT INTO market.block_predictions (symbol, trading_day, block, model, made_at, predicted_direction, confidence,"
                            + " actual_direction, actual_known_at) VALUES (?, ?, ?, 'm', ?, ?, ?::numeric / 100, ?, ?)",
                    b.symbol(),
                    b.day(),
                    b.block(),
                    time(b.madeAt()),
                    b.predicted(),
                    b.confidencePercent(),
                    inOrder ? null : b.actual(),
                    inOrder ? null : time(b.actualKnownAt())));
            if (inOrder) {
                writes.add(new Write(
                        b.actualKnownAt(),
                        "UPDATE market.block_predictions SET actual_direction = ?, actual_known_at = ?"
                                + " WHERE symbol = ? AND trading_day = ? AND block = ?",
                        b.actual(),
                        time(b.actualKnownAt()),
                        b.symbol(),
                        b.day(),
                        b.block()));
            }
        }
        return writes;
    }

    private static BigDecimal dollars(Long cents) {
        return cents == null ? null : BigDecimal.valueOf(cents, 2);
    }

    private static void load(Database database, List<Write> writes) throws SQLException {
        database.execute(
                "CREATE TEMPORARY TABLE staged AS SELECT symbol, interval, time, open, high, low, close, volume"
                        + " FROM market.market_data WHERE false");
        database.connection().setAutoCommit(false);
        for (Write write : writes) {
            try (PreparedStatement statement = database.connection().prepareStatement(write.sql)) {
                for (int i = 0; i < write.values.length; i++) {
                    statement.setObject(i + 1, write.values[i]);
                }
                statement.execute();
            }
        }
        database.connection().commit();
        database.connection().setAutoCommit(true);
    }
}
