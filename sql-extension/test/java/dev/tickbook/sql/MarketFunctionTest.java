package dev.tickbook.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.MethodSource;

/** The functions of the market that are not point in time, and what all of them say to arguments that cannot be. */
@MethodSource("dev.tickbook.sql.Servers#all")
class MarketFunctionTest extends MarketTest {
    @Test
    void bucketsAreMadeOfTheLongestBarsThatDivideThemAndGapsAreFilledOnRequest() {
        db.execute("INSERT INTO market.market_data (time, symbol, interval, open, high, low, close, volume)"
                + " SELECT '2024-01-02 14:30+00'::timestamptz + i * interval '1 minute', 'AAA', '1m', 10 + i, 12 + i, 9 + i, 11 + i, 100"
                + " FROM unnest(ARRAY[0, 1, 2, 20, 21]) i");
        String hourly = "SELECT to_char(time, 'HH24:MI'), open, high, low, close, volume, round(vwap, 2), bars"
                + " FROM tickbook.ohlcv('AAA', '5 minutes', '2024-01-02 14:30+00', '2024-01-02 15:00+00', ?)";
        assertThat(db.rows(hourly, false))
                .containsExactly(
                        "14:30|10.0000|14.0000|9.0000|13.0000|300|12.00|3",
                        "14:50|30.0000|33.0000|29.0000|32.0000|200|31.50|2");
        assertThat(db.rows(hourly, true))
                .containsExactly(
                        "14:30|10.0000|14.0000|9.0000|13.0000|300|12.00|3",
                        "14:35|13.0000|13.0000|13.0000|13.0000|0||0",
                        "14:40|13.0000|13.0000|13.0000|13.0000|0||0",
                        "14:45|13.0000|13.0000|13.0000|13.0000|0||0",
                        "14:50|30.0000|33.0000|29.0000|32.0000|200|31.50|2",
                        "14:55|32.0000|32.0000|32.0000|32.0000|0||0");
        db.execute(
                "INSERT INTO market.market_data (time, symbol, interval, close) SELECT d, 'AAA', '1d', 5 FROM generate_series(timestamptz '2024-01-31', '2024-03-05', '1 day') d");
        assertThat(
                        db.rows(
                                "SELECT time::date, bars FROM tickbook.ohlcv('AAA', '1 month', '2024-01-01', '2024-04-01', true)"))
                .containsExactly("2024-01-01|1", "2024-02-01|29", "2024-03-01|5");
        assertError("SELECT * FROM tickbook.ohlcv('AAA', '1 hour', '2024-01-01', '2024-04-01', false, '1d')")
                .isEqualTo(
                        "22023 tickbook.ohlcv cannot use interval '1d' HINT: Bars that are longer than the bucket of 01:00:00 do not fill it.");
    }

    @Test
    void theLastPriceOfEachDayBecomesHistoryOnceAndFollowsLaterPrices() {
        db.execute(
                "INSERT INTO market.stock_prices_realtime (symbol, time, price) VALUES ('AAA', '2024-01-02 20:00+00', 1),"
                        + " ('AAA', '2024-01-02 20:00+00', 2), ('AAA', '2024-01-05 10:00+00', 3), ('BBB', '2024-01-02 10:00+00', 9)");
        assertThat(db.rows("SELECT symbol, day, realtime_id, price FROM tickbook.get_latest_realtime_per_date()"))
                .containsExactly("AAA|2024-01-02|2|2.0000", "AAA|2024-01-05|3|3.0000", "BBB|2024-01-02|4|9.0000");
        String migrate = "SELECT tickbook.migrate_realtime_to_historical()";
        assertThat(db.count(migrate)).isEqualTo(3);
        assertThat(db.count(migrate)).isZero();
        db.execute(
                "INSERT INTO market.stock_prices_realtime (symbol, time, price) VALUES ('AAA', '2024-01-03 10:00+00', 4), ('BBB', '2024-01-02 11:00+00', 8)");
        assertThat(db.count(migrate)).isEqualTo(3);
        assertThat(
                        db.rows(
                                "SELECT symbol, start_date, end_date, is_current, price FROM market.stock_prices_historical ORDER BY 1, 2"))
                .containsExactly(
                        "AAA|2024-01-02|2024-01-02|f|2.0000",
                        "AAA|2024-01-03|2024-01-04|f|4.0000",
                        "AAA|2024-01-05||t|3.0000",
                        "BBB|2024-01-02||t|8.0000");
    }

    @Test
    void missingDaysAndBarsAreFoundAndHolidaysAreNotMissed() {
        db.execute(
                // Independence Day 2024 is a Thursday; the day before closes early.
                "INSERT INTO market.market_data (time, symbol, interval, close) SELECT d, 'AAA', '1d', 1 FROM unnest('{2024-07-01,2024-07-03,2024-07-05,2024-07-08}'::timestamptz[]) d",
                "INSERT INTO market.market_data (time, symbol, interval, close) SELECT m, 'AAA', '1m', 1"
                        + " FROM generate_series(timestamptz '2024-07-03 13:30+00', '2024-07-03 16:59+00', '1 minute') m WHERE m <> '2024-07-03 15:00+00'");
        assertThat(db.rows("SELECT * FROM tickbook.check_data_completeness()")).containsExactly("AAA|2024-07-02|1|0|1");
        assertThat(
                        db.rows(
                                "SELECT * FROM tickbook.check_data_completeness('{AAA,BBB}', '1d', '2024-07-04', '2024-07-09')"))
                .containsExactly(
                        "AAA|2024-07-09|1|0|1", "BBB|2024-07-05|1|0|1", "BBB|2024-07-08|1|0|1", "BBB|2024-07-09|1|0|1");
        assertThat(db.rows("SELECT * FROM tickbook.check_data_completeness(NULL, '1m')"))
                .containsExactly("AAA|2024-07-03|210|209|1");
    }

    @Test
    void barsThatBecomeKnownLaterDoNotChooseTheSource() {
        db.execute(
                "INSERT INTO market.market_data (time, symbol, interval, close) VALUES ('2024-01-02 15:00+00', 'AAA', '1m', 10)");
        String question =
                "SELECT close FROM tickbook.ohlcv('AAA', '1 day', '2024-01-01', '2024-02-01', as_of => '2024-01-05')";
        assertThat(db.rows(question)).containsExactly("10.0000");
        db.execute(
                "INSERT INTO market.market_data (time, symbol, interval, close) VALUES ('2024-01-20', 'AAA', '1d', 99)");
        assertThat(db.rows(question)).containsExactly("10.0000");
        db.execute(
                "INSERT INTO market.market_data (time, symbol, interval, close) VALUES ('2024-01-03', 'AAA', '1d', 50)",
                "DELETE FROM market.market_data WHERE time = '2024-01-03'");
        assertThat(db.rows(question)).as("withdrawn today").containsExactly("50.0000");
    }

    @Test
    void aBarThatWouldLieInTwoBucketsIsRefused() {
        for (String buckets : List.of("'90 minutes'|'1h'", "'36 hours'|'1d'", "'1 month'|'1w'", "'1 month'|'5h'")) {
            assertError("SELECT * FROM tickbook.ohlcv('AAA', "
                            + buckets.replace("|", ", '2024-01-01', '2024-02-01', false, ") + ")")
                    .as(buckets)
                    .startsWith("22023 tickbook.ohlcv cannot use interval")
                    .contains("HINT: Some of these bars would lie in two buckets");
        }
        for (String buckets : List.of("'90 minutes'|'30m'", "'1 week'|'1d'", "'3 months'|'1mo'", "'1 year'|'1h'")) {
            db.rows("SELECT * FROM tickbook.ohlcv('AAA', "
                    + buckets.replace("|", ", '2024-01-01', '2024-02-01', false, ") + ")");
        }
    }

    @Test
    void theAgeOfABarCountsFromItsCloseInDaysOfUtc() {
        db.execute(
                "INSERT INTO market.market_data (time, symbol, interval, close) VALUES ('2024-01-01', 'AAA', '1mo', 7), ('2024-03-01', 'BBB', '1d', 8)");
        for (String zone : List.of("UTC", "America/New_York")) {
            db.execute("SET timezone = '" + zone + "'");
            assertThat(db.rows("SELECT close FROM tickbook.market_state_at('2024-02-10 00:00+00', NULL, '1mo')"))
                    .containsExactly("7.0000");
            assertThat(db.rows("SELECT close FROM tickbook.market_state_at('2024-03-12 00:00+00', '{BBB}')"))
                    .as(zone)
                    .containsExactly("8.0000");
            assertThat(db.rows("SELECT close FROM tickbook.market_state_at('2024-03-12 00:00:01+00', '{BBB}')"))
                    .as(zone)
                    .isEmpty();
        }
    }

    @Test
    void onlyIntervalsWithBothBoundsCountForTheHitRate() {
        db.execute(
                "INSERT INTO market.predictions (symbol, model, made_at, target_time, predicted, lower, upper, actual, actual_known_at)"
                        + " SELECT 'AAA', m, '2024-01-01', '2024-01-02', 5, l, 6, 7, '2024-01-02' FROM (VALUES ('open', NULL), ('closed', 4)) v (m, l)");
        assertThat(
                        db.rows(
                                "SELECT evaluated, with_interval, hits FROM tickbook.get_prediction_accuracy('AAA', 7, NULL, '2024-01-03')"))
                .containsExactly("2|1|0");
    }

    @Test
    void sizesCoverEveryTableOnce() {
        db.execute(
                "INSERT INTO market.market_data (time, symbol, interval, close) VALUES ('2024-01-02', 'AAA', '1d', 1)");
        assertThat(db.rows("SELECT table_name FROM tickbook.table_sizes() ORDER BY 1"))
                .doesNotHaveDuplicates()
                .contains("market.market_data", "market.options", "market.predictions", "market.symbols")
                .noneMatch(name -> name.endsWith("_batches") || name.endsWith("_rows"));
        assertThat(
                        db.rows(
                                "SELECT total_bytes > 0, total_bytes = table_bytes + index_bytes FROM tickbook.table_sizes() WHERE table_name = 'market.market_data'"))
                .containsExactly("t|t");
    }

    @Test
    void withoutPgStatStatementsQueryPerformanceSaysHowToGetIt() {
        if (db.rows("SELECT FROM pg_extension WHERE extname = 'pg_stat_statements'")
                .isEmpty()) {
            assertThat(db.execute("SELECT * FROM tickbook.query_performance()"))
                    .containsExactly("extension pg_stat_statements is not at work here, so nothing is known");
        }
    }

    @Test
    void withoutMigrationsEveryFunctionNamesTheMissingTableAndSaysHowToMakeIt() {
        try (Database empty = server.createDatabase()) {
            for (String question : List.of(
                    "get_latest_price('AAA')",
                    "get_price_range('AAA', '1d', '2024-01-01', '2024-02-01')",
                    "get_daily_returns('AAA', '2024-01-01', '2024-02-01')",
                    "ohlcv('AAA', '1 week', '2024-01-01', '2024-02-01')",
                    "get_prediction_accuracy('AAA', 7)",
                    "get_block_prediction_accuracy('AAA', 7)",
                    "get_latest_realtime_per_date()",
                    "migrate_realtime_to_historical()",
                    "check_data_completeness()",
                    "market_state_at(now())",
                    "news_before(now())",
                    "insider_activity_before(now())",
                    "sentiment_before(now())",
                    "government_events_before(now())",
                    "reconstruct_state(now(), 'AAA')")) {
                assertError(empty, "SELECT * FROM tickbook." + question)
                        .as(question)
                        .matches("42P01 table market\\.\\w+ does not exist HINT: Run the migrations of Tickbook: .*");
            }
            assertThat(empty.rows("SELECT * FROM tickbook.table_sizes()")).isEmpty();
        }
    }

    @Test
    void argumentsThatCannotBeAreNamedWithWhatToGiveInstead() {
        for (String question : List.of(
                "get_latest_price(NULL)",
                "get_latest_price('AAA', '1 day')",
                "get_latest_price('AAA', '1d', NULL)",
                "get_price_range('AAA', '1d', '2024-01-02', '2024-01-01')",
                "get_daily_returns('AAA', '2024-01-02', NULL)",
                "ohlcv('AAA', '0 seconds', '2024-01-01', '2024-02-01')",
                "get_prediction_accuracy('AAA', 0)",
                "get_block_prediction_accuracy(NULL, 1)",
                "get_prediction_accuracy('AAA', 2147483647)",
                "get_block_prediction_accuracy('AAA', 3000000)",
                "market_state_at(now(), NULL, '1d', '200000 years')",
                "check_data_completeness(NULL, '1w')",
                "market_state_at(NULL)",
                "market_state_at(now(), '{NULL}')",
                "news_before(now(), NULL, 0)",
                "insider_activity_before(now(), NULL, '-1 day')",
                "sentiment_before('infinity')",
                "government_events_before(NULL)",
                "reconstruct_state(now(), NULL)",
                "trading_days('1997-01-01', '1997-02-01')",
                "trading_holidays(1997)",
                "query_performance(0)")) {
            assertError("SELECT * FROM tickbook." + question)
                    .as(question)
                    .startsWith("22023 ")
                    .doesNotContain("HINT: null");
        }
    }
}
