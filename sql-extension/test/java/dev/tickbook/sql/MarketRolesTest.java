package dev.tickbook.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.MethodSource;

/** Who may do what with the market tables; and text in arguments is data, whatever it looks like. */
@MethodSource("dev.tickbook.sql.Servers#natives")
class MarketRolesTest extends MarketTest {
    private static final String EVIL = "'; DROP TABLE market.symbols; --";

    @BeforeEach
    void makePeople() {
        for (String role : List.of("readonly", "writer", "backup")) {
            db.execute("DO $$ BEGIN CREATE ROLE test_" + role
                    + " LOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$");
            db.execute("GRANT tickbook_" + role + " TO test_" + role);
        }
        db.execute(
                "INSERT INTO market.symbols (symbol) VALUES ('AAA')",
                "INSERT INTO market.market_data (time, symbol, interval, close) VALUES ('2024-01-02', 'AAA', '1d', 7)",
                "CREATE TABLE market.secrets (secret text)");
    }

    @Test
    void readonlyAsksEverythingAndWritesNothing() {
        try (Database reader = db.connectAs("test_readonly")) {
            assertThat(reader.rows("SELECT close FROM tickbook.get_latest_price('AAA')"))
                    .containsExactly("7.0000");
            assertThat(reader.rows("SELECT close FROM market.market_data")).containsExactly("7.0000");
            assertThat(reader.rows("SELECT symbol FROM tickbook.market_state_at('2024-01-04')"))
                    .containsExactly("AAA");
            reader.rows("SELECT tickbook.reconstruct_state('2024-01-04', 'AAA')");
            for (String write : List.of(
                    "INSERT INTO market.symbols (symbol) VALUES ('X')",
                    "UPDATE market.symbols SET name = 'X'",
                    "DELETE FROM market.market_data",
                    "INSERT INTO market.market_data (time, symbol, interval, close) VALUES (now(), 'X', '1d', 1)",
                    "INSERT INTO market.market_data_rows (time, symbol, interval, close) VALUES (now(), 'X', '1d', 1)",
                    "TRUNCATE market.news_events",
                    "SELECT tickbook.migrate_realtime_to_historical()",
                    "SELECT market.apply_retention()")) {
                assertError(reader, write).as(write).startsWith("42501");
            }
        }
    }

    @Test
    void noOneReachesATableThatWasNotGranted() {
        for (String role : List.of("test_readonly", "test_writer")) {
            try (Database session = db.connectAs(role)) {
                assertError(session, "SELECT * FROM market.secrets")
                        .as(role)
                        .isEqualTo("42501 permission denied for table secrets HINT: null");
            }
        }
    }

    @Test
    void theWriterAddsAndCorrectsBarsButRewritesNoHistory() {
        try (Database writer = db.connectAs("test_writer")) {
            writer.execute(
                    "INSERT INTO market.market_data (time, symbol, interval, close) VALUES ('2024-01-03', 'AAA', '1d', 8)",
                    "UPDATE market.market_data SET close = 9 WHERE time = '2024-01-03'",
                    "INSERT INTO market.stock_prices_realtime (symbol, time, price) VALUES ('AAA', now(), 1)",
                    "INSERT INTO market.news_events (published_at, headline) VALUES (now(), 'x')",
                    "SELECT tickbook.migrate_realtime_to_historical()",
                    "CREATE TEMPORARY TABLE staged AS SELECT timestamptz '2024-01-04' AS time, 'AAA' AS symbol, '1d' AS interval, 3.0 AS close",
                    "SELECT * FROM tickbook.upsert('market.market_data', 'staged')");
            for (String write : List.of(
                    "UPDATE market.market_data_versions SET close = 1",
                    "DELETE FROM market.market_data_versions",
                    "UPDATE market.news_events SET headline = 'y'",
                    "DELETE FROM market.stock_prices_realtime",
                    "TRUNCATE market.market_data_rows")) {
                assertError(writer, write).as(write).startsWith("42501");
            }
        }
        assertThat(db.rows("SELECT close FROM market.market_data_versions ORDER BY known_at"))
                .containsExactly("8.0000", "9.0000");
    }

    @Test
    void noOneWritesHistoryWithATriggerOfTheirOwn() {
        try (Database writer = db.connectAs("test_writer")) {
            writer.execute("CREATE TEMPORARY TABLE mine AS SELECT * FROM market.market_data");
            assertError(
                            writer,
                            "CREATE TRIGGER forge AFTER UPDATE ON mine REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows"
                                    + " FOR EACH STATEMENT EXECUTE FUNCTION market.keep_updated_bars()")
                    .startsWith("42501 permission denied for function");
        }
    }

    /** As the trigger functions of packed tables would do, which write to what the table's owner may write to. */
    @Test
    void noOneBorrowsTheOwnersPen() {
        assertThat(db.rows(
                        "SELECT p.oid::regprocedure FROM pg_proc p WHERE p.prosecdef AND p.pronamespace = 'market'::regnamespace"
                                + " AND has_function_privilege('public', p.oid, 'execute')"))
                .isEmpty();
        try (Database reader = db.connectAs("test_readonly")) {
            for (String table : List.of("market_data", "options")) {
                reader.execute("CREATE TEMPORARY TABLE my_" + table + " (LIKE market." + table + ")");
                for (String event : List.of("INSERT", "UPDATE", "DELETE")) {
                    assertError(
                                    reader,
                                    "CREATE TRIGGER forge BEFORE " + event + " ON my_" + table
                                            + " FOR EACH ROW EXECUTE FUNCTION market." + table + "_write()")
                            .startsWith("42501 permission denied for function");
                }
            }
        }
    }

    @Test
    void theWriterPutsNoRowPastTheTriggersOfATable() {
        db.execute("SELECT tickbook.ensure_chunks('market.market_data', '2024-01-01', '2024-02-01')");
        try (Database writer = db.connectAs("test_writer")) {
            for (String table : db.values(
                    "SELECT c.oid::regclass::text FROM pg_class c WHERE c.relnamespace = 'market'::regnamespace AND c.relkind IN ('r', 'p')"
                            + " AND (c.relispartition OR c.relname ~ '_(batches|materialized)$' OR c.relname = 'pending_corrections')",
                    String.class)) {
                assertError(writer, "INSERT INTO " + table + " DEFAULT VALUES")
                        .as(table)
                        .startsWith("42501 ");
            }
        }
    }

    @Test
    void theBackupRoleReadsEveryTableAndSequence() {
        db.execute("CREATE TABLE market.later (x integer)");
        try (Database backup = db.connectAs("test_backup")) {
            for (String table : db.values(
                    "SELECT oid::regclass::text FROM pg_class WHERE relnamespace = 'market'::regnamespace AND relkind IN ('r', 'p', 'v', 'S')"
                            + " AND NOT relispartition UNION ALL SELECT oid::regclass::text FROM pg_class WHERE relnamespace = 'tickbook'::regnamespace AND relkind IN ('r', 'S')",
                    String.class)) {
                backup.rows("SELECT count(*) FROM " + table);
            }
            assertError(backup, "INSERT INTO market.symbols (symbol) VALUES ('X')")
                    .startsWith("42501");
        }
    }

    @Test
    void theMigrationsGrantWhatTheyCanWhereTickbookBelongsToSomeoneElse() {
        db.execute(
                "DO $$ BEGIN CREATE ROLE test_owner LOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$");
        try (Database other = server.createDatabase()) {
            other.execute(
                    "ALTER DATABASE \"" + other.name() + "\" OWNER TO test_owner",
                    "GRANT USAGE ON SCHEMA tickbook TO test_owner");
            try (Database owner = other.connectAs("test_owner")) {
                migrate(owner);
            }
            assertThat(
                            other.rows(
                                    "SELECT has_table_privilege('tickbook_writer', 'market.symbols', 'INSERT'), has_table_privilege('tickbook_backup', 'market.symbols', 'SELECT')"))
                    .containsExactly("t|t");
        }
    }

    @Test
    void sqlInArgumentsDoesNothing() {
        for (String question : List.of(
                "SELECT * FROM tickbook.get_latest_price(?)",
                "SELECT * FROM tickbook.get_price_range(?, '1d', '2024-01-01', '2024-02-01')",
                "SELECT * FROM tickbook.ohlcv(?, '1 week', '2024-01-01', '2024-02-01')",
                "SELECT * FROM tickbook.get_daily_returns(?, '2024-01-01', '2024-02-01')",
                "SELECT * FROM tickbook.get_prediction_accuracy(?, 7)",
                "SELECT * FROM tickbook.get_block_prediction_accuracy(?, 7)",
                "SELECT * FROM tickbook.market_state_at(now(), ARRAY[?])",
                "SELECT * FROM tickbook.news_before(now(), ARRAY[?])",
                "SELECT * FROM tickbook.insider_activity_before(now(), ARRAY[?])",
                "SELECT * FROM tickbook.sentiment_before(now(), ARRAY[?])",
                "SELECT * FROM tickbook.government_events_before(now(), ARRAY[?])",
                "SELECT tickbook.reconstruct_state(now(), ?)")) {
            db.rows(question, EVIL);
        }
        assertError("SELECT * FROM tickbook.get_latest_price('AAA', '" + EVIL.replace("'", "''") + "')")
                .startsWith(
                        "22023 '''; DROP TABLE market.symbols; --' is not the length of a bar HINT: Write a number");
        assertThat(db.rows("SELECT symbol FROM market.symbols")).containsExactly("AAA");
    }
}
