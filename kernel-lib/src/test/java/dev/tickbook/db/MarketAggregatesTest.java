package dev.tickbook.db;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tickbook.Tickbook;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Schema market has bars of days, weeks and months, and the volume of hours, which always agree with its bars. */
class MarketAggregatesTest {

    static Tickbook tb;

    @BeforeAll
    static void openWithBarsOfThreeMonths() {
        tb = Tickbook.open();
        tb.sql("""
                INSERT INTO market.market_data (time, symbol, interval, open, high, low, close, volume)
                SELECT t, s, i, o, o + 2, o - 1, o + 1, extract(hour FROM t)
                FROM generate_series(timestamptz '2024-01-01 00:10+00', '2024-03-31', '67 minutes') t,
                     unnest(ARRAY['A', 'B']) s, unnest(ARRAY['1m', '5m']) i,
                     LATERAL (SELECT 100 + extract(doy FROM t) + length(i)) p (o)""").execute();
        tb.sql("INSERT INTO market.market_data (time, symbol, interval, close) VALUES ('2024-01-02', 'C', '1d', 5)")
                .execute();
    }

    @AfterAll
    static void close() {
        tb.close();
    }

    @Test
    void theSentimentOfAnHourIsTheNewestWordOnIt() {
        tb.sql("""
                INSERT INTO market.social_sentiment (time, symbol, platform, mentions, sentiment, corrected_at)
                SELECT timestamptz '2024-01-02 15:00+00', 'A', platform, mentions, 0.1, corrected_at
                FROM (VALUES ('one', 5, NULL), ('one', 7, timestamptz '2024-01-05'), ('one', 6, timestamptz '2024-01-04'),
                             ('two', 1, NULL)) AS told (platform, mentions, corrected_at)""").execute();
        assertThat(tb.sql("SELECT platform, mentions, corrections FROM market.hourly_sentiment ORDER BY platform")
                        .table()
                        .print())
                .contains("one  |         7  |            2")
                .contains("two  |         1  |            0");
    }

    @Test
    void theOptionsVolumeOfADayCountsEachContractOnce() {
        tb.sql("""
                INSERT INTO market.options (time, contract_symbol, symbol, type, expiry, strike, volume, open_interest)
                VALUES ('2024-01-02 15:00+00', 'A1', 'A', 'call', '2024-02-16', 10, 5, 100),
                       ('2024-01-02 16:00+00', 'A1', 'A', 'call', '2024-02-16', 10, 9, 110),
                       ('2024-01-02 16:00+00', 'A2', 'A', 'call', '2024-02-16', 11, 4, 50),
                       ('2024-01-02 16:00+00', 'A3', 'A', 'put', '2024-02-16', 11, 2, NULL)""").execute();
        assertThat(differences(
                        "SELECT symbol, type, volume, open_interest, contracts FROM market.daily_options_volume",
                        "VALUES ('A', 'call', 13::numeric, 160::numeric, 2), ('A', 'put', 2, NULL, 1)"))
                .isZero();
    }

    @Test
    void barsOfDaysWeeksAndMonthsAreThoseThatAWindowOverTheirBarsGives() {
        for (String[] bar : new String[][] {
            {"daily_ohlcv", "day", "day"}, {"weekly_ohlcv", "week", "week"}, {"monthly_ohlcv", "month", "month"}
        }) {
            for (String refresh :
                    new String[] {"SELECT 1", "CALL tickbook.refresh_continuous_aggregate('market." + bar[0] + "')"}) {
                tb.sql(refresh).execute();
                assertThat(differences(
                                "SELECT " + bar[1]
                                        + ", symbol, interval, open, high, low, close, volume, vwap, bars FROM market."
                                        + bar[0],
                                """
                                SELECT DISTINCT date_trunc('%s', time, 'UTC'), symbol, interval,
                                       first_value(open) OVER w, max(high) OVER w, min(low) OVER w, last_value(close) OVER w,
                                       sum(volume) OVER w,
                                       round(sum((high + low + close) * volume) OVER w / 3 / nullif(sum(volume) OVER w, 0), 4),
                                       count(*) OVER w
                                FROM market.market_data
                                WINDOW w AS (PARTITION BY date_trunc('%1$s', time, 'UTC'), symbol, interval ORDER BY time
                                             ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)""".formatted(bar[2])))
                        .as(bar[0] + " after " + refresh)
                        .isZero();
            }
        }
    }

    @Test
    void hourlyVolumeIsThatOfAllSymbolsAndMixesNoIntervals() {
        assertThat(
                        differences(
                                "SELECT hour, interval, volume, bars FROM market.hourly_volume",
                                "SELECT date_trunc('hour', time, 'UTC'), interval, sum(volume), count(*) FROM market.market_data GROUP BY 1, 2"))
                .isZero();
    }

    @Test
    void theirPoliciesRefreshThem() {
        tb.runJobs();
        assertThat(tb.sql(
                                "SELECT job FROM tickbook.jobs WHERE job = 'continuous_aggregate' AND last_status = 'succeeded'")
                        .table()
                        .rowCount())
                .isEqualTo(7);
    }

    private static long differences(String a, String b) {
        return tb.sql(
                        "SELECT (SELECT count(*) FROM (%1$s EXCEPT ALL %2$s) x) + (SELECT count(*) FROM (%2$s EXCEPT ALL %1$s) y) AS n"
                                .formatted("(" + a + ")", "(" + b + ")"))
                .table()
                .longColumn("n")
                .get(0);
    }
}
