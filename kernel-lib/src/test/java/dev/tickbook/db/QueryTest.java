package dev.tickbook.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tickbook.Tickbook;
import dev.tickbook.TickbookException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.ColumnType;
import tech.tablesaw.api.Row;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/** Statements and the tables that come back. */
class QueryTest {

    static Tickbook tb;

    @BeforeAll
    static void open() {
        tb = Tickbook.open();
    }

    @AfterAll
    static void close() {
        tb.close();
    }

    private static final String ONE_OF_EACH = """
            SELECT timestamptz '2024-03-10 09:30-04' AS instant, timestamp '2024-03-10 09:30' AS local,
                   date '2024-03-10' AS day, 12.3400::numeric AS price, 1.5::float8 AS ratio, 2.5::real AS small_ratio,
                   9000000000 AS big, 7 AS whole, 3::smallint AS tiny, true AS flag, 'text' AS text, '{1,2}'::int[] AS list
            """;

    @Test
    void everyTypeBecomesItsColumn() {
        Row row = tb.sql(ONE_OF_EACH).table().row(0);
        assertThat(row.getInstant("instant")).isEqualTo(Instant.parse("2024-03-10T13:30:00Z"));
        assertThat(row.getDateTime("local")).isEqualTo(LocalDateTime.parse("2024-03-10T09:30:00"));
        assertThat(row.getDate("day")).isEqualTo(LocalDate.parse("2024-03-10"));
        assertThat(row.getDouble("price")).isEqualTo(12.34);
        assertThat(row.getDouble("ratio")).isEqualTo(1.5);
        assertThat(row.getFloat("small_ratio")).isEqualTo(2.5f);
        assertThat(row.getLong("big")).isEqualTo(9_000_000_000L);
        assertThat(row.getInt("whole")).isEqualTo(7);
        assertThat(row.getShort("tiny")).isEqualTo((short) 3);
        assertThat(row.getBoolean("flag")).isTrue();
        assertThat(row.getString("text")).isEqualTo("text");
        assertThat(row.getString("list")).isEqualTo("{1,2}");
    }

    @Test
    void nullBecomesAMissingValueInEveryColumn() {
        Table table = tb.sql("SELECT b.* FROM (VALUES (1)) v LEFT JOIN (" + ONE_OF_EACH + ") b ON false")
                .table();
        assertThat(table.rowCount()).isOne();
        assertThat(table.columns())
                .allSatisfy((Column<?> column) ->
                        assertThat(column.isMissing(0)).as(column.name()).isTrue());
    }

    @Test
    void aResultWithoutRowsKeepsItsColumns() {
        Table table = tb.sql(ONE_OF_EACH + " LIMIT 0").table();
        assertThat(table.rowCount()).isZero();
        assertThat(table.column("instant").type()).isEqualTo(ColumnType.INSTANT);
    }

    @Test
    void columnsOfOneNameAreToldApart() {
        assertThat(tb.sql("SELECT 1 AS a, 2 AS a_2, 3 AS \"A\"").table().columnNames())
                .containsExactly("a", "a_2", "A_3");
    }

    @Test
    void serialColumnsAreNumbers() {
        tb.sql("CREATE TABLE counted (small smallserial, whole serial, big bigserial)")
                .execute();
        tb.sql("INSERT INTO counted DEFAULT VALUES").execute();
        Table table = tb.sql("SELECT * FROM counted").table();
        assertThat(table.types()).containsExactly(ColumnType.SHORT, ColumnType.INTEGER, ColumnType.LONG);
    }

    @Test
    void moreRowsThanOneFetchAreAllRead() {
        Table table = tb.sql("SELECT i FROM generate_series(1, 25001) AS i").table();
        assertThat(table.intColumn("i").sum()).isEqualTo(25001.0 * 25002 / 2);
    }

    @Test
    void parametersAreBoundAndNeverPartOfTheStatement() {
        Table table = tb.sql(
                        "SELECT ?::text AS text, ?::timestamptz AS time",
                        "'; DROP SCHEMA market CASCADE; --",
                        Instant.parse("2024-01-02T03:04:05Z"))
                .table();
        assertThat(table.stringColumn("text").get(0)).isEqualTo("'; DROP SCHEMA market CASCADE; --");
        assertThat(table.instantColumn("time").get(0)).isEqualTo(Instant.parse("2024-01-02T03:04:05Z"));
    }

    @Test
    void anErrorShowsItsPlaceInTheStatement() {
        assertThatThrownBy(() -> tb.sql("SELECT time,\n       clsoe\nFROM market.market_data")
                        .table())
                .isInstanceOf(TickbookException.class)
                .hasMessage("column \"clsoe\" does not exist\n       clsoe\n       ^\n"
                        + "Hint: Perhaps you meant to reference the column \"market_data.close\".");
    }

    @Test
    void aNullParameterIsNull() {
        assertThat(tb.sql("SELECT ?::text AS text", (Object[]) null)
                        .table()
                        .column("text")
                        .isMissing(0))
                .isTrue();
    }

    @Test
    void aStatementThatEndsTransactionsItselfIsExecuted() {
        assertThatThrownBy(() -> tb.sql("VACUUM").table())
                .hasMessageContaining("VACUUM cannot run inside a transaction block")
                .hasMessageContaining("execute()");
        tb.sql("VACUUM").execute();
        tb.sql("CREATE PROCEDURE commits() LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$")
                .execute();
        tb.sql("CALL commits()").execute();
    }

    @Test
    void aStatementWithoutRowsIsExecutedAndSaysHowManyItChanged() {
        tb.sql("CREATE TABLE numbers (i int)").execute();
        assertThat(tb.sql("INSERT INTO numbers SELECT generate_series(1, 3)").execute())
                .isEqualTo(3);
        assertThatThrownBy(() -> tb.sql("DELETE FROM numbers").table())
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("Use execute() for it.");
        assertThat(tb.sql("SELECT * FROM numbers").table().rowCount())
                .as("what failed is undone")
                .isEqualTo(3);
    }

    @Test
    void aFunctionThatReturnsNothingIsARowWithoutValue() {
        assertThat(tb.sql("SELECT pg_sleep(0)").table().rowCount()).isOne();
    }

    @Test
    void whatIsNoSelectIsReadToo() {
        assertThat(tb.sql("SHOW server_version").table().rowCount()).isOne();
        assertThat(tb.sql("EXPLAIN SELECT 1").table().columnNames()).containsExactly("QUERY PLAN");
        assertThat(tb.sql("-- a comment first\nSELECT 1 AS one;  ")
                        .table()
                        .intColumn("one")
                        .get(0))
                .isOne();
        assertThat(tb.sql("WITH added AS (SELECT 1 AS i) SELECT * FROM added -- and one at the end")
                        .table()
                        .rowCount())
                .isOne();
    }

    @Test
    void infiniteTimesAreMissing() {
        Table table = tb.sql("SELECT timestamptz 'infinity' AS t, timestamp '-infinity' AS l, date 'infinity' AS d")
                .table();
        assertThat(table.columns())
                .allSatisfy((Column<?> column) ->
                        assertThat(column.isMissing(0)).as(column.name()).isTrue());
    }

    @Test
    void parametersOfEveryTypeCompareEqualOnTheServer() {
        Table table = tb.sql(
                        "SELECT ? = -7 AS i, -?::int = 7 AS negated, ? = 1.50 AS n, ? = 0.1::float8 AS d, ? = true AS b, ? = date '2024-02-29' AS day,"
                                + " ? = timestamp '2024-02-29 12:00' AS local, ? = 'it''s \\ \"x\" ?' AS text",
                        -7,
                        -7,
                        new java.math.BigDecimal("1.50"),
                        0.1,
                        true,
                        LocalDate.parse("2024-02-29"),
                        LocalDateTime.parse("2024-02-29T12:00:00"),
                        "it's \\ \"x\" ?")
                .table();
        assertThat(table.columns())
                .allSatisfy((Column<?> column) ->
                        assertThat(column.get(0)).as(column.name()).isEqualTo(true));
    }

    /** The truth is the server's own rounding of the same numbers, sent as text and parsed by Java. */
    @Test
    void everyNumericBecomesTheNearestDouble() {
        Table table = tb.sql("""
                SELECT n, n::text AS image
                FROM (SELECT (CASE WHEN random() < 0.5 THEN -1 ELSE 1 END
                              * floor(random() * 10 ^ (random() * 20))::numeric
                              * (ARRAY[1, 1e-1, 1e-2, 1e-4, 1e-8, 1e-12, 1e-30, 1e5, 1e20]::numeric[])[1 + i % 9]) AS n
                      FROM generate_series(1, 50000) AS i
                      UNION ALL
                      SELECT unnest(ARRAY[0, 0.0000, 'NaN', 'Infinity', '-Infinity', 9007199254740993, 1e-130, 99999999.9999,
                        123456789012345.6789, 0.1, 1e300, 10000, 100000000]::numeric[])) AS numbers""").table();
        for (Row row : table) {
            assertThat(row.getDouble("n")).as(row.getString("image")).isEqualTo(Double.valueOf(row.getString("image")));
        }
    }

    /** The driver's own reading of the same rows is the other witness. */
    @Test
    void timesAreWhatTheDriverReads() throws Exception {
        String sql =
                "SELECT timestamptz '1900-01-01 00:00+00' + i * interval '37 days 5 hours 1 minute 7.123 seconds' AS at,"
                        + " timestamp '0004-02-29 23:59:59.999' + i * interval '61 days 1 millisecond' AS local,"
                        + " date '0001-01-01' + 73 * i AS day, time '00:00' + i * interval '7 minutes 3 milliseconds' AS clock"
                        + " FROM generate_series(0, 9999) AS i ORDER BY i";
        Table table = tb.sql(sql).table();
        try (var connection = tb.connection();
                var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            for (Row row : table) {
                rows.next();
                assertThat(row.getInstant("at"))
                        .isEqualTo(rows.getObject("at", java.time.OffsetDateTime.class)
                                .toInstant());
                assertThat(row.getDateTime("local")).isEqualTo(rows.getObject("local", LocalDateTime.class));
                assertThat(row.getDate("day")).isEqualTo(rows.getObject("day", LocalDate.class));
                assertThat(row.getTime("clock")).isEqualTo(rows.getObject("clock", java.time.LocalTime.class));
            }
        }
    }
}
