package dev.tickbook.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tickbook.Tickbook;
import dev.tickbook.TickbookException;
import dev.tickbook.ingest.ParquetFile;
import dev.tickbook.ingest.Rows;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowFileReader;
import org.apache.arrow.vector.types.pojo.Field;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that other people's tools read, compared with what the driver reads from the same server. */
class ExportTest {

    static Tickbook tb;

    @TempDir
    Path folder;

    @BeforeAll
    static void open() throws SQLException {
        tb = Tickbook.open();
        // More rows than one batch has, every type, each with NULLs, of both signs and around their ends.
        tb.sql("""
                        CREATE TABLE everything AS
                        SELECT i, CASE WHEN i % 7 > 0 THEN timestamptz '1970-01-01' + (i - 50000) * interval '1 day 2.000003 seconds' END AS instant,
                               CASE WHEN i % 11 > 0 THEN timestamp '2024-01-01' - i * interval '1.5 hours' END AS local,
                               CASE WHEN i % 13 > 0 THEN date '2024-01-01' - i END AS day, CASE WHEN i % 5 > 0 THEN time '00:00' + i * interval '1.000001 seconds' END AS clock,
                               (CASE WHEN i % 3 > 0 THEN (i - 50000) * 1.0001 END)::numeric(15,4) AS price,
                               (CASE WHEN i % 2 > 0 THEN 12345678901234567890123456.7 * (i - 50000) END)::numeric(38,6) AS large,
                               (CASE WHEN i % 4 > 0 THEN i * 9999 END)::numeric(18,0) AS whole_price,
                               CASE WHEN i % 17 > 0 THEN i / 7.0 END AS computed, CASE WHEN i % 19 > 0 THEN i / 3.0::float8 END AS ratio,
                               (CASE WHEN i % 23 > 0 THEN i / 3.0 END)::real AS small_ratio, CASE WHEN i % 2 > 0 THEN i * 9000000000 END AS big,
                               CASE WHEN i % 3 > 0 THEN (i % 30000 - 15000)::smallint END AS tiny, CASE WHEN i % 3 > 0 THEN i % 2 = 0 END AS flag,
                               CASE WHEN i % 9 > 0 THEN repeat('ü', i % 40) || i END AS text, ARRAY[i, NULL] AS list, jsonb_build_object('i', i) AS document
                        FROM generate_series(1, 70000) AS i""").execute();
    }

    @AfterAll
    static void close() {
        tb.close();
    }

    private static final String ALL = "SELECT * FROM everything ORDER BY i";

    /** Compares what a reader of the file says with what the driver says, cell by cell. */
    private static void assertEqualToTheDatabase(BiFunction<Integer, Integer, Object> cell, Class<?>[] types)
            throws SQLException {
        try (Connection connection = tb.connection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(ALL)) {
            for (int row = 0; rows.next(); row++) {
                for (int column = 0; column < types.length; column++) {
                    Object expected = expected(rows, column + 1, types[column]);
                    Object found = cell.apply(row, column);
                    if (!java.util.Objects.equals(found, expected)) {
                        assertThat(found).as("row %d, column %d", row, column).isEqualTo(expected);
                    }
                }
            }
        }
    }

    private static Object expected(ResultSet rows, int column, Class<?> type) throws SQLException {
        if (type == Double.class) { // the driver makes one of a numeric only when asked this way
            double value = rows.getDouble(column);
            return rows.wasNull() ? null : value;
        }
        return type == String.class ? rows.getString(column) : rows.getObject(column, type);
    }

    private static final Class<?>[] TYPES = {
        Integer.class,
        OffsetDateTime.class,
        LocalDateTime.class,
        LocalDate.class,
        LocalTime.class,
        BigDecimal.class,
        BigDecimal.class,
        BigDecimal.class,
        Double.class,
        Double.class,
        Float.class,
        Long.class,
        Short.class,
        Boolean.class,
        String.class,
        String.class,
        String.class
    };

    @Test
    void anArrowFileHasEveryValueInItsType() throws Exception {
        Path file = folder.resolve("everything.arrow");
        assertThat(tb.sql(ALL).toArrow(file)).isEqualTo(70_000);
        List<List<Object>> cells = new ArrayList<>();
        try (RootAllocator memory = new RootAllocator();
                var channel = Files.newByteChannel(file);
                ArrowFileReader reader = new ArrowFileReader(channel, memory)) {
            VectorSchemaRoot root = reader.getVectorSchemaRoot();
            assertThat(root.getSchema().getFields().stream().map(Field::toString))
                    .containsExactly(
                            "i: Int(32, true)",
                            "instant: Timestamp(MICROSECOND, UTC)",
                            "local: Timestamp(MICROSECOND, null)",
                            "day: Date(DAY)",
                            "clock: Time(MICROSECOND, 64)",
                            "price: Decimal(15, 4, 128)",
                            "large: Decimal(38, 6, 128)",
                            "whole_price: Decimal(18, 0, 128)",
                            "computed: FloatingPoint(DOUBLE)",
                            "ratio: FloatingPoint(DOUBLE)",
                            "small_ratio: FloatingPoint(SINGLE)",
                            "big: Int(64, true)",
                            "tiny: Int(16, true)",
                            "flag: Bool",
                            "text: Utf8",
                            "list: Utf8",
                            "document: Utf8");
            while (reader.loadNextBatch()) {
                for (int row = 0; row < root.getRowCount(); row++) {
                    List<Object> values = new ArrayList<>();
                    for (FieldVector vector : root.getFieldVectors()) {
                        values.add(javaValue(vector.getField().getName(), vector.getObject(row)));
                    }
                    cells.add(values);
                }
            }
        }
        assertThat(cells).hasSize(70_000);
        assertEqualToTheDatabase((row, column) -> cells.get(row).get(column), TYPES);
    }

    /** Arrow's reader gives counts of days and microseconds. */
    private static Object javaValue(String column, Object value) {
        if (value == null) {
            return null;
        }
        return switch (column) {
            case "instant" -> micros((Long) value).atOffset(ZoneOffset.UTC);
            case "day" -> LocalDate.ofEpochDay((Integer) value);
            case "clock" -> LocalTime.ofNanoOfDay((Long) value * 1000);
            case "text", "list", "document" -> value.toString();
            default -> value;
        };
    }

    private static Instant micros(long count) {
        return Instant.ofEpochSecond(Math.floorDiv(count, 1_000_000L), Math.floorMod(count, 1_000_000L) * 1000);
    }

    @Test
    void aParquetFileHasEveryValueInItsType() throws Exception {
        Path file = folder.resolve("everything.parquet");
        assertThat(tb.sql(ALL).toParquet(file)).isEqualTo(70_000);
        List<List<String>> cells = new ArrayList<>();
        try (Rows rows = ParquetFile.of(file).open()) {
            while (rows.next()) {
                List<String> values = new ArrayList<>();
                for (int column = 0; column < rows.columns().size(); column++) {
                    values.add(rows.value(column));
                }
                cells.add(values);
            }
        }
        assertThat(cells).hasSize(70_000);
        assertEqualToTheDatabase((row, column) -> parsed(cells.get(row).get(column), TYPES[column]), TYPES);
    }

    private static Object parsed(String value, Class<?> type) {
        if (value == null) {
            return null;
        }
        return switch (type.getSimpleName()) {
            case "Integer" -> Integer.valueOf(value);
            case "OffsetDateTime" -> Instant.parse(value).atOffset(ZoneOffset.UTC);
            case "LocalDateTime" -> LocalDateTime.parse(value);
            case "LocalDate" -> LocalDate.parse(value);
            case "LocalTime" -> LocalTime.parse(value);
            case "BigDecimal" -> new BigDecimal(value);
            case "Double" -> Double.valueOf(value);
            case "Float" -> Float.valueOf(value);
            case "Long" -> Long.valueOf(value);
            case "Short" -> Short.valueOf(value);
            case "Boolean" -> Boolean.valueOf(value);
            default -> value;
        };
    }

    @Test
    void aCsvFileIsWhatPostgresWrites() throws IOException {
        Path file = folder.resolve("some.csv");
        String query = "SELECT NULL::text AS none, '' AS empty, 'a \"b\"\n,ü' AS text, 1.5000::numeric(15,4) AS price,"
                + " timestamptz '2024-03-01 14:30+00' AS time WHERE ?::int = 1";
        assertThat(tb.sql(query, 1).toCsv(file)).isOne();
        assertThat(file)
                .hasContent("none,empty,text,price,time\n,\"\",\"a \"\"b\"\"\n,ü\",1.5000,2024-03-01 14:30:00+00\n");

        Path compressed = folder.resolve("some.csv.gz");
        tb.sql(query, 1).toCsv(compressed);
        try (InputStream in = new GZIPInputStream(Files.newInputStream(compressed))) {
            assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8)).isEqualTo(Files.readString(file));
        }
    }

    @Test
    void aResultWithoutRowsIsAFileWithColumns() throws IOException {
        assertThat(tb.sql(ALL + " LIMIT 0").toParquet(folder.resolve("none.parquet")))
                .isZero();
        try (Rows rows = ParquetFile.of(folder.resolve("none.parquet")).open()) {
            assertThat(rows.columns()).startsWith("i", "instant").hasSize(17);
            assertThat(rows.next()).isFalse();
        }
        assertThat(tb.sql(ALL + " LIMIT 0").toArrow(folder.resolve("none.arrow")))
                .isZero();
        try (RootAllocator memory = new RootAllocator();
                var channel = Files.newByteChannel(folder.resolve("none.arrow"));
                ArrowFileReader reader = new ArrowFileReader(channel, memory)) {
            assertThat(reader.getVectorSchemaRoot().getFieldVectors()).hasSize(17);
            assertThat(reader.loadNextBatch()).isFalse();
        }
        assertThat(tb.sql(ALL + " LIMIT 0").toCsv(folder.resolve("none.csv"))).isZero();
        assertThat(folder.resolve("none.csv")).content().startsWith("i,instant,");
    }

    @Test
    void infiniteTimesAreNull() throws IOException {
        tb.sql("SELECT timestamptz 'infinity' AS t, timestamp '-infinity' AS l, date 'infinity' AS d")
                .toParquet(folder.resolve("infinite.parquet"));
        try (Rows rows = ParquetFile.of(folder.resolve("infinite.parquet")).open()) {
            rows.next();
            assertThat(rows.raw()).isEmpty();
        }
    }

    @Test
    void whatFailsOnTheWayLeavesTheFileAsItWas() throws IOException {
        Path file = Files.writeString(folder.resolve("precious"), "as it was");
        Query failing = tb.sql("SELECT 1 / (60000 - i) AS x FROM generate_series(1, 100000) AS i");
        assertThatThrownBy(() -> failing.toCsv(file)).hasMessageContaining("division by zero");
        assertThatThrownBy(() -> failing.toParquet(file)).hasMessageContaining("division by zero");
        assertThatThrownBy(() -> failing.toArrow(file)).hasMessageContaining("division by zero");
        Query notANumber = tb.sql(
                "SELECT (CASE WHEN i < 99999 THEN i::numeric ELSE 'NaN' END)::numeric(15,4) AS price FROM generate_series(1, 100000) AS i");
        assertThatThrownBy(() -> notANumber.toParquet(file))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("Column \"price\" has a value that is no number")
                .hasMessageContaining("price::float8");
        assertThatThrownBy(() -> notANumber.toArrow(file)).hasMessageContaining("Column \"price\"");
        assertThat(file).hasContent("as it was");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
        assertThat(tb.sql("SELECT 1 AS one").table().rowCount())
                .as("the connection is good")
                .isOne();
    }

    @Test
    void aFileHasTheRightsOfAnyOtherOfItsFolder() throws IOException {
        Path exported = folder.resolve("rights.csv");
        tb.sql("SELECT 1").toCsv(exported);
        assertThat(Files.getPosixFilePermissions(exported))
                .isEqualTo(Files.getPosixFilePermissions(Files.createFile(folder.resolve("other.csv"))));
    }

    @Test
    void whereNoFileCanBeIsSaidFirst() {
        assertThatThrownBy(() -> tb.sql(ALL).toCsv(folder)).hasMessageContaining("is a folder. Name a file in it.");
        assertThatThrownBy(() -> tb.sql(ALL).toArrow(folder.resolve("none/x.arrow")))
                .hasMessageContaining("There is no folder " + folder.resolve("none"))
                .hasMessageContaining("Create it first");
        assertThatThrownBy(() -> tb.sql("SHOW server_version").toParquet(folder.resolve("x.parquet")))
                .hasMessageContaining("Only SELECT, WITH, VALUES and TABLE can be written to a file");
        assertThatThrownBy(() -> tb.sql("SELECT pg_sleep(0)").toCsv(folder.resolve("x.csv")))
                .hasMessageContaining("Use execute()");
    }

    @Test
    void barsAsTheyWereKnownAreWrittenToo() throws IOException {
        tb.sql(
                        "INSERT INTO market.market_data (time, symbol, interval, close) VALUES ('2024-03-01', 'X', '1d', 1.5), ('2024-03-04', 'X', '1d', 2)")
                .execute();
        Path file = folder.resolve("x.csv");
        assertThat(tb.read("X").asOf(Instant.parse("2024-03-02T00:00:00Z")).toCsv(file))
                .isOne();
        assertThat(file).content().contains("2024-03-01 00:00:00+00").doesNotContain("2024-03-04");
        assertThat(tb.read("X").toParquet(folder.resolve("x.parquet"))).isEqualTo(2);
        assertThat(tb.read("X").toArrow(folder.resolve("x.arrow"))).isEqualTo(2);
    }
}
