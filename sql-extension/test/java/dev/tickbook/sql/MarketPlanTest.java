package dev.tickbook.sql;

import static org.assertj.core.api.Assertions.assertThat;

import org.assertj.core.api.AbstractStringAssert;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.MethodSource;

/** Each index of the market tables is used by the query that it is there for. */
@MethodSource("dev.tickbook.sql.Servers#natives")
class MarketPlanTest extends MarketTest {
    @BeforeEach
    void load() {
        db.execute(
                "SELECT tickbook.ensure_chunks('market.stock_prices_realtime', now() - interval '60 days', now())",
                "INSERT INTO market.stock_prices_realtime (symbol, time, price) SELECT 'S' || i % 50, now() - i * interval '4 minutes', 1 FROM generate_series(1, 20000) i",
                "INSERT INTO market.news_events (published_at, symbols, headline, impact) SELECT now() - i * interval '1 hour', ARRAY['S' || i % 500], 'x',"
                        + " CASE WHEN i % 100 = 0 THEN 'high' ELSE 'low' END FROM generate_series(1, 20000) i",
                "INSERT INTO market.insider_trades (symbol, insider, type, trade_date, filing_date, shares) SELECT 'S' || i % 500, 'x', 'buy', current_date - i % 3000, current_date - i % 3000, 1"
                        + " FROM generate_series(1, 20000) i",
                "INSERT INTO market.predictions (symbol, model, made_at, target_time, predicted) SELECT 'S' || i % 500, 'm', now() - i * interval '1 hour', now() - i * interval '59 minutes', 1"
                        + " FROM generate_series(1, 20000) i",
                "INSERT INTO market.market_analytics (time, metric, value, computed_at) SELECT now() - i * interval '10 minutes', 'breadth' || i % 3, 1, now() FROM generate_series(1, 20000) i",
                "SELECT tickbook.maintain_hypertable('market.market_analytics')",
                "VACUUM ANALYZE");
    }

    @Test
    void theLatestRealtimePriceIsReadFromTheIndexAlone() {
        assertPlan(
                        "SELECT price FROM market.stock_prices_realtime WHERE symbol = 'S7' AND time > now() - interval '1 day' ORDER BY time DESC, realtime_id DESC LIMIT 1")
                .contains("Index Only Scan using stock_prices_realtime");
    }

    @Test
    void accuracyIsComputedFromTheIndexAlone() {
        assertPlan(
                        "SELECT predicted, actual FROM market.predictions WHERE symbol = 'S7' AND target_time > now() - interval '7 days'")
                .contains("Index Only Scan using predictions_evaluated");
    }

    @Test
    void highImpactNewsHasAPartialIndexAndNewsOfASymbolAnInvertedOne() {
        assertPlan("SELECT headline FROM market.news_events WHERE impact = 'high' ORDER BY published_at DESC LIMIT 50")
                .contains("Index Scan using news_events_high_impact");
        assertPlan("SELECT headline FROM market.news_events WHERE symbols && '{S7}'")
                .contains("news_events_symbols");
    }

    @Test
    void theCurrentPriceHasAPartialIndex() {
        db.execute("SELECT tickbook.migrate_realtime_to_historical()", "VACUUM ANALYZE market.stock_prices_historical");
        assertPlan("SELECT price FROM market.stock_prices_historical WHERE symbol = 'S7' AND is_current")
                .contains("Index Only Scan using stock_prices_historical_current");
    }

    @Test
    void aLongScanOfTheAnalyticsGoesByBlockRanges() {
        db.execute("SET enable_seqscan = off");
        assertPlan("SELECT avg(value) FROM market.market_analytics WHERE time >= now() - interval '20 days'")
                .contains("_time_idx");
    }

    @Test
    void aQuestionForADayOpensTheBatchesOfThatDay() {
        db.execute(
                "SELECT tickbook.ensure_chunks('market.market_data', '2023-01-01', '2024-12-31')",
                "INSERT INTO market.market_data_rows (time, symbol, interval, close) SELECT m, 'S' || s, '1h', 1 FROM generate_series(timestamptz '2023-01-01', '2024-12-30', '1 hour') m, generate_series(1, 5) s",
                "SELECT tickbook.compress_chunk(c) FROM tickbook.show_chunks('market.market_data') c",
                "VACUUM ANALYZE market.market_data_batches");
        assertPlan(
                        "SELECT close FROM market.market_data_between('2024-03-04', '2024-03-05') WHERE symbol = 'S1' AND interval = '1h'")
                .contains("Scan using \"market_data_batches_symbol_interval_.first_idx\"")
                .doesNotContain("Seq Scan on market_data_batches");
        assertThat(db.rows("SELECT time FROM tickbook.get_latest_price('S1', '1h', '2024-03-04 12:30+00')"))
                .containsExactly("2024-03-04 11:00:00+00");
    }

    private AbstractStringAssert<?> assertPlan(String query) {
        return Assertions.assertThat(String.join("\n", db.rows("EXPLAIN " + query)));
    }
}
