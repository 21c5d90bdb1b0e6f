package dev.tickbook.bench;

import dev.tickbook.Tickbook;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Supplier;

/**
 * The market's questions, warm, on 1,030 symbols × 5,000 daily bars and 20 symbols × a year of minute bars up to now, with
 * all chunks packed but those of the last week. Bars are a random walk of cents; each question asks about other symbols and
 * days.
 */
final class RpcLane implements Bench.Lane {

    private static final int WARM_UP = 20;
    private static final int REPETITIONS = 200;
    private static final int SYMBOLS = 1030;
    private static final int MINUTE_SYMBOLS = 20;

    private static final String WALK = """
            INSERT INTO market.market_data_rows (time, symbol, interval, open, high, low, close, volume)
            SELECT time, symbol, '%s', open, greatest(open, close) + 0.07, least(open, close) - 0.05, close, volume
              FROM (SELECT time, symbol, price - ((hashint8(n * 7 + s) %% 50) / 100.0)::numeric(15,4) AS open, price::numeric(15,4) AS close,
                           1000 + abs(hashint8(n * 13 + s)) %% 100000 AS volume
                      FROM (SELECT t.time, t.n, s, 'S' || lpad(s::text, 4, '0') AS symbol,
                                   100 + s %% 400 + sum(hashint8(t.n * 31 + s) %% 30) OVER (PARTITION BY s ORDER BY t.n) / 10000.0 AS price
                              FROM bench_times t, generate_series(%d, %d) s) w) b""";

    private final Random random = new Random(6);

    @Override
    public void run() throws Exception {
        try (Tickbook tb = Tickbook.open();
                Connection connection = tb.connection()) {
            load(connection);
            ask(connection);
        }
    }

    private void ask(Connection connection) throws SQLException {
        report(connection, "latest_price", "SELECT * FROM tickbook.get_latest_price(?, '1m')", () ->
                new Object[] {minuteSymbol()});
        report(
                connection,
                "price_range_24h",
                "SELECT * FROM tickbook.get_price_range(?, '1m', ?, ?)",
                () -> range(minuteSymbol(), 1, 1 + random.nextInt(360)));
        report(
                connection,
                "price_range_30d",
                "SELECT * FROM tickbook.get_price_range(?, '1m', ?, ?)",
                () -> range(minuteSymbol(), 30, 30 + random.nextInt(330)));
        report(connection, "prediction_accuracy", "SELECT * FROM tickbook.get_prediction_accuracy(?, 30)", () ->
                new Object[] {symbol()});
        report(connection, "block_accuracy_7d", "SELECT * FROM tickbook.get_block_prediction_accuracy(?, 7)", () ->
                new Object[] {symbol()});
        report(connection, "market_state_all", "SELECT * FROM tickbook.market_state_at(?)", () ->
                new Object[] {daysAgo(random.nextInt(6_900))});
        report(connection, "reconstruct_state", "SELECT tickbook.reconstruct_state(?, ?)", () ->
                new Object[] {daysAgo(random.nextInt(6_000)), symbol()});
    }

    private static OffsetDateTime daysAgo(int days) {
        return OffsetDateTime.now(ZoneOffset.UTC).minusDays(days);
    }

    private static Object[] range(String symbol, int days, int back) {
        return new Object[] {symbol, daysAgo(back), daysAgo(back - days)};
    }

    private String symbol() {
        return "S%04d".formatted(1 + random.nextInt(SYMBOLS));
    }

    private String minuteSymbol() {
        return "S%04d".formatted(1 + random.nextInt(MINUTE_SYMBOLS));
    }

    /** Asks with other arguments each time. */
    private static void report(Connection connection, String metric, String sql, Supplier<Object[]> arguments)
            throws SQLException {
        double[] milliseconds = new double[REPETITIONS];
        long rows = 0;
        try (PreparedStatement question = connection.prepareStatement(sql)) {
            for (int i = -WARM_UP; i < REPETITIONS; i++) {
                Object[] values = arguments.get();
                for (int p = 0; p < values.length; p++) {
                    question.setObject(p + 1, values[p]);
                }
                long start = System.nanoTime();
                try (ResultSet answer = question.executeQuery()) {
                    while (answer.next()) {
                        rows++;
                    }
                }
                if (i >= 0) {
                    milliseconds[i] = (System.nanoTime() - start) / 1e6;
                }
            }
        }
        if (rows < REPETITIONS) {
            throw new IllegalStateException(
                    metric + ": the questions found next to nothing, so their time says nothing");
        }
        System.err.printf("%s: %d rows per question%n", metric, rows / (REPETITIONS + WARM_UP));
        Arrays.sort(milliseconds);
        Bench.report("rpc." + metric + "_ms", milliseconds[REPETITIONS / 2], "ms");
        Bench.report("rpc." + metric + "_p99_ms", milliseconds[REPETITIONS * 99 / 100], "ms");
    }

    private static void load(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("CREATE TEMPORARY TABLE bench_times AS"
                    + " SELECT d::timestamptz AS time, row_number() OVER (ORDER BY d) AS n FROM (SELECT d FROM"
                    + " generate_series(date_trunc('day', now()), now() - interval '25 years', interval '-1 day') d"
                    + " WHERE extract(isodow FROM d) <= 5 LIMIT 5000) x");
            statement.execute(
                    "SELECT tickbook.ensure_chunks('market.market_data', min(time), now() + interval '1 month') FROM bench_times");
            for (int first = 1; first <= SYMBOLS; first += 103) {
                statement.execute(WALK.formatted("1d", first, first + 102));
            }
            statement.execute(
                    "TRUNCATE bench_times; INSERT INTO bench_times SELECT m, row_number() OVER (ORDER BY m) FROM"
                            + " generate_series(date_trunc('day', now()) - interval '1 year', now(), interval '1 minute') m"
                            + " WHERE extract(isodow FROM m) <= 5 AND (m AT TIME ZONE 'America/New_York')::time >= '09:30'"
                            + " AND (m AT TIME ZONE 'America/New_York')::time < '16:00'");
            statement.execute(WALK.formatted("1m", 1, MINUTE_SYMBOLS));
            statement.execute("ANALYZE market.market_data_rows");
            statement.execute(
                    "SELECT tickbook.compress_chunk(c) FROM tickbook.show_chunks('market.market_data', older_than => interval '7 days') c");
            facts(statement);
            statement.execute("VACUUM ANALYZE");
        }
    }

    /** A year of news, filings and the like, and predictions: ten a day and symbol, four blocks a day and symbol. */
    private static void facts(Statement statement) throws SQLException {
        statement.execute("""
                INSERT INTO market.predictions (symbol, model, made_at, target_time, base_price, predicted, lower, upper, confidence, actual, actual_known_at)
                SELECT 'S' || lpad(s::text, 4, '0'), 'm' || m, t, t + interval '1 hour', 100, 100 + (hashint8(s * 7 + m) % 100) / 50.0, 98, 102,
                       (50 + abs(hashint8(s + m)) % 50) / 100.0, 100 + (hashint8(s * 11 + m) % 100) / 50.0, t + interval '1 hour'
                  FROM generate_series(1, 1030) s, generate_series(1, 10) m, generate_series(now() - interval '90 days', now() - interval '1 hour', interval '1 day') t""");
        statement.execute("""
                INSERT INTO market.block_predictions (symbol, trading_day, block, model, made_at, predicted_direction, predicted_change, confidence,
                                                      actual_direction, actual_change, actual_known_at)
                SELECT 'S' || lpad(s::text, 4, '0'), d::date, b, 'm', d - interval '1 day', hashint8(s + b) % 2, 0.001, 0.6, hashint8(s * 3 + b) % 2, 0.002, d
                  FROM generate_series(1, 1030) s, generate_series(1, 4) b, generate_series(now() - interval '90 days', now(), interval '1 day') d""");
        statement.execute("""
                INSERT INTO market.news_events (published_at, symbols, headline, impact, sentiment)
                SELECT now() - interval '7 minutes' * i, ARRAY['S' || lpad((1 + i % 1030)::text, 4, '0')], 'headline ' || i, CASE i % 20 WHEN 0 THEN 'high' ELSE 'low' END, 0.1
                  FROM generate_series(1, 75000) i""");
        statement.execute("""
                INSERT INTO market.insider_trades (symbol, insider, type, trade_date, filing_date, shares, price)
                SELECT 'S' || lpad((1 + i % 1030)::text, 4, '0'), 'insider ' || i % 7, CASE i % 3 WHEN 0 THEN 'sell' ELSE 'buy' END, current_date - i % 365 - 2, current_date - i % 365, 100, 10
                  FROM generate_series(1, 20000) i""");
        statement.execute("""
                INSERT INTO market.social_sentiment (time, symbol, platform, mentions, positive, negative, sentiment)
                SELECT date_trunc('hour', now()) - interval '1 hour' * h, 'S' || lpad(s::text, 4, '0'), p, 10, 5, 3, 0.2
                  FROM generate_series(1, 24 * 60) h, generate_series(1, 100) s, unnest('{forum,board}'::text[]) p""");
        statement.execute("""
                INSERT INTO market.government_events (published_at, agency, title, sector, expected, actual)
                SELECT now() - interval '9 hours' * i, 'agency', 'figure ' || i, NULL, 1, 2 FROM generate_series(1, 5000) i""");
        statement.execute("""
                INSERT INTO market.corporate_actions (symbol, type, announced_at, ex_date, ratio)
                SELECT 'S' || lpad(s::text, 4, '0'), 'split', now() - interval '3 years', current_date - 1000, 2 FROM generate_series(1, 1030, 5) s""");
        // A bar in twenty thousand was corrected.
        statement.execute("""
                INSERT INTO market.market_data_versions (symbol, interval, time, known_at, open, high, low, close, volume)
                SELECT symbol, interval, time, time + interval '40 hours', open, high, low, close + 0.01, volume
                  FROM market.market_data_between(now() - interval '3 years', now() - interval '3 days')
                 WHERE interval = '1d' AND abs(hashtext(symbol || time)) % 20000 = 0""");
    }
}
