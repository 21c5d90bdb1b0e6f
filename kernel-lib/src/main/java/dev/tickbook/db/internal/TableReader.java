package dev.tickbook.db.internal;

import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
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

    private TableReader() {}

    /**
     * @param rows at their start; read to their end
     * @return a table with the same column names
     * @throws SQLException if the server fails in the middle
     */
    public static Table read(ResultSet rows) throws SQLException {
        ResultSetMetaData meta = rows.getMetaData();
        Column<?>[] columns = new Column<?>[meta.getColumnCount()];
        Appender<?>[] appenders = new Appender<?>[columns.length];
        ColumnNames names = new ColumnNames();
        for (int i = 0; i < columns.length; i++) {
            appenders[i] = appender(meta.getColumnTypeName(i + 1), names.unique(meta.getColumnLabel(i + 1)), i + 1);
            columns[i] = appenders[i].column();
        }
        while (rows.next()) {
            for (Appender<?> appender : appenders) {
                appender.append(rows);
            }
        }
        return Table.create("", columns);
    }

    /** One cell's value, null for NULL. */
    private interface Cell<T> {
        T of(ResultSet row) throws SQLException;
    }

    private record Appender<T>(Column<T> column, Cell<T> cell) {
        void append(ResultSet row) throws SQLException {
            column.append(cell.of(row));
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
