package dev.tickbook.db.internal;

import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.Arrays;
import tech.tablesaw.api.BooleanColumn;
import tech.tablesaw.api.DateColumn;
import tech.tablesaw.api.DateTimeColumn;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.FloatColumn;
import tech.tablesaw.api.InstantColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.LongColumn;
import tech.tablesaw.api.ShortColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.api.TimeColumn;
import tech.tablesaw.columns.Column;

/** Reads rows through JDBC into a Tablesaw table, for statements that COPY does not take. */
public final class TableReader {

    /** How many rows are read before all but the last of them are let go. */
    private static final int LONGEST_TAIL = 1_000;

    private TableReader() {}

    /**
     * @param rows at their start; read to their end
     * @return a table with the same column names
     * @throws SQLException if the server fails in the middle
     */
    public static Table read(ResultSet rows) throws SQLException {
        Appender<?>[] appenders = appenders(rows.getMetaData());
        while (rows.next()) {
            append(rows, appenders);
        }
        return table(appenders);
    }

    /**
     * As {@link #read}, for a result of any length: its rows are counted, and only the first and the last are kept.
     *
     * @param rows at their start; read to their end
     * @return the rows that people look at, and how many there are
     * @throws SQLException if the server fails in the middle
     */
    public static Preview preview(ResultSet rows) throws SQLException {
        Appender<?>[] first = appenders(rows.getMetaData());
        Appender<?>[] last = appenders(rows.getMetaData());
        long count = 0;
        for (; rows.next(); count++) {
            append(rows, count < Preview.ENDS ? first : last);
            if (last.length > 0 && last[0].column().size() == LONGEST_TAIL) {
                Table ends = table(last).last(Preview.ENDS);
                last = appenders(rows.getMetaData());
                for (int i = 0; i < last.length; i++) {
                    last[i].appendAll(ends.column(i));
                }
            }
        }
        return new Preview(table(first).append(table(last).last(Preview.ENDS)), count);
    }

    private static Appender<?>[] appenders(ResultSetMetaData meta) throws SQLException {
        Appender<?>[] appenders = new Appender<?>[meta.getColumnCount()];
        ColumnNames names = new ColumnNames();
        for (int i = 0; i < appenders.length; i++) {
            appenders[i] = appender(meta.getColumnTypeName(i + 1), names.unique(meta.getColumnLabel(i + 1)), i + 1);
        }
        return appenders;
    }

    private static void append(ResultSet row, Appender<?>[] appenders) throws SQLException {
        for (Appender<?> appender : appenders) {
            appender.append(row);
        }
    }

    private static Table table(Appender<?>[] appenders) {
        return Table.create("", Arrays.stream(appenders).map(Appender::column).toArray(Column<?>[]::new));
    }

    /** One cell's value, null for NULL. */
    private interface Cell<T> {
        T of(ResultSet row) throws SQLException;
    }

    private record Appender<T>(Column<T> column, Cell<T> cell) {
        void append(ResultSet row) throws SQLException {
            column.append(cell.of(row));
        }

        @SuppressWarnings("unchecked") // a column of the same result
        void appendAll(Column<?> values) {
            column.append((Column<T>) values);
        }
    }

    private static Appender<?> appender(String type, String name, int i) {
        return switch (type) {
            case "timestamptz" -> new Appender<>(InstantColumn.create(name), row -> instant(row, i));
            case "timestamp" ->
                new Appender<>(DateTimeColumn.create(name), row -> row.getObject(i, LocalDateTime.class));
            case "date" -> new Appender<>(DateColumn.create(name), row -> row.getObject(i, LocalDate.class));
            case "time" -> new Appender<>(TimeColumn.create(name), row -> row.getObject(i, LocalTime.class));
            case "numeric", "float8" -> new Appender<>(DoubleColumn.create(name), row -> orNull(row, row.getDouble(i)));
            case "float4" -> new Appender<>(FloatColumn.create(name), row -> orNull(row, row.getFloat(i)));
            case "int8", "bigserial", "oid" ->
                new Appender<>(LongColumn.create(name), row -> orNull(row, row.getLong(i)));
            case "int4", "serial" -> new Appender<>(IntColumn.create(name), row -> orNull(row, row.getInt(i)));
            case "int2", "smallserial" -> new Appender<>(ShortColumn.create(name), row -> orNull(row, row.getShort(i)));
            case "bool" -> new Appender<>(BooleanColumn.create(name), row -> orNull(row, row.getBoolean(i)));
            default -> new Appender<>(StringColumn.create(name), row -> row.getString(i));
        };
    }

    private static Instant instant(ResultSet row, int i) throws SQLException {
        OffsetDateTime value = row.getObject(i, OffsetDateTime.class);
        return value == null ? null : value.toInstant();
    }

    private static <T> T orNull(ResultSet row, T value) throws SQLException {
        return row.wasNull() ? null : value;
    }
}
