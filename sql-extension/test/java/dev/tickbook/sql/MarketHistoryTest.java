package dev.tickbook.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.OffsetDateTime;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.MethodSource;

/** The past, as it was known, stays as it was: when corrections become known, and what is refused to those who would rewrite it. */
@MethodSource("dev.tickbook.sql.Servers#all")
class MarketHistoryTest extends MarketTest {
    private static final String BARS =
            "INSERT INTO market.market_data (time, symbol, interval, close) VALUES ('2024-01-10', 'AAA', '1d', 100), ('2024-01-10', 'BBB', '1d', 100)";

    @Test
    void allThatATransactionCorrectsBecomesKnownWhenItIsCommitted() {
        db.execute(BARS, "BEGIN", "UPDATE market.market_data SET close = 50 WHERE symbol = 'AAA'");
        OffsetDateTime meanwhile = now();
        try (Database other = db.connectAgain()) {
            assertThat(other.rows("SELECT close FROM tickbook.get_latest_price('AAA', '1d', ?)", meanwhile))
                    .containsExactly("100.0000");
        }
        db.execute(
                "UPDATE market.market_data SET close = 60",
                "UPDATE market.market_data SET close = 70 WHERE symbol = 'BBB'",
                "COMMIT");
        assertThat(db.rows("SELECT close FROM tickbook.get_latest_price('AAA', '1d', ?)", meanwhile))
                .as("as of a moment before the commit, asked after it")
                .containsExactly("100.0000");
        assertThat(
                        db.rows(
                                "SELECT symbol, close FROM tickbook.market_state_at(clock_timestamp(), NULL, '1d', '100 years')"))
                .containsExactly("AAA|60.0000", "BBB|70.0000");
        assertThat(db.rows(
                        "SELECT count(*), count(DISTINCT known_at), max(known_at) > ? FROM market.market_data_versions WHERE known_at > '2025-01-01'",
                        meanwhile))
                .as("what was in between never became known")
                .containsExactly("2|1|t");
        assertThat(db.rows("SELECT * FROM market.pending_corrections")).isEmpty();
    }

    @Test
    void whatIsRolledBackWasNeverKnown() {
        db.execute(
                BARS,
                "BEGIN",
                "SAVEPOINT s",
                "UPDATE market.market_data SET close = 1",
                "ROLLBACK TO s",
                "UPDATE market.market_data SET close = 2 WHERE symbol = 'AAA'",
                "COMMIT");
        assertThat(
                        db.rows(
                                "SELECT symbol, close, isfinite(known_at) FROM market.market_data_versions ORDER BY symbol, known_at"))
                .containsExactly("AAA|100.0000|t", "AAA|2.0000|t");
    }

    @Test
    void refreshingAdjustedClosesIsNoCorrection() {
        db.execute(BARS, "UPDATE market.market_data SET adjusted_close = 33, source = 'x'");
        assertThat(db.rows("SELECT * FROM market.market_data_versions")).isEmpty();
        db.execute(
                "UPDATE market.market_data SET close = 50 WHERE symbol = 'AAA'",
                "UPDATE market.market_data SET adjusted_close = 44",
                "INSERT INTO market.market_data_versions (symbol, interval, time, known_at, close) VALUES ('AAA', '1d', '2024-01-10', '2024-01-12', 70)");
        assertThat(db.rows("SELECT symbol, close, adjusted_close FROM market.market_data ORDER BY 1"))
                .as("an earlier version that is loaded late does not bring back an old adjusted close")
                .containsExactly("AAA|50.0000|44.0000", "BBB|100.0000|44.0000");
    }

    @Test
    void aBarMayBeLoadedAfterItsCorrections() {
        db.execute(
                "INSERT INTO market.market_data_versions (symbol, interval, time, known_at, close) VALUES ('AAA', '1d', '2024-01-10', '2024-01-15', 200)",
                "CREATE TABLE staged AS SELECT timestamptz '2024-01-10' AS time, 'AAA' AS symbol, '1d' AS interval, 100::numeric(15,4) AS close",
                "SELECT tickbook.upsert('market.market_data', 'staged')");
        assertThat(db.rows("SELECT close FROM market.market_data")).containsExactly("200.0000");
        assertThat(db.rows("SELECT close FROM tickbook.get_latest_price('AAA', '1d', '2024-01-12')"))
                .containsExactly("100.0000");
        assertThat(db.rows("SELECT close FROM tickbook.get_latest_price('AAA', '1d', '2024-01-15')"))
                .containsExactly("200.0000");
    }

    @Test
    void aVersionKnownAtTheCloseDoesNotReplaceTheBarThatWas() {
        db.execute(BARS);
        assertError(
                        "INSERT INTO market.market_data_versions (symbol, interval, time, known_at, close) VALUES ('AAA', '1d', '2024-01-10', '2024-01-11', 555)")
                .startsWith("23514 market.market_data has other values for AAA (1d)")
                .contains("HINT: What is in market_data is the version known at the close.");
        db.execute(
                "INSERT INTO market.market_data_versions (symbol, interval, time, known_at, close) VALUES ('AAA', '1d', '2024-01-10', 'infinity', 555)");
        assertThat(
                        db.rows(
                                "SELECT close, known_at < clock_timestamp() FROM market.market_data_versions ORDER BY known_at"))
                .containsExactly("100.0000|t", "555.0000|t");
    }

    @Test
    void versionsAndPredictionsAreNeitherChangedNorThrownAway() {
        db.execute(
                BARS,
                "UPDATE market.market_data SET close = 50",
                "INSERT INTO market.predictions (symbol, model, made_at, target_time, predicted) VALUES ('A', 'm', '2024-01-02', '2024-01-03', 1)");
        for (String write : List.of(
                "UPDATE market.market_data_versions SET known_at = '2024-01-12'",
                "DELETE FROM market.market_data_versions",
                "TRUNCATE market.market_data_versions",
                "TRUNCATE market." + (isNative() ? "market_data_rows" : "market_data"),
                "TRUNCATE market.news_events",
                "TRUNCATE market.predictions",
                "DELETE FROM market.predictions",
                "DELETE FROM market.block_predictions")) {
            assertError(write).as(write).startsWith("0A000 ").doesNotContain("HINT: null");
        }
        db.execute("TRUNCATE market.market_data_versions, "
                + (isNative() ? "market.market_data_rows, market.market_data_batches" : "market.market_data"));
        assertThat(db.rows("SELECT * FROM market.market_data"))
                .as("starting over")
                .isEmpty();
    }

    @Test
    void noSettingHidesADeletion() {
        db.execute(BARS);
        try (Database writer = writer()) {
            writer.execute(
                    "SET tickbook.retention = 'on'",
                    "DELETE FROM market.market_data WHERE symbol = 'AAA'",
                    "INSERT INTO market.market_data (time, symbol, interval, close) VALUES ('2024-01-10', 'AAA', '1d', 777)");
        }
        assertThat(db.rows("SELECT close FROM tickbook.get_latest_price('AAA', '1d', '2024-02-01')"))
                .containsExactly("100.0000");
        db.execute("SET tickbook.retention = 'on'");
        assertError("DELETE FROM market.news_events").startsWith("0A000 ");
    }

    @Test
    void anIdIsTakenOnceAndCorrectionsComeAfterWhatTheyCorrect() {
        db.execute(
                "INSERT INTO market.news_events (news_id, published_at, headline) VALUES (1, '2024-01-02 10:00+00', 'first')");
        assertError(
                        "INSERT INTO market.news_events (published_at, headline) VALUES ('2024-01-03 10:00+00', 'gets id 1')")
                .startsWith("23505 ")
                .contains("news_events_one_original");
        assertError(
                        "INSERT INTO market.news_events (news_id, published_at, corrected_at, headline) VALUES (1, '2024-01-02 08:00+00', '2024-01-02 09:00+00', 'x')")
                .startsWith("23514 the correction of news_id 1 in market.news_events")
                .contains("HINT: Give corrected_at");
        assertThat(db.rows("SELECT headline FROM tickbook.news_before('2024-01-04')"))
                .containsExactly("first");
        String trade =
                "INSERT INTO market.insider_trades (trade_id, symbol, insider, type, trade_date, filing_date, shares, corrected_at)"
                        + " VALUES (500, 'INS', 'Doe', 'buy', '2024-03-01', '2024-03-05', %s)";
        db.execute(trade.formatted("999, '2024-03-06 20:00+00'"), trade.formatted("100, NULL")); // in any order
        assertError(trade.formatted("7, '2024-03-05 20:00+00'"))
                .as("before the filing itself is known")
                .startsWith("23514 ");
        assertThat(db.rows("SELECT shares FROM tickbook.insider_activity_before('2024-03-06 06:00+00')"))
                .containsExactly("100");
        assertThat(db.rows("SELECT shares FROM tickbook.insider_activity_before('2024-03-12')"))
                .containsExactly("999");
    }

    @Test
    void whatIsDroppedForItsAgeLeavesNoVersionsBehind() {
        db.execute(
                "INSERT INTO market.market_data (time, symbol, interval, close) SELECT d, 'AAA', '1d', 1 FROM generate_series(timestamptz '2010-01-01', '2010-01-26', '1 day') d",
                "INSERT INTO market.market_data (time, symbol, interval, close) VALUES ('2024-01-10', 'AAA', '1d', 1)");
        if (isNative()) {
            db.execute("SELECT tickbook.maintain_hypertable('market.market_data')");
        }
        db.execute("UPDATE market.market_data SET close = 2 WHERE time IN ('2010-01-10', '2024-01-10')");
        assertThat(db.value("SELECT market.forget_versions('2012-01-01')", Long.class))
                .as("bars that are there keep their versions")
                .isZero();
        db.execute("SELECT tickbook.drop_chunks('market.market_data', '2012-01-01'::timestamptz)");
        assertThat(db.value("SELECT market.forget_versions('2012-01-01')", Long.class))
                .isEqualTo(2L);
        assertThat(db.rows("SELECT time::date FROM tickbook.get_price_range('AAA', '1d', '2010-01-01', '2025-01-01')"))
                .containsExactly("2024-01-10");
        assertThat(db.rows("SELECT close FROM market.market_data_versions ORDER BY known_at"))
                .containsExactly("1.0000", "2.0000");
        try (Database writer = writer()) {
            assertError(writer, "SELECT market.forget_versions(now())").startsWith("42501 ");
        }
    }

    @Test
    void aBarWhoseLengthOrPriceIsNoneIsRefused() {
        for (String values : List.of(
                "('2024-01-10', 'A', 'daily', 1)", "('infinity', 'A', '1d', 1)", "('2024-01-10', 'A', '1d', 'NaN')")) {
            assertError("INSERT INTO market.market_data (time, symbol, interval, close) VALUES " + values)
                    .as(values)
                    .startsWith("23514 ");
        }
        db.execute(
                "INSERT INTO market.market_data (time, symbol, interval, close) VALUES ('2024-01-10', 'A', '45m', 1)");
    }

    @Test
    void quotesCanBeLoadedAgainButNotChanged() {
        db.execute(
                "CREATE TABLE staged AS SELECT timestamptz '2024-01-10' AS time, 'A' AS symbol, 'A1' AS contract_symbol, 'call' AS type, date '2024-02-01' AS expiry, 10.0 AS strike");
        String upsert = "SELECT inserted, updated, unchanged FROM tickbook.upsert('market.options', 'staged')";
        assertThat(db.rows(upsert)).containsExactly("1|0|0");
        assertThat(db.rows(upsert)).containsExactly("0|0|1");
        db.execute("UPDATE staged SET strike = 11");
        assertError(upsert)
                .isEqualTo(
                        "0A000 rows of market.options cannot be changed: UPDATE HINT: A quote is not corrected: insert the next one.");
    }

    private Database writer() {
        db.execute(
                "DO $$ BEGIN CREATE ROLE test_writer LOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$",
                "GRANT tickbook_writer TO test_writer");
        return db.connectAs("test_writer");
    }

    private OffsetDateTime now() {
        return db.value("SELECT clock_timestamp()", OffsetDateTime.class);
    }
}
