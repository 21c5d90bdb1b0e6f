package dev.tickbook.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import dev.tickbook.Tickbook;
import dev.tickbook.TickbookException;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Rows of queries in PostgreSQL, and in H2, which is another database. */
class JdbcSourceTest {

    static Tickbook tb;

    @BeforeAll
    static void open() {
        tb = Tickbook.open();
    }

    @AfterAll
    static void close() {
        tb.close();
    }

    @Test
    void valuesOfPostgresComeAsTextOfTheirType() throws IOException {
        assertThat(Read.all(JdbcSource.of(tb::connection, """
                        SELECT timestamptz '2024-03-10 09:30:15.25-04' AS at, timestamp '2024-03-10 09:30' AS local,
                               date '2024-03-10' AS day, time '09:30' AS clock, 12.3400::numeric(15,4) AS price,
                               'NaN'::numeric AS nothing, 1e-7::float8 AS ratio, 'NaN'::float8 AS none, 2.5::real AS small_ratio,
                               9000000000 AS big, true AS flag, 'text' AS text, NULL::float8 AS missing, timestamptz 'infinity' AS ever,
                               ?::timestamptz AS parameter""", Instant.parse("2024-01-02T03:04:05Z")))
                        .get(0))
                .containsExactly(
                        entry("at", "2024-03-10T13:30:15.250Z"),
                        entry("local", "2024-03-10T09:30:00"),
                        entry("day", "2024-03-10"),
                        entry("clock", "09:30"),
                        entry("price", "12.3400"),
                        entry("nothing", "NaN"),
                        entry("ratio", "0.00000010"),
                        entry("none", null),
                        entry("small_ratio", "2.5"),
                        entry("big", "9000000000"),
                        entry("flag", "true"),
                        entry("text", "text"),
                        entry("missing", null),
                        entry("ever", "infinity"),
                        entry("parameter", "2024-01-02T03:04:05Z"));
    }

    @Test
    void rowsOfAnotherDatabaseAreReadThroughItsDriver() throws IOException {
        JdbcSource source = JdbcSource.of("jdbc:h2:mem:", """
                        SELECT TIMESTAMP WITH TIME ZONE '2024-03-10 09:30:15-04:00' AS at, TIMESTAMP '2024-03-10 09:30:00' AS local,
                               CAST(1.50 AS DECIMAL(10,2)) AS price, CAST(0.1 AS DOUBLE PRECISION) AS ratio, CAST(NULL AS REAL) AS none,
                               CAST(? AS VARCHAR) AS text""", "x").as("sa", "").named("archive");
        assertThat(source.name()).isEqualTo("archive");
        assertThat(Read.all(source)).isEqualTo(List.of(new java.util.LinkedHashMap<String, String>() {
            {
                put("AT", "2024-03-10T13:30:15Z");
                put("LOCAL", "2024-03-10T09:30:00");
                put("PRICE", "1.50");
                put("RATIO", "0.1");
                put("NONE", null);
                put("TEXT", "x");
            }
        }));
    }

    @Test
    void rowsAreFetchedAsTheyAreWanted() throws IOException {
        // The hundred thousandth row fails on the server: whoever gets the first ones before did not wait for it.
        try (Rows rows = JdbcSource.of(tb::connection, "SELECT 1 / (100000 - i) FROM generate_series(1, 200000) AS i")
                .fetchSize(1000)
                .open()) {
            assertThat(rows.next()).isTrue();
            assertThat(rows.line()).isOne();
            assertThatThrownBy(() -> {
                        while (rows.next()) {
                            assertThat(rows.value(0)).isNotNull();
                        }
                    })
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("The query stopped after 99000 rows: ERROR: division by zero")
                    .hasMessageContaining("Run again to go on");
        }
    }

    @Test
    void aConnectionOfAPoolGoesBackAsItCame() throws IOException {
        for (int i = 0; i < 20; i++) { // more than the pool has
            assertThat(Read.all(JdbcSource.of(tb::connection, "SELECT 1 AS one")))
                    .containsExactly(Map.of("one", "1"));
        }
        tb.sql("CREATE TABLE autocommitted (i int)").execute();
        assertThat(tb.sql("SELECT * FROM autocommitted").table().rowCount()).isZero();
    }

    @Test
    void whatFailsSaysWhatToDo() {
        assertThatThrownBy(() -> JdbcSource.of(tb::connection, "SELECT clsoe FROM market.market_data")
                        .open())
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("column \"clsoe\" does not exist")
                .hasMessageContaining("Mend the query: SELECT clsoe");
        assertThatThrownBy(() -> JdbcSource.of("jdbc:nosuch:thing", "SELECT 1").open())
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("driver is on the class path");
        assertThatThrownBy(() -> JdbcSource.of("jdbc:postgresql://localhost:1/x?password=hunter2", "SELECT 1")
                        .open())
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("Check the URL")
                .hasMessageNotContaining("hunter2");
    }
}
