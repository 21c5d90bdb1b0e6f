package dev.tickbook.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.MethodSource;

@MethodSource("dev.tickbook.sql.Servers#all")
class CreateHypertableTest extends DatabaseTest {
    private static final String BARS = "CREATE TABLE bars (symbol text NOT NULL, time timestamptz NOT NULL,"
            + " close numeric(15,4), PRIMARY KEY (symbol, time))";

    @BeforeEach
    void createTable() {
        db.execute(BARS);
    }

    @Test
    void anEmptyTableBecomesAHypertableUnderItsOwnName() {
        assertThat(db.value("SELECT tickbook.create_hypertable('bars', 'time')", String.class))
                .isEqualTo("bars");
        db.execute("INSERT INTO bars VALUES ('A', '2024-01-02 10:00+00', 1), ('A', '2024-03-02 10:00+00', 2)");
        assertThat(db.count("SELECT count(*) FROM bars")).isEqualTo(2);
        assertThat(db.rows(
                        "SELECT relation, engine, time_column, chunk_interval, space_column FROM tickbook.hypertables"))
                .containsExactly("bars|" + (isNative() ? "native" : "timescaledb") + "|time|7 days|");
        assertError("INSERT INTO bars VALUES ('A', '2024-01-02 10:00+00', 3)").startsWith("23505");
    }

    @Test
    void aFilledTableKeepsItsRowsAndGetsItsChunks() {
        fill(30);
        List<String> before = db.rows("SELECT * FROM bars ORDER BY symbol, time");
        db.execute("SELECT tickbook.create_hypertable('bars', 'time', INTERVAL '1 day', migrate_data => true)");
        assertThat(db.rows("SELECT * FROM bars ORDER BY symbol, time")).isEqualTo(before);
        assertThat(db.count("SELECT count(*) FROM tickbook.chunks WHERE relation = 'bars'::regclass"))
                .isEqualTo(30);
        assertThat(db.values("SELECT estimated_rows FROM tickbook.chunks", Long.class))
                .containsOnly(24L);
    }

    @Test
    void chunksAreAlignedAsTimescaleDbAlignsThem() {
        db.execute("SELECT tickbook.create_hypertable('bars', 'time')", "SET timezone = 'Asia/Kathmandu'");
        for (String time : List.of("2024-02-29 12:00+00", "1969-12-31 23:59:59+00", "1960-05-05 00:00+00")) {
            db.execute("INSERT INTO bars VALUES ('A', '" + time + "', 1)");
        }
        if (isNative()) {
            db.execute("SELECT tickbook.maintain_hypertable('bars')");
        }
        db.execute("SET timezone = 'UTC'");
        assertThat(db.rows("SELECT range_start, range_end FROM tickbook.chunks ORDER BY 1"))
                .containsExactly(
                        "1960-05-05 00:00:00+00|1960-05-12 00:00:00+00",
                        "1969-12-25 00:00:00+00|1970-01-01 00:00:00+00",
                        "2024-02-29 00:00:00+00|2024-03-07 00:00:00+00");
    }

    @Test
    void datesAndTimestampsWithoutTimeZoneAreTimesToo() {
        for (String type : List.of("date", "timestamp")) {
            String table = "t_" + type;
            db.execute(
                    "CREATE TABLE " + table + " (at " + type + " NOT NULL, v int)",
                    "INSERT INTO " + table
                            + " SELECT d, 1 FROM generate_series(timestamp '2023-12-30', '2024-02-03', '1 day') d",
                    "SET timezone = 'America/New_York'",
                    "SELECT tickbook.create_hypertable('" + table
                            + "', 'at', INTERVAL '1 month', migrate_data => true)",
                    "SET timezone = 'UTC'");
            assertThat(db.rows("SELECT range_start, range_end, estimated_rows FROM tickbook.chunks WHERE relation = '"
                            + table + "'::regclass ORDER BY 1"))
                    .as("a month counts 30 days from 1970-01-01")
                    .containsExactly(
                            "2023-12-19 00:00:00+00|2024-01-18 00:00:00+00|19",
                            "2024-01-18 00:00:00+00|2024-02-17 00:00:00+00|17");
        }
    }

    @Test
    void aSecondColumnCanSpreadEachChunkByHash() {
        fill(3);
        db.execute(
                "SELECT tickbook.create_hypertable('bars', 'time', INTERVAL '1 day', 'symbol', 4, migrate_data => true)");
        assertThat(db.rows("SELECT space_column, space_partitions FROM tickbook.hypertables"))
                .containsExactly("symbol|4");
        assertThat(db.count("SELECT count(*) FROM bars")).isEqualTo(72);
        db.execute("INSERT INTO bars VALUES ('B', '2024-06-01', 1), ('C', '2024-06-01', 1)");
        if (isNative()) {
            assertThat(db.count("SELECT tickbook.maintain_hypertable('bars')")).isEqualTo(2);
        }
        assertThat(db.count("SELECT count(*) FROM bars WHERE time = '2024-06-01'"))
                .isEqualTo(2);
        db.execute("SELECT tickbook.revert_hypertable('bars')");
        assertThat(db.count("SELECT count(*) FROM bars")).isEqualTo(74);
    }

    @Test
    void ifNotExistsGivesANotice() {
        db.execute("SELECT tickbook.create_hypertable('bars', 'time')");
        assertThat(db.execute("SELECT tickbook.create_hypertable('bars', 'time', if_not_exists => true)"))
                .containsExactly("table public.bars is already a hypertable, skipping");
        assertError("SELECT tickbook.create_hypertable('bars', 'time')")
                .isEqualTo(
                        "42710 table public.bars is already a hypertable HINT: Pass if_not_exists => true to accept that.");
    }

    @Test
    void revertGivesThePlainTableBack() {
        fill(20);
        List<String> rows = db.rows("SELECT * FROM bars ORDER BY symbol, time");
        db.execute("SELECT tickbook.create_hypertable('bars', 'time', migrate_data => true)");
        if (!isNative() || db.count("SELECT count(*) FROM tickbook.hypertables") == 1) {
            db.execute("SELECT tickbook.revert_hypertable('bars')");
        }
        assertThat(db.rows("SELECT relkind FROM pg_class WHERE oid = 'bars'::regclass"))
                .containsExactly("r");
        assertThat(db.rows("SELECT * FROM bars ORDER BY symbol, time")).isEqualTo(rows);
        assertThat(db.rows("SELECT * FROM tickbook.hypertables")).isEmpty();
        assertThat(db.rows("SELECT * FROM tickbook.jobs")).isEmpty();
        assertError("SELECT tickbook.revert_hypertable('bars')").startsWith("42809 public.bars is not a hypertable");
    }

    @Test
    void aDroppedHypertableIsForgotten() {
        db.execute("SELECT tickbook.create_hypertable('bars', 'time')", "DROP TABLE bars", "CALL tickbook.run_jobs()");
        assertThat(db.count("SELECT (SELECT count(*) FROM tickbook.hypertable) + (SELECT count(*) FROM tickbook.job)"))
                .isZero();
        db.execute(BARS, "SELECT tickbook.create_hypertable('bars', 'time')");
        assertThat(db.count("SELECT count(*) FROM tickbook.hypertables")).isEqualTo(1);
    }

    @Test
    void namesThatNeedQuotesAreQuoted() {
        db.execute(
                "CREATE SCHEMA \"My Data\"",
                "CREATE TABLE \"My Data\".\"Bars; DROP\" (\"Time\" timestamptz NOT NULL, \"va'lue\" int)",
                "INSERT INTO \"My Data\".\"Bars; DROP\" VALUES ('2024-01-01', 1), ('2025-01-01', 2)",
                "SELECT tickbook.create_hypertable('\"My Data\".\"Bars; DROP\"', 'Time', migrate_data => true)");
        assertThat(db.count("SELECT count(*) FROM tickbook.show_chunks('\"My Data\".\"Bars; DROP\"')"))
                .isEqualTo(2);
        db.execute("SELECT tickbook.drop_chunks('\"My Data\".\"Bars; DROP\"', DATE '2024-06-01')");
        assertThat(db.count("SELECT count(*) FROM \"My Data\".\"Bars; DROP\"")).isEqualTo(1);
        db.execute("SELECT tickbook.revert_hypertable('\"My Data\".\"Bars; DROP\"')");
        assertThat(db.count("SELECT count(*) FROM \"My Data\".\"Bars; DROP\"")).isEqualTo(1);
    }

    @Test
    void wrongUseIsRefusedWithAHintAndChangesNothing() {
        fill(1);
        db.execute(
                "CREATE VIEW v AS SELECT 1 AS x, now() AS time",
                "CREATE TEMPORARY TABLE temp (time timestamptz NOT NULL)",
                "CREATE UNLOGGED TABLE unlogged (time timestamptz NOT NULL)",
                "CREATE TABLE nullable (time timestamptz)",
                "CREATE TABLE keyed (id int PRIMARY KEY, time timestamptz NOT NULL)",
                "CREATE TABLE expression (id int, time timestamptz NOT NULL)",
                "CREATE UNIQUE INDEX by_name ON expression (id)",
                "CREATE TABLE target (id int, time timestamptz NOT NULL, PRIMARY KEY (id, time))",
                "CREATE TABLE pointing (id int, at timestamptz, FOREIGN KEY (id, at) REFERENCES target)",
                "CREATE TABLE partitioned (time timestamptz NOT NULL) PARTITION BY RANGE (time)",
                "CREATE TABLE part PARTITION OF partitioned DEFAULT",
                "CREATE TABLE viewed (time timestamptz NOT NULL)",
                "CREATE VIEW viewer AS SELECT * FROM viewed");
        List<String> before = catalog();
        assertRefused(
                "'bars', 'tme'",
                "42703 column \"tme\" of table public.bars does not exist HINT: Its columns are symbol, \"time\", close.");
        assertRefused(
                "'bars', 'symbol'",
                "42804 column \"symbol\" of table public.bars is of type text HINT: The time column must be a date");
        assertRefused("NULL, 'time'", "22004 relation cannot be null HINT: Name the table");
        assertRefused(
                "'nullable', 'time'",
                "23502 column \"time\" of table public.nullable can be null HINT: Run ALTER TABLE public.nullable ALTER COLUMN");
        assertRefused(
                "'keyed', 'time'",
                "42P16 unique index public.keyed_pkey of table public.keyed does not contain column \"time\" HINT: PostgreSQL checks");
        assertRefused(
                "'expression', 'time'",
                "42P16 unique index public.by_name of table public.expression does not contain column");
        assertRefused(
                "'target', 'time'",
                "0A000 foreign key pointing_id_at_fkey on table public.pointing points to table public.target HINT:");
        assertRefused("'v', 'time'", "42809 public.v is a view HINT: Only an ordinary table can become a hypertable.");
        assertRefused("'temp', 'time'", "42809 table temp is temporary HINT: Create it without TEMPORARY.");
        assertRefused(
                "'unlogged', 'time'",
                "42809 table public.unlogged is unlogged HINT: Run ALTER TABLE public.unlogged SET LOGGED first.");
        assertRefused("'partitioned', 'time'", "42809 table public.partitioned is already partitioned HINT:");
        assertRefused("'part', 'time'", "42809 table public.part is already a partition HINT:");
        assertRefused("'bars', 'time'", "55000 table public.bars is not empty HINT: Pass migrate_data => true");
        assertRefused(
                "'bars', 'time', INTERVAL '0'",
                "22023 chunk_interval of table public.bars must be greater than zero HINT:");
        assertRefused(
                "'bars', 'time', INTERVAL '1 day', 'symbol'",
                "22023 space_column and space_partitions of table public.bars do not fit");
        assertRefused(
                "'bars', 'time', INTERVAL '1 day', 'nope', 2",
                "42703 column \"nope\" of table public.bars does not exist");
        assertRefused(
                "'bars', 'time', INTERVAL '1 day', 'close', 2",
                "42P16 unique index public.bars_pkey of table public.bars does not contain column");
        assertRefused(
                "'viewed', 'time'",
                "0A000 table public.viewed cannot become a hypertable as it is HINT: Drop or change what is named");
        assertThat(catalog()).isEqualTo(before);
        assertThat(db.count("SELECT count(*) FROM bars")).isEqualTo(24);
    }

    private void assertRefused(String arguments, String message) {
        assertError("SELECT tickbook.create_hypertable(" + arguments + ")")
                .as(arguments)
                .startsWith(message);
    }

    private List<String> catalog() {
        return db.rows(
                "SELECT oid, relname, relkind, relfilenode FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY oid");
    }

    /** Hourly bars from 2024-01-01. */
    private void fill(int days) {
        db.execute(
                "INSERT INTO bars SELECT 'A', t, random() FROM generate_series(timestamptz '2024-01-01 00:00+00', timestamptz '2024-01-01 00:00+00' + interval '"
                        + days + " days' - interval '1 second', '1 hour') t");
    }
}
