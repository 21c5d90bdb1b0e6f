package dev.tickbook.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.MethodSource;

@MethodSource("dev.tickbook.sql.Servers#all")
class ChunkTest extends DatabaseTest {
    @BeforeEach
    void createHypertable() {
        db.execute(
                "CREATE TABLE bars (symbol text NOT NULL, time timestamptz NOT NULL, close int, PRIMARY KEY (symbol, time))",
                "SELECT tickbook.create_hypertable('bars', 'time', INTERVAL '1 day')");
    }

    @Test
    void ensureChunksMakesWhatIsMissingOfARange() {
        Assumptions.assumeTrue(isNative(), "TimescaleDB makes chunks as rows arrive");
        assertThat(ensure("2024-01-01 12:00+00", "2024-01-03 00:00+00")).isEqualTo(3);
        assertThat(ensure("2024-01-02 00:00+00", "2024-01-04 23:59+00")).isEqualTo(1);
        assertThat(db.rows("SELECT tickbook.show_chunks('bars')"))
                .containsExactly("bars_p20240101", "bars_p20240102", "bars_p20240103", "bars_p20240104");
        assertError("SELECT tickbook.ensure_chunks('bars', now(), 'infinity')")
                .startsWith("22023")
                .contains("HINT: Give two finite times");
    }

    @Test
    void moreChunksThanOneTransactionCanMakeAreRefused() {
        Assumptions.assumeTrue(isNative(), "TimescaleDB makes chunks as rows arrive");
        for (String end : List.of("2290-01-01", "290000-01-01")) {
            assertError("SELECT tickbook.ensure_chunks('bars', '2024-01-01', '" + end + "')")
                    .startsWith("53400 public.bars would get ")
                    .contains("HINT: The lock table of this server has room for about ");
        }
        assertThat(db.count("SELECT count(*) FROM tickbook.chunks")).isZero();
    }

    @Test
    void aHypertableWhoseDefaultWasDroppedSaysSo() {
        Assumptions.assumeTrue(isNative(), "TimescaleDB has no DEFAULT");
        db.execute("DROP TABLE bars_default");
        for (String call :
                List.of("maintain_hypertable('bars')", "ensure_chunks('bars', '2024-01-01', '2024-01-01')")) {
            assertError("SELECT tickbook." + call)
                    .isEqualTo("55000 hypertable public.bars has no DEFAULT partition HINT: Make one again:"
                            + " CREATE TABLE name PARTITION OF public.bars DEFAULT.");
        }
        db.execute("CREATE TABLE caught PARTITION OF bars DEFAULT");
        assertThat(ensure("2024-01-01", "2024-01-01")).isEqualTo(1);
    }

    @Test
    void aChunkCanBeAsLongAsOneLikes() {
        Assumptions.assumeTrue(isNative(), "TimescaleDB makes chunks as rows arrive");
        db.execute("UPDATE tickbook.hypertable SET chunk_interval = '36500 days'");
        assertThat(ensure("1950-01-01", "2024-01-01")).isEqualTo(2);
    }

    /** Where the calendar ends, so that no chunk could hold them. */
    @Test
    void rowsAtTheEndsOfTheCalendarStayInDefaultAndDoNotStopMaintenance() {
        Assumptions.assumeTrue(isNative(), "TimescaleDB has no DEFAULT");
        for (String type : List.of("date", "timestamp", "timestamptz")) {
            List<String> extremes = type.equals("date")
                    ? List.of("5000000-01-01", "294276-12-31", "4714-11-24 BC")
                    : List.of("294276-12-31", "4714-11-24 12:00 BC");
            for (boolean migrate : new boolean[] {true, false}) {
                String table = "extreme_" + type + "_" + migrate;
                db.execute("CREATE TABLE " + table + " (at " + type + " NOT NULL)");
                String create = "SELECT tickbook.create_hypertable('" + table + "', 'at', migrate_data => true)";
                if (!migrate) {
                    db.execute(create);
                }
                for (String time : extremes) {
                    db.execute("INSERT INTO " + table + " VALUES ('" + time + "')");
                }
                db.execute("INSERT INTO " + table + " VALUES ('2024-01-01'), ('infinity')");
                if (migrate) {
                    db.execute(create);
                }
                db.execute("SELECT tickbook.maintain_hypertable('" + table + "')");
                assertThat(db.count("SELECT count(*) FROM ONLY " + table + "_default"))
                        .as(table)
                        .isEqualTo(extremes.size() + 1L);
                assertThat(db.count("SELECT count(*) FROM " + table)).isEqualTo(extremes.size() + 2L);
            }
        }
    }

    @Test
    void aRowOutsideEveryChunkWaitsInDefaultAndMovesOnce() {
        Assumptions.assumeTrue(isNative(), "TimescaleDB has no DEFAULT");
        ensure("2024-01-01", "2024-01-02");
        db.execute(
                "CREATE TABLE log (op text, close int)",
                "CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$"
                        + " BEGIN INSERT INTO log VALUES (TG_OP, coalesce(NEW.close, OLD.close)); RETURN NULL; END $$",
                "CREATE TRIGGER note AFTER INSERT OR DELETE ON bars FOR EACH ROW EXECUTE FUNCTION note()",
                "INSERT INTO bars VALUES ('A', '2024-01-01', 1), ('A', '2030-01-01', 2), ('B', '2030-01-01', 3), ('A', '1930-01-01', 4),"
                        + " ('A', 'infinity', 5)");
        assertThat(db.rows("SELECT close FROM ONLY bars_default ORDER BY 1")).containsExactly("2", "3", "4", "5");
        assertThat(db.rows("SELECT rows_outside_chunks FROM tickbook.hypertables"))
                .containsExactly("4");

        assertThat(db.count("SELECT tickbook.maintain_hypertable('bars')")).isEqualTo(3);
        assertThat(db.count("SELECT tickbook.maintain_hypertable('bars')")).isZero();
        assertThat(db.rows("SELECT close, tableoid::regclass FROM bars ORDER BY 1"))
                .as("only a row at no finite time stays behind")
                .containsExactly(
                        "1|bars_p20240101",
                        "2|bars_p20300101",
                        "3|bars_p20300101",
                        "4|bars_p19300101",
                        "5|bars_default");
        assertThat(db.rows("SELECT op, close FROM log ORDER BY 2"))
                .as("triggers saw the inserts and not the move")
                .containsExactly("INSERT|1", "INSERT|2", "INSERT|3", "INSERT|4", "INSERT|5");
        db.execute("DELETE FROM bars WHERE close = 2");
        assertThat(db.count("SELECT count(*) FROM log WHERE op = 'DELETE'"))
                .as("and they are still on")
                .isEqualTo(1);
    }

    @Test
    void aTableThatIsBeingWrittenGetsItsNextChunkAhead() {
        Assumptions.assumeTrue(isNative(), "TimescaleDB makes chunks as rows arrive");
        db.execute("INSERT INTO bars VALUES ('A', now(), 1)", "SELECT tickbook.maintain_hypertable('bars')");
        assertThat(db.count("SELECT count(*) FROM tickbook.chunks WHERE range_start > now()"))
                .isEqualTo(1);
    }

    @Test
    void aTableThatHoldsHistoryDoesNot() {
        Assumptions.assumeTrue(isNative(), "TimescaleDB makes chunks as rows arrive");
        db.execute("INSERT INTO bars VALUES ('A', '1991-07-01', 1)", "SELECT tickbook.maintain_hypertable('bars')");
        assertThat(db.count("SELECT count(*) FROM tickbook.chunks")).isEqualTo(1);
    }

    @Test
    void twoSessionsThatNeedTheSameChunkBothSucceed() throws Exception {
        Assumptions.assumeTrue(isNative(), "TimescaleDB makes chunks as rows arrive");
        try (Database other = db.connectAgain()) {
            db.execute("BEGIN", "SELECT tickbook.ensure_chunks('bars', '2024-01-01', '2024-01-05')");
            var second = CompletableFuture.supplyAsync(
                    () -> other.count("SELECT tickbook.ensure_chunks('bars', '2024-01-03', '2024-01-07')"));
            Thread.sleep(300);
            assertThat(second).as("waits for the first").isNotDone();
            db.execute("COMMIT");
            assertThat(second.get(30, TimeUnit.SECONDS)).isEqualTo(2);
        }
        assertThat(db.count("SELECT count(*) FROM tickbook.chunks")).isEqualTo(7);
    }

    @Test
    void showChunksTakesTimesAndIntervals() {
        fillDays("2024-01-01", "2024-01-10");
        db.execute("INSERT INTO bars VALUES ('A', now(), 0)", "SELECT tickbook.maintain_hypertable('bars')");
        assertThat(days("")).startsWith("2024-01-01").hasSizeGreaterThanOrEqualTo(11);
        assertThat(days(", TIMESTAMPTZ '2024-01-03 00:00+00'")).containsExactly("2024-01-01", "2024-01-02");
        assertThat(days(", TIMESTAMPTZ '2024-01-03 23:59+00'"))
                .as("wholly older")
                .containsExactly("2024-01-01", "2024-01-02");
        assertThat(days(", DATE '2024-01-04', DATE '2024-01-02'")).containsExactly("2024-01-02", "2024-01-03");
        assertThat(days(", newer_than => TIMESTAMP '2024-01-09 12:00', older_than => INTERVAL '1 year'"))
                .containsExactly("2024-01-10");
        assertThat(days(", INTERVAL '1 year'")).hasSize(10);
        assertError("SELECT tickbook.show_chunks('bars', 7)")
                .isEqualTo(
                        "42804 older_than cannot be of type integer HINT: Give an interval or a time, for example INTERVAL '3 months' or DATE '2024-01-31'.");
        assertError("SELECT tickbook.show_chunks('pg_class')")
                .startsWith("42809 pg_class is not a hypertable HINT: Make it one");
    }

    @Test
    void dropChunksDropsWhatShowChunksShows() {
        fillDays("2024-01-01", "2024-01-10");
        List<String> shown = db.values("SELECT tickbook.show_chunks('bars', DATE '2024-01-08')", String.class);
        assertThat(db.values("SELECT c FROM tickbook.drop_chunks('bars', DATE '2024-01-08') c", String.class))
                .hasSameSizeAs(shown);
        assertThat(db.rows("SELECT min(time)::date, max(time)::date, count(*) FROM bars"))
                .containsExactly("2024-01-08|2024-01-10|3");
        assertError("SELECT tickbook.drop_chunks('bars')")
                .startsWith("22023 no bound for the chunks of public.bars to drop HINT: Give older_than");
        assertThat(db.count("SELECT count(*) FROM tickbook.drop_chunks('bars', DATE '2000-01-01')"))
                .isZero();
    }

    @Test
    void aChangedIntervalMakesNoOverlappingChunk() {
        Assumptions.assumeTrue(isNative(), "about native chunks");
        ensure("2024-01-10", "2024-01-10");
        db.execute("UPDATE tickbook.hypertable SET chunk_interval = '30 days'");
        ensure("2024-01-01", "2024-02-20");
        assertThat(db.rows("SELECT range_start::date, range_end::date FROM tickbook.chunks ORDER BY 1"))
                .containsExactly(
                        "2023-12-19|2024-01-10",
                        "2024-01-10|2024-01-11",
                        "2024-01-11|2024-01-18",
                        "2024-01-18|2024-02-17",
                        "2024-02-17|2024-03-18");
    }

    private long ensure(String from, String to) {
        return db.count("SELECT tickbook.ensure_chunks('bars', '" + from + "', '" + to + "')");
    }

    private void fillDays(String from, String to) {
        db.execute(
                "INSERT INTO bars SELECT 'A', t, 1 FROM generate_series(timestamptz '" + from
                        + " 12:00+00', timestamptz '" + to + " 12:00+00', '1 day') t",
                "SELECT tickbook.maintain_hypertable('bars')");
    }

    private List<String> days(String bounds) {
        return db.values(
                "SELECT c.range_start::date FROM tickbook.show_chunks('bars'" + bounds + ") s"
                        + " JOIN tickbook.chunks c ON c.chunk = s ORDER BY 1",
                String.class);
    }
}
