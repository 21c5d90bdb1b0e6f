package dev.tickbook.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.StringReader;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.MethodSource;

/** Writing through the name of a compressed hypertable does what it does to a table, or says that it cannot. */
@MethodSource("dev.tickbook.sql.Servers#natives")
class CompressedWritesTest extends DatabaseTest {
    private static final String TEN_ROWS =
            "SELECT timestamptz '2024-01-01 00:00+00' + i * interval '1 minute' AS time, i AS v FROM generate_series(0, 9) i";

    /** A plain table and a compressed hypertable of the same definition and rows; all rows are packed. */
    private void createTwins(String definition, String rows) {
        db.execute("CREATE TABLE plain (" + definition + ")", "INSERT INTO plain " + rows);
        createCompressed("x", definition, rows);
    }

    private void createCompressed(String name, String definition, String rows) {
        db.execute("CREATE TABLE " + name + " (" + definition + ")");
        compress(name, rows);
    }

    private void compress(String name, String rows) {
        db.execute(
                "SELECT tickbook.create_hypertable('" + name + "', 'time', INTERVAL '1 day')",
                "SELECT tickbook.ensure_chunks('" + name + "', '2024-01-01 00:00+00', '2024-01-02 00:00+00')",
                "INSERT INTO " + name + " " + rows,
                "SELECT tickbook.enable_compression('" + name + "')",
                "SELECT tickbook.compress_chunk(c) FROM tickbook.show_chunks('" + name + "') c");
    }

    private void assertTwins() {
        assertThat(db.rows("(TABLE x EXCEPT ALL TABLE plain) UNION ALL (TABLE plain EXCEPT ALL TABLE x)"))
                .isEmpty();
    }

    @Test
    void hypertablesWithNearlyTheSameLongNameKeepTheirRowsApart() {
        String stem = "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgg";
        for (String end : new String[] {"1", "2"}) {
            createCompressed(
                    stem + end, "time timestamptz PRIMARY KEY, v int", "VALUES ('2024-01-01 00:00+00', " + end + ")");
        }
        db.execute("INSERT INTO " + stem + "1 VALUES ('2024-01-01 01:00+00', 1)");
        assertThat(db.rows("SELECT v FROM " + stem + "1")).containsExactly("1", "1");
        assertThat(db.rows("SELECT v FROM " + stem + "2")).containsExactly("2");
        assertError("INSERT INTO " + stem + "2 VALUES ('2024-01-01 00:00+00', 1)")
                .startsWith("23505");
        db.execute(
                "SELECT tickbook.disable_compression('" + stem + "1')",
                "INSERT INTO " + stem + "2 VALUES ('2024-01-01 01:00+00', 2)",
                "SELECT tickbook.disable_compression('" + stem + "2')");
        assertThat(db.rows("SELECT v FROM " + stem + "2")).containsExactly("2", "2");
        assertThat(db.rows("SELECT proname FROM pg_proc WHERE proname LIKE 'aaaaa%'"))
                .isEmpty();
    }

    @Test
    void functionsOfTheUserAreLeftAlone() {
        for (String suffix : new String[] {"write", "unique"}) {
            db.execute("CREATE FUNCTION x_" + suffix
                    + "() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; /* mine */ END'");
        }
        createTwins("time timestamptz PRIMARY KEY, v int", TEN_ROWS);
        db.execute("DELETE FROM x WHERE v = 3", "DELETE FROM plain WHERE v = 3");
        assertTwins();
        db.execute("SELECT tickbook.disable_compression('x')");
        assertThat(db.rows("SELECT proname FROM pg_proc WHERE prosrc LIKE '%/* mine */%' ORDER BY 1"))
                .containsExactly("x_unique", "x_write");
    }

    @Test
    void aRoleThatMayNotWriteCannotBorrowTheFunctionsThatDo() {
        Roles.create(server);
        db.execute("ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO tickbook_other");
        createTwins("time timestamptz PRIMARY KEY, v int", TEN_ROWS);
        db.execute("CREATE SCHEMA malice AUTHORIZATION tickbook_other");
        try (Database other = db.connectAs("tickbook_other")) {
            other.execute("CREATE TABLE malice.t (time timestamptz, v int)");
            for (String function : new String[] {"x_write", "x_unique"}) {
                assertError(
                                other,
                                "CREATE TRIGGER x BEFORE INSERT ON malice.t FOR EACH ROW EXECUTE FUNCTION public."
                                        + function + "()")
                        .startsWith("42501 permission denied for function");
            }
            db.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON x TO tickbook_other");
            for (String statement :
                    new String[] {"UPDATE %s SET v = v + 1 WHERE v < 5", "DELETE FROM %s WHERE v = 5"}) {
                other.execute(statement.formatted("x"));
                db.execute(statement.formatted("plain"));
            }
        }
        assertTwins();
    }

    @Test
    void aTriggerBeforeInsertNeitherChangesNorDropsPackedRows() {
        db.execute(
                "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS"
                        + " $$ BEGIN IF NEW.v = 7 THEN RETURN NULL; END IF; NEW.touched := true; RETURN NEW; END $$",
                "CREATE TABLE x (time timestamptz PRIMARY KEY, v int, touched boolean)");
        compress("x", TEN_ROWS);
        db.execute(
                "CREATE TRIGGER touch BEFORE INSERT OR UPDATE ON x_rows FOR EACH ROW EXECUTE FUNCTION touch()",
                "CREATE TABLE staging AS SELECT time, v + 100 AS v FROM x WHERE v = 2");
        assertError("UPDATE x SET v = -1 WHERE v = 1")
                .isEqualTo(
                        "0A000 packed rows of public.x cannot be changed one by one, because trigger \"touch\" would see them as"
                                + " new rows HINT: First run SELECT tickbook.decompress_chunk('public.x_p20240101'), or use tickbook.upsert().");
        assertError("DELETE FROM x WHERE v = 1").startsWith("0A000");
        assertThat(db.rows("SELECT * FROM tickbook.upsert('x', 'staging')")).containsExactly("0|1|0");
        assertThat(db.rows("SELECT v FROM x WHERE touched")).containsExactly("102");
        db.execute("SELECT tickbook.decompress_chunk('x_p20240101')", "UPDATE x SET v = -1 WHERE v = 1");
        assertThat(db.rows("SELECT v, touched FROM x ORDER BY time"))
                .containsExactly("0|", "-1|t", "102|t", "3|", "4|", "5|", "6|", "7|", "8|", "9|");
    }

    @Test
    void aKeyIsComparedAsItsIndexComparesIt() {
        db.execute("CREATE EXTENSION citext");
        createTwins(
                "time timestamptz NOT NULL, s citext, v int, PRIMARY KEY (s, time)",
                "SELECT time, 'abc', v FROM (" + TEN_ROWS + ") r");
        String again = "INSERT INTO %s VALUES ('2024-01-01 00:05+00', 'ABC', 55)";
        assertError(again.formatted("plain")).startsWith("23505");
        assertError(again.formatted("x")).startsWith("23505");
        db.execute("CREATE TABLE staging (LIKE plain)", again.formatted("staging"));
        assertThat(db.rows("SELECT * FROM tickbook.upsert('x', 'staging')")).containsExactly("0|1|0");
        assertThat(db.rows("SELECT s, v FROM x WHERE v > 8 ORDER BY v")).containsExactly("abc|9", "abc|55");

        createCompressed(
                "n",
                "time timestamptz NOT NULL, s text, UNIQUE NULLS NOT DISTINCT (s, time)",
                "SELECT time, NULL FROM (" + TEN_ROWS + ") r");
        assertError("INSERT INTO n VALUES ('2024-01-01 00:05+00', NULL)").startsWith("23505");
        db.execute("SELECT tickbook.disable_compression('n')");
    }

    @Test
    void upsertConvertsAsInsertDoes() {
        db.execute("CREATE DOMAIN code AS varchar(3)");
        createTwins(
                "time timestamptz PRIMARY KEY, s varchar(3), c char(3), b bit(3), p numeric(6,2), n int, d code, a varchar(3)[]",
                "SELECT time, 'abc', 'a', B'101', 1.25, v, 'abc', '{abc}' FROM (" + TEN_ROWS + ") r");
        db.execute(
                "CREATE TABLE staging (time timestamptz, s text, c text, b bit varying, p numeric, n bigint, d text, a text[])");
        String row = "INSERT INTO staging VALUES ('2024-01-01 00:05+00', '%s', '%s', B'%s', 1.254, 5, '%s', '%s')";
        String[] tooLong = {
            row.formatted("abcd", "a", "101", "abc", "{abc}"),
            row.formatted("abc", "abcd", "101", "abc", "{abc}"),
            row.formatted("abc", "a", "1011", "abc", "{abc}"),
            row.formatted("abc", "a", "101", "abcd", "{abc}"),
            row.formatted("abc", "a", "101", "abc", "{abcd}")
        };
        for (String statement : tooLong) {
            db.execute(statement);
            assertError("SELECT tickbook.upsert('x', 'staging')").startsWith("220");
            assertError("SELECT tickbook.upsert('plain', 'staging')").startsWith("220");
            db.execute("TRUNCATE staging");
        }
        db.execute(row.formatted("abc", "a  ", "101", "abc", "{abc}"));
        assertThat(db.rows("SELECT * FROM tickbook.upsert('x', 'staging')"))
                .as("rounded and padded, it is the same")
                .containsExactly("0|0|1");
        db.execute("UPDATE staging SET p = 1.256, s = 'xy'");
        assertThat(db.rows("SELECT * FROM tickbook.upsert('x', 'staging')")).containsExactly("0|1|0");
        db.execute("UPDATE plain SET p = 1.26, s = 'xy' WHERE n = 5");
        assertTwins();
        db.execute("ALTER TABLE staging ALTER n TYPE text");
        assertError("SELECT tickbook.upsert('x', 'staging')")
                .startsWith("42804 column \"n\" is of type integer but expression is of type text");
    }

    @Test
    void anUpdateThatMeetsAnotherOneIsNotLost() throws Exception {
        for (String key : new String[] {"", ", PRIMARY KEY (time)"}) {
            String name = key.isEmpty() ? "keyless" : "keyed";
            createCompressed(name, "time timestamptz NOT NULL, v int" + key, TEN_ROWS);
            try (Database first = db.connectAgain();
                    Database second = db.connectAgain()) {
                int pid = second.value("SELECT pg_backend_pid()", Integer.class);
                String update = "UPDATE " + name + " SET v = v + 100 WHERE time = '2024-01-01 00:05+00'";
                first.execute("BEGIN", update);
                var waiting = CompletableFuture.runAsync(
                        () -> assertError(second, update).startsWith("40001 a row of public." + name + " was changed"));
                while (db.count("SELECT cardinality(pg_blocking_pids(" + pid + "))") == 0 && !waiting.isDone()) {
                    Thread.sleep(20);
                }
                first.execute("COMMIT");
                waiting.get(30, TimeUnit.SECONDS);
                second.execute(update);
            }
            assertThat(db.rows("SELECT max(v) FROM " + name)).containsExactly("205");
        }
    }

    @Test
    void anUpdateThatFindsARowTwiceChangesItOnceAlsoInASavepoint() {
        createTwins("time timestamptz PRIMARY KEY, v int", TEN_ROWS);
        String twice = "UPDATE %s SET v = v + 1 FROM (VALUES (1), (2)) k (a) WHERE %1$s.v < 5";
        db.execute("BEGIN", "SAVEPOINT s", twice.formatted("x"), twice.formatted("plain"), "RELEASE s", "COMMIT");
        assertTwins();
        createCompressed("keyless", "time timestamptz NOT NULL, v int", TEN_ROWS);
        assertError("UPDATE keyless SET v = v + 100 FROM (VALUES (1), (2)) k (a)")
                .startsWith(
                        "40001 a row of public.keyless was changed meanwhile, by another session or by this statement")
                .contains("HINT: Run the statement again. If that fails too, it finds rows more than once");
    }

    @Test
    void columnsThatComputeThemselvesAreNotSet() {
        createTwins(
                "time timestamptz PRIMARY KEY, v int, id bigint GENERATED ALWAYS AS IDENTITY, g int GENERATED ALWAYS AS (v + 1) STORED",
                TEN_ROWS);
        String[] refused = {
            "INSERT INTO %s (time, id) VALUES ('2024-01-01 10:00+00', 500)",
            "INSERT INTO %s (time, g) VALUES ('2024-01-01 10:00+00', 500)",
            "UPDATE %s SET id = 7 WHERE v = 3",
            "UPDATE %s SET g = 7 WHERE v = 3"
        };
        for (String statement : refused) {
            assertError(statement.formatted("plain")).startsWith("428C9");
            assertError(statement.formatted("x")).startsWith("428C9").contains("HINT: Leave the column out");
        }
        for (String table : new String[] {"plain", "x"}) {
            db.execute(
                    "INSERT INTO " + table + " (time, v) VALUES ('2024-01-01 10:00+00', 100)",
                    "UPDATE " + table + " SET v = 200 WHERE v = 4");
        }
        assertTwins();
    }

    @Test
    void aWriterNeedsNoRightOnTheSequenceOfAnIdentityAndIsToldWhatUpsertTakes() {
        Roles.create(server);
        createTwins("time timestamptz PRIMARY KEY, v int, id bigint GENERATED BY DEFAULT AS IDENTITY", TEN_ROWS);
        db.execute(
                "GRANT USAGE ON SCHEMA tickbook TO tickbook_other",
                "GRANT SELECT, INSERT, UPDATE, DELETE ON x TO tickbook_other",
                "CREATE TABLE staging AS " + TEN_ROWS,
                "GRANT SELECT ON staging TO tickbook_other");
        try (Database other = db.connectAs("tickbook_other")) {
            assertThat(
                            other.rows(
                                    "INSERT INTO x (time, v) VALUES ('2024-01-01 10:00+00', 1), ('2024-01-01 11:00+00', 1) RETURNING id"))
                    .containsExactly("11", "12");
            assertThat(other.rows("INSERT INTO x VALUES ('2024-01-01 12:00+00', 1, 500) RETURNING id"))
                    .containsExactly("500");
            assertError(other, "SELECT tickbook.upsert('x', 'staging')")
                    .startsWith("42501 permission denied to upsert into public.x HINT: It takes SELECT on the name");
            db.execute(
                    "GRANT SELECT, INSERT, UPDATE ON x_rows TO tickbook_other",
                    "GRANT SELECT ON x_batches TO tickbook_other");
            assertThat(other.rows("SELECT unchanged > 0 FROM tickbook.upsert('x', 'staging')"))
                    .containsExactly("t");
            db.execute("UPDATE staging SET v = v + 1000");
            assertError(other, "SELECT tickbook.upsert('x', 'staging')")
                    .startsWith("42501 must be owner of public.x to change packed rows of it by upsert");
        }
    }

    @Test
    void defaultsOfTheStorageAreFollowedByTheNextPacking() {
        createTwins(
                "time timestamptz PRIMARY KEY, v int DEFAULT 1, w int DEFAULT 1", "SELECT * FROM (" + TEN_ROWS + ") r");
        db.execute(
                "ALTER TABLE x_rows ALTER v SET DEFAULT 2, ALTER w DROP DEFAULT",
                "INSERT INTO x_rows (time) VALUES ('2024-01-01 10:00+00')",
                "SELECT tickbook.compress_chunk('x_p20240101')");
        assertThat(db.rows("INSERT INTO x (time) VALUES ('2024-01-01 11:00+00') RETURNING v, w"))
                .containsExactly("2|");
    }

    @Test
    void namesOfColumnsDoNotCollide() {
        createTwins(
                "time timestamptz, s int, u int, t int, new int, old int, place int, batch int, batches int, duplicate int, PRIMARY KEY (u, s, t, time)",
                "SELECT time, v, v, v, v, v, v, v, v, v FROM (" + TEN_ROWS + ") r");
        String[] statements = {
            "INSERT INTO %s VALUES ('2024-01-01 10:00+00', 20, 20, 20, 20, 20, 20, 20, 20, 20)",
            "UPDATE %s SET new = old + 100, batch = place + 1 WHERE u = 3",
            "DELETE FROM %s WHERE duplicate = 4"
        };
        for (String statement : statements) {
            db.execute(statement.formatted("x"), statement.formatted("plain"));
        }
        db.execute("CREATE TABLE staging AS SELECT *, 0 AS extra FROM plain", "ALTER TABLE staging DROP extra");
        db.execute("UPDATE staging SET old = -1 WHERE u = 5");
        assertThat(db.rows("SELECT * FROM tickbook.upsert('x', 'staging')")).containsExactly("0|1|9");
        db.execute("UPDATE plain SET old = -1 WHERE u = 5");
        assertTwins();

        db.execute(
                "CREATE TABLE dotted (time timestamptz NOT NULL, price numeric, \"price.r\" numeric)",
                "SELECT tickbook.create_hypertable('dotted', 'time')");
        assertError("SELECT tickbook.enable_compression('dotted')")
                .startsWith("0A000 public.dotted cannot be compressed");
    }

    @Test
    void copyThroughTheNameFitsBetweenPackedRowsAndIsRefusedOnOne() throws Exception {
        createTwins("time timestamptz PRIMARY KEY, v int", TEN_ROWS);
        String between = IntStream.range(0, 500)
                .mapToObj(i -> "2024-01-01 00:00:%02d.%03d+00,%d".formatted(1 + i / 10, i, i))
                .collect(Collectors.joining("\n"));
        for (String table : new String[] {"x", "plain"}) {
            assertThat(db.copy().copyIn("COPY " + table + " FROM STDIN (FORMAT csv)", new StringReader(between)))
                    .isEqualTo(500);
        }
        assertTwins();
        assertThatThrownBy(() -> db.copy()
                        .copyIn(
                                "COPY x FROM STDIN (FORMAT csv)",
                                new StringReader("2024-01-01 00:00:00.5+00,1\n2024-01-01 00:01+00,1")))
                .hasMessageContaining("duplicate key value violates unique constraint \"x_pkey\"")
                .hasMessageContaining("(2024-01-01 00:01:00+00) already exists");
        assertTwins();
    }

    @Test
    void theNameMayChange() {
        createTwins("time timestamptz PRIMARY KEY, v int", TEN_ROWS);
        String update = "UPDATE %s SET v = 30 WHERE v = 3";
        db.execute(
                "ALTER TABLE x RENAME TO y",
                update.formatted("y"),
                update.formatted("plain"),
                "SELECT tickbook.compress_chunk('x_p20240101')");
        assertError("INSERT INTO y VALUES ('2024-01-01 00:05+00', 1)").startsWith("23505");
        db.execute("SELECT tickbook.disable_compression('y')", "ALTER TABLE y RENAME TO x");
        assertTwins();
        assertThat(db.rows("SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"))
                .isEmpty();
    }

    @Test
    void nullIsRefusedByName() {
        assertError("SELECT tickbook.upsert(NULL, NULL)").startsWith("22004 upsert needs two tables");
        assertError("SELECT tickbook.add_column('pg_class', NULL)")
                .startsWith("22004 add_column needs a table and a definition");
        assertError("SELECT tickbook.add_column(NULL, 'v int')").startsWith("22004");
    }
}
