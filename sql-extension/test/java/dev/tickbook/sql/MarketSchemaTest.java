package dev.tickbook.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.MethodSource;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/** The market tables: what they keep when something is corrected, what they refuse, what they tell listeners. */
@MethodSource("dev.tickbook.sql.Servers#all")
class MarketSchemaTest extends MarketTest {
    private static final String BAR =
            "INSERT INTO market.market_data (time, symbol, interval, close) VALUES ('2024-01-02', 'AAA', '1d', 7)";

    @Test
    void everyTableAndFunctionHasAComment() {
        assertThat(
                        db.rows(
                                "SELECT oid::regclass FROM pg_class WHERE relnamespace = 'market'::regnamespace AND relkind IN ('r', 'p', 'v')"
                                        + " AND NOT relispartition AND obj_description(oid, 'pg_class') IS NULL AND relname !~ '_rows$'"))
                .isEmpty();
        assertThat(db.rows(
                        "SELECT oid::regprocedure FROM pg_proc WHERE pronamespace = 'market'::regnamespace AND prokind = 'f'"
                                + " AND proname !~ '_(write|unique)$' AND obj_description(oid, 'pg_proc') IS NULL"))
                .isEmpty();
    }

    /** Checks are bound when the migrations run, and pg_catalog has no operator for just a numeric and an integer. */
    @Test
    void whatAnyoneMadeInSchemaPublicBecomesNoPartOfIt() {
        try (Database other = server.createDatabase()) {
            other.execute(
                    "CREATE FUNCTION public.never(numeric, integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT false $$",
                    "CREATE OPERATOR public.> (LEFTARG = numeric, RIGHTARG = integer, FUNCTION = public.never)",
                    "SET search_path = public");
            migrate(other);
            assertThat(other.rows("SELECT pg_describe_object(classid, objid, objsubid) FROM pg_depend"
                            + " WHERE refobjid = 'public.>(numeric,integer)'::regoperator"))
                    .isEmpty();
            assertThat(other.rows("SHOW search_path")).as("as it was").containsExactly("public");
        }
    }

    /** Asked with the clock's own times: before, between and after the corrections. */
    @Test
    void aBarIsWhatItWasUntilItIsUpdatedWithdrawnAndBroughtBack() {
        db.execute(BAR);
        OffsetDateTime loaded = now();
        db.execute("UPDATE market.market_data SET close = 8");
        OffsetDateTime updated = now();
        db.execute("DELETE FROM market.market_data");
        OffsetDateTime deleted = now();
        db.execute(BAR.replace("7)", "9)"));
        OffsetDateTime back = now();
        assertThat(closes("2024-01-03", loaded, updated, back)).containsExactly("7.0000", "7.0000", "8.0000", "9.0000");
        assertThat(db.rows("SELECT close FROM tickbook.get_latest_price('AAA', '1d', ?)", deleted))
                .isEmpty();
        assertThat(db.rows("SELECT close FROM tickbook.get_latest_price('AAA', '1d', '2024-01-02 23:59:59')"))
                .as("before it closed")
                .isEmpty();
        assertThat(db.rows("SELECT close FROM market.market_data")).containsExactly("9.0000");
    }

    @Test
    void packingAndUnpackingIsNoCorrection() {
        db.execute(BAR);
        if (isNative()) {
            db.execute("SELECT tickbook.maintain_hypertable('market.market_data')");
        }
        String chunk = "FROM tickbook.show_chunks('market.market_data') c";
        db.execute("SELECT tickbook.compress_chunk(c) " + chunk, "SELECT tickbook.decompress_chunk(c) " + chunk);
        assertThat(db.rows("SELECT * FROM market.market_data_versions")).isEmpty();
        db.execute("SELECT tickbook.compress_chunk(c) " + chunk, "UPDATE market.market_data SET close = 8");
        assertThat(db.rows("SELECT close FROM market.market_data_versions ORDER BY known_at"))
                .containsExactly("7.0000", "8.0000");
    }

    @Test
    void aBarThatIsStillOpenIsNotCorrectedWhenItChanges() {
        db.execute(
                "INSERT INTO market.market_data (time, symbol, interval, close) VALUES (date_trunc('day', now()), 'AAA', '1d', 7)",
                "UPDATE market.market_data SET close = 8");
        assertThat(db.rows("SELECT * FROM market.market_data_versions")).isEmpty();
        assertThat(db.rows("SELECT close, known_at > now() FROM tickbook.get_latest_price('AAA')"))
                .containsExactly("8.0000|t");
        assertThat(db.rows("SELECT close FROM tickbook.get_latest_price('AAA', '1d', now())"))
                .isEmpty();
    }

    @Test
    void upsertKeepsWhatItReplacesAndNothingElse() {
        db.execute(
                "INSERT INTO market.market_data (time, symbol, interval, close) SELECT d, 'AAA', '1d', 7 FROM generate_series(timestamptz '2024-01-02', '2024-01-20', '1 day') d",
                "CREATE TABLE staged AS SELECT time, symbol, interval, CASE WHEN time = '2024-01-10' THEN 9 ELSE 7 END::numeric(15,4) AS close FROM market.market_data",
                "SELECT * FROM tickbook.upsert('market.market_data', 'staged')");
        assertThat(db.rows("SELECT DISTINCT time::date FROM market.market_data_versions"))
                .containsExactly("2024-01-10");
    }

    @Test
    void tradingValueIsGenerated() {
        db.execute(
                "INSERT INTO market.market_data (time, symbol, interval, close, volume) VALUES ('2024-01-02', 'AAA', '1d', 7.25, 4)");
        assertThat(db.rows("SELECT trading_value FROM market.market_data")).containsExactly("29.0000");
    }

    @Test
    void whatWasKnownCannotBeChanged() {
        db.execute("INSERT INTO market.news_events (published_at, headline) VALUES ('2024-01-02', 'x')");
        assertError("UPDATE market.news_events SET headline = 'y'")
                .isEqualTo(
                        "0A000 rows of market.news_events cannot be changed: UPDATE HINT: Insert the corrected row with the same key and"
                                + " corrected_at, the time at which the correction became known; retracted => true takes a fact back.");
        assertError("DELETE FROM market.stock_prices_realtime")
                .startsWith("0A000 rows of market.stock_prices_realtime");
        assertError(
                        "INSERT INTO market.market_data_versions (symbol, interval, time, known_at, close) VALUES ('A', '1d', '2024-01-02', '9999-01-01', 1)")
                .startsWith("23514 the version of A (1d)")
                .contains("HINT: Insert a version once it is known");
        assertError(
                        "INSERT INTO market.market_data_versions (symbol, interval, time, known_at, close) VALUES ('A', '1d', '2024-01-02', '2024-01-02 12:00', 1)")
                .as("before the bar closed")
                .startsWith("23514");
        assertError(
                        "INSERT INTO market.news_events (published_at, corrected_at, headline) VALUES ('2024-01-02', '2024-01-01', 'x')")
                .startsWith("23514");
        db.execute(
                "INSERT INTO market.predictions (symbol, model, made_at, target_time, predicted) VALUES ('A', 'm', '2024-01-02', '2024-01-03', 1)",
                "UPDATE market.predictions SET actual = 2, actual_known_at = '2024-01-04'");
        assertError("UPDATE market.predictions SET actual = 1")
                .isEqualTo(
                        "0A000 a row of market.predictions cannot be changed, except that what came is set once HINT: Insert a new prediction with its own made_at.");
    }

    @Test
    void listenersHearOfRealtimePricesAndPredictions() throws SQLException {
        try (Database listener = db.connectAgain()) {
            listener.execute("LISTEN tickbook_realtime", "LISTEN tickbook_predictions");
            db.execute(
                    "INSERT INTO market.stock_prices_realtime (symbol, time, price) VALUES ('AAA', now(), 1), ('BBB', now(), 2)",
                    "INSERT INTO market.predictions (symbol, model, made_at, target_time, predicted) VALUES ('AAA', 'm', now(), now() + interval '1 day', 1)",
                    "INSERT INTO market.predictions (symbol, model, made_at, target_time, predicted) SELECT 'AAA', 'm', now(), now() + interval '1 day', 1 WHERE false");
            List<PGNotification> heard = new ArrayList<>();
            for (int wait = 0; heard.size() < 2 && wait < 10; wait++) { // each call returns with what has come so far
                heard.addAll(
                        List.of(listener.connection().unwrap(PGConnection.class).getNotifications(1_000)));
            }
            assertThat(heard)
                    .extracting(n -> n.getName() + " " + n.getParameter())
                    .containsExactly(
                            "tickbook_realtime {\"table\" : \"stock_prices_realtime\", \"rows\" : 2, \"first_id\" : 1, \"last_id\" : 2, \"symbols\" : [\"AAA\", \"BBB\"]}",
                            "tickbook_predictions {\"table\" : \"predictions\", \"rows\" : 1, \"first_id\" : 1, \"last_id\" : 1, \"symbols\" : [\"AAA\"]}");
        }
    }

    @Test
    void retentionIsAskedForAndDeletesIntradayBarsEarlier() {
        db.execute(
                "INSERT INTO market.market_data (time, symbol, interval, close) SELECT date_trunc('day', now()) - d * interval '1 day', 'AAA', i, 7"
                        + " FROM unnest(ARRAY[1, 725, 900, 4000]) d, unnest(ARRAY['1m', '1d']) i");
        if (isNative()) {
            db.execute("SELECT tickbook.maintain_hypertable('market.market_data')");
        }
        db.execute(
                "SELECT tickbook.compress_chunk(c) FROM tickbook.show_chunks('market.market_data', older_than => interval '800 days') c");
        db.execute("SELECT market.apply_retention()", "CALL tickbook.run_jobs()");
        String left = "SELECT interval, extract(day FROM now() - time)::int FROM market.market_data ORDER BY 1, 2";
        if (!isNative()) {
            left = left.replace(
                    "market.market_data ",
                    "market.market_data WHERE time > now() - interval '3900 days' "); // its own workers drop chunks
        }
        assertThat(db.rows(left)).containsExactly("1d|1", "1d|725", "1d|900", "1m|1", "1m|725");
        assertThat(db.rows("SELECT * FROM market.market_data_versions"))
                .as("what is thrown away for its age is not withdrawn")
                .isEmpty();
    }

    private List<String> closes(String first, OffsetDateTime... moments) {
        List<String> closes = new java.util.ArrayList<>(
                db.rows("SELECT close FROM tickbook.get_latest_price('AAA', '1d', '" + first + "')"));
        for (OffsetDateTime moment : moments) {
            closes.addAll(db.rows("SELECT close FROM tickbook.get_latest_price('AAA', '1d', ?)", moment));
        }
        return closes;
    }

    private OffsetDateTime now() {
        return db.value("SELECT clock_timestamp()", OffsetDateTime.class);
    }
}
