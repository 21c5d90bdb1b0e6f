package dev.tickbook.market;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tickbook.Tickbook;
import dev.tickbook.TickbookException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.Table;

/** The market's questions from Java. What is right is worked out by hand from the few rows that there are. */
class KnownMarketTest {

    static Tickbook tb;

    /** Bars of A and B of the first three weeks of 2024: B's of 9 January was 50 until it was corrected, at noon of the 12th. */
    @BeforeAll
    static void openWithAFewFacts() {
        tb = Tickbook.open();
        for (String insert : new String[] {
            """
            INSERT INTO market.market_data (time, symbol, interval, open, high, low, close, volume)
            SELECT d, s, '1d', 10, 30, 5, extract(day FROM d), 100 FROM tickbook.trading_days('2024-01-02', '2024-01-22') t,
                   LATERAL (SELECT t.day::timestamp AT TIME ZONE 'UTC') x (d), unnest(ARRAY['A', 'B']) s WHERE NOT (s = 'A' AND t.day = '2024-01-10')""",
            "INSERT INTO market.market_data_versions (symbol, interval, time, known_at, close) VALUES ('B', '1d', '2024-01-09', '2024-01-12 12:00', 50)",
            "INSERT INTO market.news_events (news_id, published_at, symbols, headline) VALUES (1, '2024-01-05 10:00', '{A}', 'first'),"
                    + " (2, '2024-01-08 10:00', '{B}', 'of \"B\"'), (3, '2024-01-09 10:00', '{}', 'third')",
            "INSERT INTO market.news_events (news_id, published_at, symbols, headline, corrected_at) VALUES (1, '2024-01-05 10:00', '{A}', 'first, corrected', '2024-01-11')",
            "INSERT INTO market.insider_trades (symbol, insider, type, trade_date, filing_date, accepted_at, shares) VALUES"
                    + " ('A', 'x', 'buy', '2024-01-03', '2024-01-05', '2024-01-05 22:00', 10)",
            "INSERT INTO market.social_sentiment (time, symbol, platform, mentions, sentiment) VALUES"
                    + " ('2024-01-08 10:00', 'A', 'p', 10, 0.5), ('2024-01-08 11:00', 'A', 'p', 30, -0.5)",
            "INSERT INTO market.government_events (published_at, agency, title, sector, actual) VALUES ('2024-01-04', 'a', 'rate', NULL, 5.25),"
                    + " ('2024-01-05', 'b', 'oil', 'Energy', 1)",
            "INSERT INTO market.predictions (symbol, model, made_at, target_time, base_price, predicted, lower, upper, confidence, actual, actual_known_at) VALUES"
                    + " ('A', 'm', '2024-01-02', '2024-01-03', 10, 12, 11, 13, 0.9, 11, '2024-01-04'),"
                    + " ('A', 'm', '2024-01-03', '2024-01-04', 10, 12, 11, 13, 0.9, 15, '2024-01-05'),"
                    + " ('A', 'n', '2024-01-04', '2024-01-05', 10, 12, 11, 13, 0.4, 9, '2024-01-20')",
            "INSERT INTO market.block_predictions (symbol, trading_day, block, model, made_at, predicted_direction, predicted_change, confidence, actual_direction,"
                    + " actual_change, actual_known_at) VALUES ('A', '2024-01-04', 1, 'm', '2024-01-04 14:00', 1, 0.02, 0.8, 1, 0.01, '2024-01-04 16:00'),"
                    + " ('A', '2024-01-04', 2, 'm', '2024-01-04 14:00', 1, 0.02, 0.8, -1, -0.02, '2024-01-04 18:00')"
        }) {
            tb.sql(insert).execute();
        }
    }

    @AfterAll
    static void close() {
        tb.close();
    }

    @Test
    void readGivesTheBarsThatHadClosedWithTheValuesThatWereKnown() {
        BarQuery january = tb.read("B").from(LocalDate.of(2024, 1, 8)).to(LocalDate.of(2024, 1, 13));
        assertThat(closes(january.asOf(Instant.parse("2024-01-11T23:59:59Z")).table()))
                .containsExactly(8.0, 9.0, 10.0);
        assertThat(closes(january.asOf(Instant.parse("2024-01-12T00:00:00Z")).table()))
                .containsExactly(8.0, 9.0, 10.0, 11.0);
        assertThat(closes(january.asOf(Instant.parse("2024-01-12T12:00:00Z")).table()))
                .containsExactly(8.0, 50.0, 10.0, 11.0);
        assertThat(closes(january.table())).as("now").containsExactly(8.0, 50.0, 10.0, 11.0, 12.0);
        assertThat(tb.read("B").table().rowCount()).as("without a range").isEqualTo(14);
        assertThat(tb.read("B").interval("1m").table().columnNames())
                .containsExactly("time", "known_at", "open", "high", "low", "close", "volume", "vwap");
    }

    @Test
    void theLastBarsAreThoseThatWereLastThen() {
        Instant then = Instant.parse("2024-01-12T12:00:00Z");
        assertThat(closes(tb.read("B").asOf(then).last(3).table())).containsExactly(50.0, 10.0, 11.0);
        assertThat(closes(tb.read("B").last(2).table())).containsExactly(19.0, 22.0);
        assertThat(closes(tb.read("B").to(LocalDate.of(2024, 1, 9)).last(2).table()))
                .containsExactly(5.0, 8.0);
        assertThat(closes(tb.read("B")
                        .from(LocalDate.of(2024, 1, 11))
                        .asOf(then)
                        .last(3)
                        .table()))
                .containsExactly(11.0);
        assertThatThrownBy(() -> tb.read("B").last(0)).isInstanceOf(TickbookException.class);
    }

    @Test
    void readMakesLongerBarsAndFillsTheirGaps() {
        BarQuery weeks = tb.read("B")
                .bucket("1 week")
                .from(LocalDate.of(2024, 1, 1))
                .to(LocalDate.of(2024, 1, 22))
                .asOf(Instant.parse("2024-01-12T00:00:00Z"));
        assertThat(closes(weeks.table())).containsExactly(5.0, 11.0);
        assertThat(weeks.table().longColumn("bars").asList()).containsExactly(4L, 4L);
        Table days = tb.read("A")
                .bucket("1 day")
                .from(LocalDate.of(2024, 1, 9))
                .to(LocalDate.of(2024, 1, 12))
                .fillGaps()
                .table();
        assertThat(closes(days)).as("A has no bar of the 10th").containsExactly(9.0, 9.0, 11.0);
    }

    @Test
    void theLatestPriceIsTheLastClosedBar() {
        Bar bar = tb.market()
                .asOf(Instant.parse("2024-01-10T08:00:00Z"))
                .latestPrice("B")
                .orElseThrow();
        assertThat(bar.time()).isEqualTo("2024-01-09T00:00:00Z");
        assertThat(bar.knownAt()).isEqualTo("2024-01-10T00:00:00Z");
        assertThat(bar.close()).isEqualTo(9);
        assertThat(bar.volume()).isEqualTo(100);
        assertThat(bar.vwap()).isNaN();
        assertThat(tb.market().latestPrice("B").orElseThrow().close()).isEqualTo(22);
        assertThat(tb.market().latestPrice("nothing")).isEmpty();
    }

    @Test
    void theStateOfTheMarketHasARowPerSymbol() {
        KnownMarket then = tb.market().asOf(Instant.parse("2024-01-10T12:00:00Z"));
        assertThat(then.state().stringColumn("symbol").asList()).containsExactly("A", "B");
        assertThat(closes(then.state())).containsExactly(9.0, 9.0);
        assertThat(closes(
                        tb.market().asOf(Instant.parse("2024-01-12T12:00:01Z")).state("B", "C")))
                .containsExactly(11.0);
    }

    @Test
    void newsAreThoseThatHadBeenPublishedAsTheyReadThen() {
        KnownMarket then = tb.market().asOf(Instant.parse("2024-01-08T12:00:00Z"));
        assertThat(then.news().stringColumn("headline").asList()).containsExactly("of \"B\"", "first");
        assertThat(then.news("A").stringColumn("headline").asList()).containsExactly("first");
        assertThat(then.news(1).rowCount()).isOne();
        assertThat(tb.market().news("A").stringColumn("headline").asList()).containsExactly("first, corrected");
        assertThat(then.news("it's \"\\ {A}").rowCount()).as("a name is a name").isZero();
    }

    @Test
    void insidersSentimentAndAgenciesAreThoseThatWereKnown() {
        Instant evening = Instant.parse("2024-01-05T21:59:00Z");
        assertThat(tb.market().asOf(evening).insiderTrades("A").rowCount()).isZero();
        assertThat(tb.market()
                        .asOf(evening.plusSeconds(60))
                        .insiderTrades()
                        .longColumn("shares")
                        .asList())
                .containsExactly(10L);

        Instant morning = Instant.parse("2024-01-08T11:30:00Z");
        assertThat(tb.market()
                        .asOf(morning)
                        .sentiment(Duration.ofHours(24), "A")
                        .doubleColumn("sentiment")
                        .get(0))
                .isEqualTo(0.5);
        assertThat(tb.market()
                        .asOf(morning.plusSeconds(1800))
                        .sentiment(Duration.ofHours(24))
                        .doubleColumn("sentiment")
                        .get(0))
                .isEqualTo(-0.25);

        KnownMarket then = tb.market().asOf(Instant.parse("2024-01-05T00:00:00Z"));
        assertThat(then.governmentEvents(10).stringColumn("title").asList()).containsExactly("oil", "rate");
        assertThat(then.governmentEvents(10, "Banks").stringColumn("title").asList())
                .containsExactly("rate");
    }

    @Test
    void theStateOfOneSymbolHasItsBarItsIndicatorsAndTheRestAsJson() {
        Instant at = Instant.parse("2024-01-10T12:00:00.123456Z");
        KnownState state = tb.market().asOf(at).reconstruct("B");
        assertThat(state.at()).isEqualTo(at);
        assertThat(state.symbol()).isEqualTo("B");
        assertThat(state.bar().orElseThrow().close()).isEqualTo(9);
        assertThat(state.bar().orElseThrow().time()).isEqualTo("2024-01-09T00:00:00Z");
        assertThat(state.indicators()).containsEntry("bars", 6.0).containsEntry("sma_20", Double.NaN);
        assertThat(state.json()).contains("of \\\"B\\\"").doesNotContain("third, ");
        KnownState later = tb.market().reconstruct("A");
        assertThat(later.bar().orElseThrow().close()).isEqualTo(22);
        assertThat(tb.market().reconstruct("nothing").bar()).isEmpty();
    }

    @Test
    void returnsLookBackOnly() {
        Table returns = tb.market()
                .asOf(Instant.parse("2024-01-10T12:00:00Z"))
                .dailyReturns("B", LocalDate.of(2024, 1, 8), LocalDate.of(2024, 1, 20));
        assertThat(returns.doubleColumn("daily_return").asList())
                .usingElementComparator((a, b) -> Math.abs(a - b) < 1e-12 ? 0 : 1)
                .containsExactly(8.0 / 5 - 1, 9.0 / 8 - 1);
    }

    @Test
    void accuracyCountsWhatWasEvaluatedByThen() {
        PredictionAccuracy then =
                tb.market().asOf(Instant.parse("2024-01-06T00:00:00Z")).predictionAccuracy("A", 30);
        assertThat(then.predictions()).isEqualTo(3);
        assertThat(then.evaluated()).isEqualTo(2);
        assertThat(then.hits()).isEqualTo(1);
        assertThat(then.hitRate()).isEqualTo(0.5);
        assertThat(then.mae()).isEqualTo(2);
        assertThat(then.rmse()).isCloseTo(Math.sqrt(5), within(1e-12));
        assertThat(then.directionalAccuracy()).isEqualTo(1);
        assertThat(then.calibration().rowCount()).isOne();
        assertThat(then.calibration().doubleColumn("mean_confidence").get(0)).isCloseTo(0.9, within(1e-12));
        assertThat(then.calibration().doubleColumn("hit_rate").get(0)).isEqualTo(0.5);
        assertThat(tb.market()
                        .asOf(Instant.parse("2024-01-21T00:00:00Z"))
                        .predictionAccuracy("A", 30, "n")
                        .mae())
                .isEqualTo(3);
        PredictionAccuracy none = tb.market().predictionAccuracy("nothing", 7);
        assertThat(none.predictions()).isZero();
        assertThat(none.mae()).isNaN();
        assertThat(none.calibration().rowCount()).isZero();

        BlockAccuracy noon =
                tb.market().asOf(Instant.parse("2024-01-04T17:00:00Z")).blockAccuracy("A", 7);
        assertThat(noon.predictions()).isEqualTo(2);
        assertThat(noon.evaluated()).isOne();
        assertThat(noon.hitRate()).isEqualTo(1);
        BlockAccuracy night =
                tb.market().asOf(Instant.parse("2024-01-05T00:00:00Z")).blockAccuracy("A", 7);
        assertThat(night.hitRate()).isEqualTo(0.5);
        assertThat(night.mae()).isCloseTo(0.025, within(1e-12));
    }

    @Test
    void completenessNamesTheDayWithoutABar() {
        Table gaps = tb.market().completeness("1d", LocalDate.of(2024, 1, 2), LocalDate.of(2024, 1, 22));
        assertThat(gaps.printAll()).contains("2024-01-10");
        assertThat(gaps.rowCount()).as("15 January is a holiday").isOne();
        assertThatThrownBy(() -> tb.market().asOf(Instant.EPOCH).completeness("1d", null, null))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("without asOf()");
    }

    @Test
    void whatCannotBeAskedIsSaid() {
        assertThatThrownBy(() -> tb.read("A").interval("1 day").table())
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("'1 day' is not the length of a bar")
                .hasMessageContaining("Hint:");
        assertThatThrownBy(() -> tb.market().latestPrice(null))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("get_latest_price cannot use symbol NULL");
        assertThatThrownBy(() -> tb.read("A").fillGaps().table()).hasMessageContaining("bucket()");
        assertThatThrownBy(() -> tb.read("A").bucket("1 week").table()).hasMessageContaining("from() and to()");
        assertThatThrownBy(() -> tb.market().state("A", null)).hasMessageContaining("One of the names is null");
    }

    private static java.util.List<Double> closes(Table bars) {
        return bars.doubleColumn("close").asList();
    }
}
