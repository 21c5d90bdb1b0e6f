package dev.tickbook.sql;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.MethodSource;

/** What a user does with compressed hypertables; on TimescaleDB the same calls use its columnstore. */
@MethodSource("dev.tickbook.sql.Servers#all")
class CompressionTest extends DatabaseTest {
    @BeforeEach
    void createBars() {
        db.execute(
                "CREATE TABLE bars (time timestamptz NOT NULL, symbol text NOT NULL, open numeric(15,4), close numeric(15,4),"
                        + " volume bigint DEFAULT 100, PRIMARY KEY (symbol, time))",
                "SELECT tickbook.create_hypertable('bars', 'time', INTERVAL '1 day')",
                "SELECT tickbook.ensure_chunks('bars', '2024-01-01 00:00+00', '2024-01-03 23:00+00')",
                "INSERT INTO bars SELECT t, s, 100 + n / 100.0, 100 + (n + 1) / 100.0, n"
                        + " FROM generate_series(timestamptz '2024-01-01 00:00+00', '2024-01-03 23:59+00', '1 minute') WITH ORDINALITY g (t, n),"
                        + " unnest('{A,B}'::text[]) s",
                "CREATE TABLE plain AS TABLE bars",
                "SELECT tickbook.enable_compression('bars', '{symbol}')");
    }

    private void compress() {
        db.execute("SELECT tickbook.compress_chunk(c) FROM tickbook.show_chunks('bars') c");
    }

    private void assertSameAsPlain() {
        assertThat(db.rows("(TABLE bars EXCEPT ALL TABLE plain) UNION ALL (TABLE plain EXCEPT ALL TABLE bars)"))
                .isEmpty();
    }

    private long rowsOutsideBatches() {
        return db.count("SELECT count(*) FROM bars_rows");
    }

    @Test
    void theNameShowsEveryRowBeforeAndAfterCompressing() {
        assertSameAsPlain();
        compress();
        assertSameAsPlain();
        db.execute("SELECT tickbook.decompress_chunk(c) FROM tickbook.show_chunks('bars') c");
        assertSameAsPlain();
    }

    @Test
    void columnsKeepTheirTypesAndDefaults() {
        assertThat(db.rows("SELECT format_type(atttypid, atttypmod) FROM pg_attribute"
                        + " WHERE attrelid = 'bars'::regclass AND attnum > 0 ORDER BY attnum"))
                .containsExactly("timestamp with time zone", "text", "numeric(15,4)", "numeric(15,4)", "bigint");
        compress();
        assertThat(db.rows("INSERT INTO bars (time, symbol) VALUES ('2024-01-02 00:00:30+00', 'A') RETURNING volume"))
                .containsExactly("100");
    }

    @Test
    void writesToACompressedRangeUnpackTheBatchTheyTouchAndNoOther() {
        compress();
        String[] statements = {
            "INSERT INTO %s VALUES ('2024-01-02 12:00:30+00', 'A', 1, 2, 3)",
            "UPDATE %s SET close = NULL WHERE symbol = 'A' AND time = '2024-01-01 12:00+00'",
            "DELETE FROM %s WHERE symbol = 'A' AND time BETWEEN '2024-01-01 12:01+00' AND '2024-01-01 12:05+00'"
        };
        for (String statement : statements) {
            db.execute(statement.formatted("bars"), statement.formatted("plain"));
            assertSameAsPlain();
        }
        if (isNative()) { // TimescaleDB does not update the time of a compressed row
            String move =
                    "UPDATE %s SET time = time + interval '1 year' WHERE symbol = 'A' AND time = '2024-01-01 12:06+00'";
            db.execute(move.formatted("bars"), move.formatted("plain"));
            assertSameAsPlain();
            assertThat(rowsOutsideBatches())
                    .as("the inserted row, and what is left of one batch of A")
                    .isBetween(400L, 1_000L);
            compress();
            assertThat(rowsOutsideBatches())
                    .as("one row moved to a year without chunk")
                    .isEqualTo(1);
            assertSameAsPlain();
        }
    }

    @Test
    void copyIntoACompressedRangeWorks() throws Exception {
        compress();
        assertThat(db.copy()
                        .copyIn(
                                "COPY bars (time, symbol, close) FROM STDIN (FORMAT csv)",
                                new java.io.StringReader("2024-01-02 00:00:01+00,A,1\n2024-01-02 00:00:02+00,A,2\n")))
                .isEqualTo(2);
        assertThat(db.rows("SELECT close, volume FROM bars WHERE extract(second FROM time) > 0 ORDER BY time"))
                .containsExactly("1.0000|100", "2.0000|100");
    }

    @Test
    void aKeyIsUniqueAcrossCompressedAndUncompressedRows() {
        compress();
        String again = "('2024-01-02 12:00+00', 'A', 1, 1, 1)";
        assertError("INSERT INTO bars VALUES " + again)
                .startsWith("23505 duplicate key value violates unique constraint");
        assertError("UPDATE bars SET time = '2024-01-02 12:00+00' WHERE symbol = 'A' AND time = '2024-01-02 12:01+00'")
                .startsWith("23505");
        if (isNative()) {
            assertError("INSERT INTO bars_rows VALUES " + again)
                    .as("the fast path too")
                    .startsWith("23505 duplicate key value violates unique constraint \"bars_pkey\"");
        }
        assertSameAsPlain();
    }

    @Test
    void upsertMergesAStagingTableAndCountsWhatItDid() {
        compress();
        db.execute(
                "CREATE TABLE staging (close numeric, time timestamptz, symbol text)",
                "INSERT INTO staging SELECT close, time, symbol FROM plain WHERE symbol = 'B' AND time < '2024-01-02'",
                "UPDATE staging SET close = 1.5 WHERE time = '2024-01-01 00:10+00'",
                "INSERT INTO staging VALUES (7, '2024-01-01 00:00:30+00', 'B'), (8, '2025-01-01', 'C')");
        assertThat(db.rows("SELECT * FROM tickbook.upsert('bars', 'staging')")).containsExactly("2|1|1439");
        assertThat(db.rows("SELECT * FROM tickbook.upsert('bars', 'staging')")).containsExactly("0|0|1442");
        db.execute(
                "ALTER TABLE plain ADD PRIMARY KEY (symbol, time), ALTER volume SET DEFAULT 100",
                "ALTER TABLE staging ADD volume bigint",
                "UPDATE staging s SET volume = b.volume FROM bars b WHERE (b.symbol, b.time) = (s.symbol, s.time)");
        assertThat(db.rows("SELECT * FROM tickbook.upsert('plain', 'staging')"))
                .as("a table that is no hypertable")
                .containsExactly("2|1|1439");
        assertSameAsPlain();
        if (isNative()) {
            assertThat(rowsOutsideBatches())
                    .as("one batch was unpacked, for the one changed row")
                    .isBetween(400L, 1_000L);
        }
    }

    @Test
    void upsertSaysWhatIsWrongWithAStagingTable() {
        db.execute("CREATE TABLE nokey (time timestamptz)", "CREATE TABLE staging (time timestamptz, close numeric)");
        assertError("SELECT tickbook.upsert('nokey', 'staging')")
                .startsWith("42P16 public.nokey has no primary key to merge by HINT: Add one");
        assertError("SELECT tickbook.upsert('bars', 'staging')")
                .contains("column \"symbol\" is in one only HINT: Stage the key (symbol, time)");
        db.execute(
                "ALTER TABLE staging ADD symbol text",
                "INSERT INTO staging VALUES ('2024-01-01', 1, 'A'), ('2024-01-01', 2, 'A')");
        assertError("SELECT tickbook.upsert('bars', 'staging')")
                .contains("has more than one row for key (symbol, time)=(A, 2024-01-01")
                .contains("HINT: Keep one row per key");
    }

    @Test
    void betweenOpensOnlyTheBatchesOfItsRange() {
        Assumptions.assumeTrue(isNative(), "TimescaleDB prunes by itself");
        compress();
        db.execute("ANALYZE bars_batches");
        String query = " FROM bars_between('2024-01-02 06:00+00', '2024-01-02 07:00+00') WHERE symbol = 'A'";
        assertThat(db.rows("SELECT count(*), min(close)" + query)).containsExactly("60|118.0200");
        String plan = String.join(
                "\n", db.rows("EXPLAIN (ANALYZE, TIMING OFF, COSTS OFF, VERBOSE) SELECT sum(close)" + query));
        assertThat(plan)
                .as("one batch of one segment is opened, one chunk is looked at, no function is called")
                .containsPattern("Scan.* on public.bars_batches b \\(actual rows=1(\\.00)? loops=1\\)")
                .contains("bars_p20240102")
                .doesNotContain("bars_p20240101")
                .doesNotContain("Function Scan on public.bars_between");
        assertThat(plan)
                .as("columns that are not asked for are not unpacked")
                .doesNotContain("array_append(b.\"volume");
    }

    @Test
    void aChunkIsDroppedWithItsBatches() {
        compress();
        db.execute(
                "SELECT tickbook.drop_chunks('bars', TIMESTAMPTZ '2024-01-02 00:00+00')",
                "DELETE FROM plain WHERE time < '2024-01-02 00:00+00'");
        assertSameAsPlain();
        if (isNative()) {
            assertThat(db.rows("SELECT count(*) FROM bars_batches WHERE \".first\" < '2024-01-02 00:00+00'"))
                    .containsExactly("0");
        }
    }

    @Test
    void aPolicyCompressesAndRetentionDropsWhatIsOldEnough() {
        Assumptions.assumeTrue(isNative(), "TimescaleDB runs its policies itself");
        db.execute("SELECT tickbook.add_compression_policy('bars', INTERVAL '1 day')", "CALL tickbook.run_jobs()");
        assertThat(db.rows("SELECT rows, error FROM tickbook.job_runs WHERE job = 'compression'"))
                .containsExactly("8640|");
        assertThat(rowsOutsideBatches()).isZero();
        db.execute("UPDATE tickbook.job SET next_start = now()", "CALL tickbook.run_jobs()");
        assertThat(db.rows("SELECT sum(pg_relation_size(c)) FROM tickbook.show_chunks('bars') c"))
                .as("the next run gives the space back")
                .containsExactly("0");
        assertSameAsPlain();
        db.execute(
                "SELECT tickbook.add_retention_policy('bars', INTERVAL '1 day')",
                "SELECT tickbook.remove_compression_policy('bars')",
                "UPDATE tickbook.job SET next_start = now()",
                "CALL tickbook.run_jobs()");
        assertThat(db.rows("SELECT * FROM bars")).isEmpty();
        assertThat(db.rows("SELECT count(*) FROM bars_batches")).containsExactly("0");
    }

    @Test
    void statsSayWhatIsSaved() {
        compress();
        db.execute("SELECT tickbook.compress_chunk(c) FROM tickbook.show_chunks('bars') c");
        assertThat(db.count("SELECT count(*) FROM tickbook.compression_stats WHERE chunk IS NOT NULL"))
                .isEqualTo(3);
        assertThat(db.rows("SELECT bytes_before > bytes_after, round(bytes_before::numeric / bytes_after, 1) = ratio"
                        + " FROM tickbook.compression_stats WHERE relation = 'bars'::regclass AND chunk IS NULL"))
                .containsExactly("t|t");
        if (isNative()) {
            assertThat(
                            db.rows(
                                    "SELECT batches, compressed_rows, uncompressed_rows FROM tickbook.compression_stats WHERE chunk IS NULL"))
                    .containsExactly("12|8640|0");
        }
    }

    @Test
    void aColumnIsAddedToCompressedRowsToo() {
        compress();
        db.execute(
                "SELECT tickbook.add_column('bars', 'vwap numeric(15,4) DEFAULT 1.5')",
                "ALTER TABLE plain ADD vwap numeric(15,4) DEFAULT 1.5");
        assertSameAsPlain();
        db.execute(
                "UPDATE bars SET vwap = 2 WHERE symbol = 'A' AND time < '2024-01-02'",
                "UPDATE plain SET vwap = 2 WHERE symbol = 'A' AND time < '2024-01-02'",
                "INSERT INTO bars (time, symbol) VALUES ('2026-01-01', 'A')",
                "INSERT INTO plain VALUES ('2026-01-01', 'A', NULL, NULL, 100, DEFAULT)");
        compress();
        assertSameAsPlain();
    }

    @Test
    void revertingAndDisablingGiveTheTableBack() {
        compress();
        db.execute("SELECT tickbook.disable_compression('bars')");
        assertSameAsPlain();
        if (isNative()) {
            assertThat(
                            db.rows(
                                    "SELECT relname FROM pg_class WHERE relname LIKE 'bars\\_%' AND relkind IN ('r', 'v', 'p')"
                                            + " AND NOT relispartition UNION ALL SELECT proname FROM pg_proc WHERE proname LIKE 'bars%'"))
                    .isEmpty();
            db.execute("SELECT tickbook.enable_compression('bars', '{symbol}')");
            compress();
            db.execute("SELECT tickbook.revert_hypertable('bars')");
            assertThat(db.rows("SELECT relkind FROM pg_class WHERE relname = 'bars'"))
                    .containsExactly("r");
            assertSameAsPlain();
            assertError("INSERT INTO bars VALUES ('2024-01-01 00:00+00', 'A')").startsWith("23505");
        }
    }

    @Test
    void errorsNameTheObjectAndSayWhatToDo() {
        db.execute(
                "CREATE TABLE t (time timestamptz NOT NULL, x int, y int)",
                "SELECT tickbook.create_hypertable('t', 'time')");
        assertError("SELECT tickbook.enable_compression('plain')")
                .startsWith("42809 public.plain is not a hypertable HINT: Make it one");
        Assumptions.assumeTrue(isNative(), "TimescaleDB has errors of its own");
        assertError("SELECT tickbook.add_compression_policy('t', INTERVAL '1 day')")
                .startsWith("55000 compression is not enabled on public.t HINT: Enable it with");
        assertError("SELECT tickbook.compress_chunk('plain')")
                .startsWith("42809 public.plain is not a chunk HINT: Name one that tickbook.show_chunks");
        assertError("SELECT tickbook.enable_compression('t', '{z}')")
                .startsWith("42703 column \"z\" of public.t does not exist HINT: Its columns are \"time\", x, y.");
        assertError("SELECT tickbook.enable_compression('t', '{time}')")
                .startsWith("22023 public.t cannot be segmented");
        assertError("SELECT tickbook.enable_compression('bars', '{}')")
                .startsWith("55000 compression is already enabled on public.bars, with other columns");
        db.execute("CREATE VIEW v AS SELECT * FROM t");
        assertError("SELECT tickbook.enable_compression('t')")
                .startsWith("0A000 public.t cannot be compressed as it is HINT: Drop or change");
        db.execute("DROP VIEW v", "CREATE UNIQUE INDEX ON t (time, (x + 1))");
        assertError("SELECT tickbook.enable_compression('t')").startsWith("0A000");
    }

    @Test
    void whoMayWriteIsDecidedByThePrivilegesOnTheName() {
        Assumptions.assumeTrue(isNative(), "no view on TimescaleDB");
        String reader = "reader_" + db.name();
        db.execute(
                "CREATE ROLE " + reader + " LOGIN",
                "GRANT USAGE ON SCHEMA tickbook TO " + reader,
                "GRANT SELECT ON bars TO " + reader);
        compress();
        try (Database session = db.connectAs(reader)) {
            assertThat(session.count("SELECT count(*) FROM bars")).isEqualTo(8640);
            assertThat(session.count("SELECT count(*) FROM bars_between('2024-01-02 00:00+00', '2024-01-03 00:00+00')"))
                    .isEqualTo(2880);
            assertError(session, "DELETE FROM bars").startsWith("42501 permission denied for view bars");
            db.execute("GRANT INSERT, UPDATE, DELETE ON bars TO " + reader);
            session.execute("DELETE FROM bars WHERE symbol = 'A' AND time < '2024-01-01 01:00+00'");
            assertThat(session.count("SELECT count(*) FROM bars")).isEqualTo(8580);
        } finally {
            db.execute("DROP OWNED BY " + reader, "DROP ROLE " + reader);
        }
    }
}
