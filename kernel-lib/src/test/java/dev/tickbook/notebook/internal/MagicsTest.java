package dev.tickbook.notebook.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tickbook.Tickbook;
import dev.tickbook.TickbookException;
import dev.tickbook.db.internal.Preview;
import dev.tickbook.notebook.internal.sql.Plan;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** Cells with magics, on a real server, in a shell that stands in for the kernel. */
class MagicsTest {

    private static Tickbook tb;

    private final FakeShell shell = new FakeShell();
    private final Magics magics = new Magics(shell);

    @BeforeAll
    static void open() {
        tb = Tickbook.open();
        tb.sql("CREATE TABLE numbers AS SELECT i, repeat('x', 10) AS text FROM generate_series(1, 100000) i")
                .execute();
    }

    @AfterAll
    static void close() {
        tb.close();
    }

    @BeforeEach
    void session() {
        shell.variables.put("tb", tb);
    }

    @AfterEach
    void giveConnectionBack() {
        magics.close();
    }

    private Table table(String cell) throws Exception {
        return ((Preview) magics.run(cell)).table();
    }

    @Test
    void aCellOfSqlShowsItsTable() throws Exception {
        assertThat(table("%%sql\nSELECT i FROM numbers WHERE i < 4 ORDER BY i")
                        .intColumn("i")
                        .asList())
                .containsExactly(1, 2, 3);
        assertThat(table("%sql SELECT 'a b' AS \"the name\"").getString(0, "the name"))
                .isEqualTo("a b");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 9, 10, 11, 19, 20, 21, 22, 1000, 100_000})
    void ofALongResultTheEndsAreHeldAndAllRowsAreCounted(int rows) throws Exception {
        // One is read by COPY, the other through the driver.
        for (String query : List.of("SELECT i FROM numbers WHERE i <= :rows ORDER BY i", "TABLE result")) {
            shell.variables.put("rows", rows);
            tb.sql("DROP TABLE IF EXISTS result").execute();
            tb.sql("CREATE TABLE result AS SELECT i FROM numbers WHERE i <= ? ORDER BY i", rows)
                    .execute();
            Preview preview = (Preview) magics.run("%sql " + query);
            assertThat(preview.rows()).isEqualTo(rows);
            List<Integer> shown = preview.table().intColumn("i").asList();
            assertThat(shown.subList(0, Math.min(10, rows)))
                    .isEqualTo(java.util.stream.IntStream.rangeClosed(1, Math.min(10, rows))
                            .boxed()
                            .toList());
            assertThat(shown).hasSize(Math.min(20, rows));
            if (rows > 0) {
                assertThat(shown.get(shown.size() - 1)).isEqualTo(rows);
            }
        }
    }

    @Test
    void aResultIsKeptWholeInAVariable() throws Exception {
        assertThat(magics.run("%%sql\nkept << SELECT i FROM numbers ORDER BY i"))
                .hasToString("kept: 100,000 rows × 1 column");
        assertThat(((Table) shell.variables.get("kept")).intColumn("i").sum()).isEqualTo(100_000L * 100_001 / 2);
        magics.run("%%sql\n-- what is kept\ncommented << SELECT 1 AS one");
        assertThat(((Table) shell.variables.get("commented")).rowCount()).isEqualTo(1);
        magics.run("Table again = %sql SELECT 7 AS seven");
        assertThat(((Table) shell.variables.get("again")).intColumn("seven").get(0))
                .isEqualTo(7);
        magics.run("%sql plan << EXPLAIN SELECT 1");
        assertThat(((Table) shell.variables.get("plan")).columnNames()).containsExactly("QUERY PLAN");
    }

    @Test
    void javaVariablesAreBoundNotPasted() throws Exception {
        shell.variables.put("text", "it's; DROP TABLE numbers --");
        shell.variables.put("whole", 7L);
        shell.variables.put("day", LocalDate.of(2024, 2, 29));
        shell.variables.put("at", Instant.parse("2024-02-29T12:00:00Z"));
        shell.variables.put("list", List.of("a,b", "c\"d", "e\\f", "null"));
        shell.variables.put("column", StringColumn.create("s", "a,b", "z"));
        shell.variables.put("array", new int[] {1, 2});
        shell.variables.put("nothing", null);
        shell.variables.put("span", Duration.ofHours(36));
        Table row = table("""
                %%sql
                SELECT :text AS text, :whole + 1 AS whole, :day::date + 1 AS day, timestamptz '2024-02-29 13:00Z' > :at AS later,
                       'c"d' = ANY (:list) AND 'e\\f' = ANY (:list) AND 'null' = ANY (:list) AS listed, 'z' = ANY (:column) AS in_column,
                       2 = ANY (:array) AS in_array, :nothing::int IS NULL AS nothing, timestamptz '2024-01-01Z' + :span AS after
                """);
        assertThat(row.getString(0, "text")).isEqualTo("it's; DROP TABLE numbers --");
        assertThat(row.longColumn("whole").get(0)).isEqualTo(8);
        assertThat(row.dateColumn("day").get(0)).isEqualTo(LocalDate.of(2024, 3, 1));
        for (String name : List.of("later", "listed", "in_column", "in_array", "nothing")) {
            assertThat(row.booleanColumn(name).get(0)).as(name).isTrue();
        }
        assertThat(row.instantColumn("after").get(0)).isEqualTo(Instant.parse("2024-01-02T12:00:00Z"));
    }

    @Test
    void aVariableThatIsNotThereOrHasNoSqlValueIsNamed() {
        assertThatThrownBy(() -> magics.run("%sql SELECT :absent"))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("There is no Java variable \"absent\"");
        shell.variables.put("odd", new Thread());
        assertThatThrownBy(() -> magics.run("%sql SELECT :odd"))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("\"odd\" holds a Thread");
    }

    @Test
    void statementsRunInOrderAndEachShowsWhatItDid() throws Exception {
        Object last = magics.run("""
                %%sql
                CREATE TEMPORARY TABLE t (a int);
                INSERT INTO t VALUES (1), (2) RETURNING a;
                UPDATE t SET a = 3;
                SELECT a FROM t
                """);
        assertThat(shell.shown.get(0)).hasToString("CREATE TABLE: done");
        assertThat(((Preview) shell.shown.get(1)).rows()).isEqualTo(2);
        assertThat(shell.shown.get(2)).hasToString("UPDATE: 2 rows");
        assertThat(((Preview) last).table().intColumn("a").asList()).containsExactly(3, 3);
        assertThat(table("%sql SELECT count(*) AS n FROM t").longColumn("n").get(0))
                .as("temporary tables live as long as the session")
                .isEqualTo(2);
    }

    @Test
    void aQueryThatDeletesRunsOnceAndIsCommitted() throws Exception {
        tb.sql("CREATE TABLE doomed AS SELECT 1 AS a").execute();
        assertThat(table("%sql WITH gone AS (DELETE FROM doomed RETURNING a) SELECT a FROM gone")
                        .rowCount())
                .isEqualTo(1);
        assertThat(tb.sql("SELECT * FROM doomed").table().rowCount()).isZero();
    }

    @Test
    void anErrorPointsAtItsPlaceInTheCell() {
        shell.variables.put("x", 1);
        assertThatThrownBy(() -> magics.run("%%sql\nSELECT 1;\nSELECT :x,\n       nope\nFROM numbers"))
                .isInstanceOf(TickbookException.class)
                .hasMessage("column \"nope\" does not exist\n       nope\n       ^");
        assertThatThrownBy(() -> magics.run("%%sql\nSELECT '📈📈📈',\n '📈', nope"))
                .hasMessage("column \"nope\" does not exist\n '📈', nope\n      ^");
        assertThatThrownBy(() -> tb.sql("SELECT '📈📈📈',\n '📈', nope").table())
                .hasMessage("column \"nope\" does not exist\n '📈', nope\n      ^");
    }

    @Test
    void anEmptyCellSaysWhatIsMissing() {
        assertThatThrownBy(() -> magics.run("%%sql\n-- nothing"))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("There is no SQL in this cell");
    }

    @Test
    void aPlanIsATreeWithRowsAndTimes() throws Exception {
        String plan = magics.run(
                        "%sql EXPLAIN (ANALYZE) SELECT count(*) FROM numbers a JOIN numbers b USING (i) WHERE a.i < 10")
                .toString();
        assertThat(plan.lines().findFirst().orElseThrow()).contains("expected", "rows", "ms");
        assertThat(plan).contains("└─ ", "├─ ", "Execution Time");
        String planning = new Plan(List.of(
                        "Result  (cost=0.00..0.01 rows=1 width=4)",
                        "Planning:",
                        "  Buffers: shared hit=2",
                        "Planning Time: 1 ms"))
                .toString();
        assertThat(planning).endsWith("\nPlanning:\n  Buffers: shared hit=2\nPlanning Time: 1 ms");
        assertThat(plan.lines()
                        .filter(line -> line.contains("Seq Scan on numbers b"))
                        .findFirst()
                        .orElseThrow())
                .contains("100,000");
    }

    @Test
    void javaAndMagicsStandInOneCell() throws Exception {
        Object last = magics.run(
                "int a = 1;\n%sql SELECT 1 AS one\nString s = \"\"\"\n%sql not a magic\n\"\"\";\n%sql SELECT 2 AS two");
        assertThat(shell.evaluated).containsExactly("int a = 1;\n", "String s = \"\"\"\n%sql not a magic\n\"\"\";\n");
        assertThat(((Preview) shell.shown.get(0)).table().columnNames()).containsExactly("one");
        assertThat(((Preview) last).table().columnNames()).containsExactly("two");
    }

    @Test
    void afterALostConnectionTheNextCellConnectsAnew() throws Exception {
        int session =
                table("%sql SELECT pg_backend_pid() AS pid").intColumn("pid").get(0);
        tb.sql("SELECT pg_terminate_backend(?)", session).table();
        assertThatThrownBy(() -> magics.run("%sql SELECT 1 AS one"))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("connection to the server was lost")
                .hasMessageContaining("Run the cell again");
        assertThat(table("%sql SELECT 1 AS one").intColumn("one").get(0)).isEqualTo(1);
    }

    @Test
    void aConnectionThatEndsInACellIsNotLentAgain() throws Exception {
        assertThatThrownBy(() -> magics.run("%sql SELECT pg_terminate_backend(pg_backend_pid())"))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("connection to the server was lost");
        assertThat(table("%sql SELECT 1 AS one").intColumn("one").get(0)).isEqualTo(1);
    }

    @Test
    void afterWhatPostgresDoesNotDoTheSessionGoesOn() throws Exception {
        magics.run("%sql CREATE TEMPORARY TABLE mine AS SELECT 1 AS a");
        assertThatThrownBy(() -> magics.run("%sql SELECT sum(DISTINCT a) OVER () FROM mine"))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("DISTINCT is not implemented for window functions");
        assertThatThrownBy(() -> magics.run("%sql COPY mine TO STDOUT"))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("read with a SELECT");
        assertThat(table("%sql SELECT a FROM mine").rowCount()).isEqualTo(1);
    }

    @Test
    void afterAFailureInATransactionItIsSaidHowToGoOn() throws Exception {
        magics.run("%sql BEGIN");
        assertThatThrownBy(() -> magics.run("%sql SELECT 1 / 0")).hasMessageContaining("division by zero");
        assertThatThrownBy(() -> magics.run("%sql SELECT 1")).hasMessageContaining("%sql ROLLBACK");
        magics.run("%sql ROLLBACK");
        assertThat(table("%sql SELECT 1 AS one").rowCount()).isEqualTo(1);
    }

    @Test
    void anInterruptStopsTheQueryOnTheServer() throws Exception {
        CompletableFuture<Object> cell = running("%sql SELECT pg_sleep(60), 'interrupt me'");
        awaitOnServer("interrupt me", 1);
        magics.interrupt();
        assertThatThrownBy(() -> cell.get(10, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasMessageContaining("Interrupted; the server has stopped the query.");
        awaitOnServer("interrupt me", 0);
        assertThat(table("%sql SELECT 1 AS one").intColumn("one").get(0)).isEqualTo(1);
    }

    @Test
    void anInterruptStopsWhatJavaRunsOnTheServerToo() throws Exception {
        CompletableFuture<Object> java = CompletableFuture.supplyAsync(
                () -> tb.sql("SELECT pg_sleep(60)::text, 'stop java'").table());
        awaitOnServer("stop java", 1);
        magics.interrupt();
        assertThatThrownBy(() -> java.get(10, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasMessageContaining("canceling statement due to user request");
        awaitOnServer("stop java", 0);
    }

    private CompletableFuture<Object> running(String cell) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return magics.run(cell);
            } catch (TickbookException e) {
                throw e;
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private static void awaitOnServer(String text, int sessions) throws InterruptedException {
        Instant end = Instant.now().plusSeconds(10);
        while (tb.sql(
                                "SELECT count(*) AS n FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid() AND query LIKE ?",
                                "%" + text + "%")
                        .table()
                        .longColumn("n")
                        .get(0)
                != sessions) {
            assertThat(Instant.now()).isBefore(end);
            Thread.sleep(20);
        }
    }

    @Test
    void memoryStaysFlatHoweverLongTheResult() throws Exception {
        Runtime runtime = Runtime.getRuntime();
        Preview preview =
                (Preview) magics.run("%sql SELECT i, repeat('y', 500) AS filler FROM generate_series(1, 500000) i");
        assertThat(preview.rows()).isEqualTo(500_000);
        System.gc();
        long held = runtime.totalMemory() - runtime.freeMemory();
        assertThat(held).as("bytes held, of a result of 250 MB").isLessThan(150_000_000);
        assertThat(preview.table().rowCount()).isEqualTo(20);
    }

    @Test
    void connectChangesTheDatabaseOfSqlAndOfJava() throws Exception {
        tb.sql("CREATE DATABASE other").execute();
        String url = "jdbc:" + tb.psqlUrl().replaceFirst("/[^/?]*\\?", "/other?");
        assertThat(magics.run("%connect " + url)).asString().startsWith("Connected to other: PostgreSQL ");
        assertThat(table("%sql SELECT current_database()::text AS d").getString(0, "d"))
                .isEqualTo("other");
        Tickbook other = (Tickbook) shell.variables.get("tb");
        assertThat(other).isNotSameAs(tb);
        shell.variables.put("tb", tb);
        assertThat(table("%sql SELECT current_database()::text AS d").getString(0, "d"))
                .isNotEqualTo("other");
        other.close();
    }

    @Test
    void aServerThatIsNotThereIsNamedWithoutItsPassword() {
        assertThatThrownBy(() -> magics.run("%connect postgresql://me:secret@localhost:1/db"))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("No PostgreSQL answers at")
                .hasMessageNotContaining("secret");
        assertThatThrownBy(() -> magics.run("%connect postgresql://me:se cret@localhost:1/db"))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("This is not a URL")
                .hasMessageNotContaining("cret@");
        assertThatThrownBy(() -> magics.run("%connect $NO_SUCH_VARIABLE"))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("NO_SUCH_VARIABLE is not set");
    }

    @Test
    void tablesListsWhatPeopleMadeAndDescribeItsColumns() throws Exception {
        Table tables = (Table) magics.run("%tables market.*");
        assertThat(tables.stringColumn("table").asList())
                .contains("market_data", "daily_ohlcv", "news_events")
                .doesNotContain("market_data_rows", "market_data_batches", "daily_ohlcv_materialized");
        Table kinds = tables.where(tables.stringColumn("table").isEqualTo("market_data"));
        assertThat(kinds.getString(0, "kind")).isEqualTo("compressed hypertable");

        Table columns = (Table) magics.run("%describe market.market_data");
        Table close = columns.where(columns.stringColumn("column").isEqualTo("close"));
        assertThat(close.getString(0, "type")).isEqualTo("numeric(15,4)");
        assertThat(close.getString(0, "null")).isEqualTo("no");
        assertThatThrownBy(() -> magics.run("%describe nothing_like_it"))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("There is no table or view nothing_like_it");
    }
}
