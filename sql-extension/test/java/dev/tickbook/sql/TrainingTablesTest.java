package dev.tickbook.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.MethodSource;

/** What batch training stores, and what came of what it predicted. */
@MethodSource("dev.tickbook.sql.Servers#all")
class TrainingTablesTest extends MarketTest {
    private static final String MODEL =
            "INSERT INTO market.arima_models (symbol, model, specification, data_as_of, first_time, last_time, observations)"
                    + " VALUES ('A', 'm', 'ARIMA(0,1,0)', '2024-01-05', '2024-01-01', '2024-01-03', 3)";

    private void predictAndClose() {
        db.execute(
                "INSERT INTO market.market_data (time, symbol, interval, close) VALUES ('2024-01-02', 'A', '1d', 7), ('2024-01-03', 'A', '1d', 8),"
                        + " ('2024-01-03 23:00', 'A', '1h', 9)",
                "INSERT INTO market.predictions (symbol, model, made_at, target_time, predicted) VALUES"
                        + " ('A', 'm', '2024-01-02', '2024-01-03', 1), ('A', 'm', '2024-01-02', '2024-01-04', 2),"
                        + " ('A', 'n', '2024-01-02', '2024-01-04', 3), ('A', 'm', '2024-01-02', '2024-01-05', 4),"
                        + " ('A', 'm', now(), now() + interval '1 day', 5), ('B', 'm', '2024-01-02', '2024-01-04', 6)");
    }

    @Test
    void whatCameIsTheCloseOfTheBarThatClosedThen() {
        predictAndClose();
        db.execute(
                "INSERT INTO market.market_data_versions (symbol, interval, time, known_at, close) VALUES ('A', '1d', '2024-01-03', '2024-01-08 10:00', 8.5)");
        assertThat(db.rows("SELECT market.fill_actuals()")).containsExactly("3");
        assertThat(
                        db.rows(
                                "SELECT predicted::int, actual, actual_known_at AT TIME ZONE 'UTC' FROM market.predictions ORDER BY predicted"))
                .containsExactly(
                        "1|7.0000|2024-01-03 00:00:00",
                        "2|8.5000|2024-01-08 10:00:00",
                        "3|8.5000|2024-01-08 10:00:00",
                        "4||",
                        "5||",
                        "6||");
        assertThat(db.rows("SELECT market.fill_actuals()")).as("once").containsExactly("0");
    }

    @Test
    void barsOfAnotherLengthAndOneModelAreFilledOnRequest() {
        predictAndClose();
        assertThat(db.rows("SELECT market.fill_actuals('1h', 'n')")).containsExactly("1");
        assertThat(db.rows("SELECT predicted::int, actual FROM market.predictions WHERE actual IS NOT NULL"))
                .containsExactly("3|9.0000");
        assertError("SELECT market.fill_actuals('1 day')").startsWith("22023 '1 day' is not the length of a bar");
    }

    @Test
    void modelsAreKeptAndTheirStatusIsOverwritten() {
        db.execute(MODEL);
        for (String change : List.of(
                "UPDATE market.arima_models SET aicc = 1",
                "DELETE FROM market.arima_models",
                "TRUNCATE market.arima_models")) {
            assertError(change).as(change).startsWith("0A000 rows of market.arima_models cannot be changed");
        }
        assertError(MODEL.replace("'2024-01-05'", "now() + interval '1 hour'"))
                .as("trained on what is not known yet")
                .startsWith("23514");
        db.execute(
                "INSERT INTO market.training_status (symbol, model, status) VALUES ('A', 'm', 'trained')",
                "UPDATE market.training_status SET status = 'failed', reason = 'x'");
        assertError("UPDATE market.training_status SET status = 'skipped', reason = NULL")
                .as("without a reason")
                .startsWith("23514");
    }

    @Test
    void theWriterTrainsAndTheReaderLooks() {
        for (String role : List.of("readonly", "writer")) {
            db.execute(
                    "DO $$ BEGIN CREATE ROLE test_" + role
                            + " LOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$",
                    "GRANT tickbook_" + role + " TO test_" + role);
        }
        predictAndClose();
        try (Database writer = db.connectAs("test_writer")) {
            writer.execute(
                    MODEL,
                    "INSERT INTO market.training_status (symbol, model, status) VALUES ('A', 'm', 'trained')",
                    "UPDATE market.training_status SET attempted_at = now()",
                    "SELECT market.fill_actuals()");
            assertError(writer, "DELETE FROM market.arima_models").startsWith("42501");
        }
        try (Database reader = db.connectAs("test_readonly")) {
            assertThat(reader.rows("SELECT count(*) FROM market.arima_models, market.training_status"))
                    .containsExactly("1");
            assertError(reader, MODEL).startsWith("42501");
        }
    }
}
