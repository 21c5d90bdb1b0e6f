package dev.tickbook.ingest.internal;

import dev.tickbook.TickbookException;
import dev.tickbook.db.internal.Secrets;
import dev.tickbook.ingest.JdbcSource;
import dev.tickbook.ingest.Rows;
import java.io.IOException;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.ServiceLoader;

/** Rows of a query. */
public final class JdbcRows implements Rows {

    private final Connection connection;
    private final PreparedStatement statement;
    private final ResultSet rows;
    private final List<String> names = new ArrayList<>();
    private final Cell[] cells;
    private final String[] values;
    private long row;

    /** Reads one column of the present row. */
    private interface Cell {
        String of(ResultSet row, int column) throws SQLException;
    }

    private JdbcRows(Connection connection, PreparedStatement statement, ResultSet rows) throws SQLException {
        this.connection = connection;
        this.statement = statement;
        this.rows = rows;
        ResultSetMetaData meta = rows.getMetaData();
        cells = new Cell[meta.getColumnCount()];
        values = new String[cells.length];
        for (int i = 0; i < cells.length; i++) {
            names.add(meta.getColumnLabel(i + 1));
            cells[i] = cell(meta.getColumnType(i + 1), meta.getColumnTypeName(i + 1));
        }
    }

    /**
     * @param url as the driver wants it
     * @param user null where the URL names one
     * @param password null where the URL has it
     * @return an open connection
     * @throws SQLException if the database refuses
     */
    public static Connection connect(String url, String user, String password) throws SQLException {
        Properties properties = new Properties();
        if (user != null) {
            properties.setProperty("user", user);
        }
        if (password != null) {
            properties.setProperty("password", password);
        }
        // DriverManager does not see the drivers that a notebook's class loader has.
        for (Driver driver : ServiceLoader.load(Driver.class, JdbcRows.class.getClassLoader())) {
            if (driver.acceptsURL(url)) {
                return driver.connect(url, properties);
            }
        }
        return DriverManager.getConnection(url, properties);
    }

    /**
     * Runs a query.
     *
     * @param connections where a connection comes from
     * @param sql one query
     * @param parameters the values of its {@code ?}
     * @param fetchSize rows per round trip
     * @return its rows
     */
    public static JdbcRows open(JdbcSource.Connections connections, String sql, Object[] parameters, int fetchSize) {
        List<AutoCloseable> opened = new ArrayList<>();
        try {
            Connection connection = connections.get();
            opened.add(connection);
            connection.setAutoCommit(false); // PostgreSQL streams only inside a transaction
            PreparedStatement statement = connection.prepareStatement(sql);
            opened.add(statement);
            statement.setFetchSize(fetchSize);
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(
                        i + 1,
                        parameters[i] instanceof Instant instant ? instant.atOffset(ZoneOffset.UTC) : parameters[i]);
            }
            return new JdbcRows(connection, statement, statement.executeQuery());
        } catch (SQLException e) {
            for (int i = opened.size() - 1; i >= 0; i--) {
                closeQuietly(opened.get(i), e);
            }
            throw new TickbookException(
                    (opened.isEmpty() ? "There is no connection for the query: " : "The query failed: ")
                            + Secrets.hide(String.valueOf(e.getMessage()))
                            + (opened.isEmpty()
                                    ? ". Check the URL, the user, and that the database's driver is on the class path.\n"
                                    : "\nMend the query: ")
                            + sql,
                    e);
        }
    }

    private static void closeQuietly(AutoCloseable resource, SQLException reason) {
        try {
            resource.close();
        } catch (Exception e) {
            reason.addSuppressed(e);
        }
    }

    private static Cell cell(int type, String typeName) {
        String name = typeName.toLowerCase(Locale.ROOT);
        if (type == Types.TIMESTAMP_WITH_TIMEZONE || name.equals("timestamptz") || name.contains("with time zone")) {
            return (row, i) -> instant(row, i);
        }
        return switch (type) {
            case Types.TIMESTAMP -> (row, i) -> TypedText.of(row.getObject(i, LocalDateTime.class));
            case Types.DATE -> (row, i) -> TypedText.of(row.getObject(i, LocalDate.class));
            case Types.TIME -> (row, i) -> TypedText.of(row.getObject(i, LocalTime.class));
            case Types.NUMERIC, Types.DECIMAL -> (row, i) -> number(row, i);
            case Types.DOUBLE, Types.FLOAT -> (row, i) -> orNull(row, TypedText.of(row.getDouble(i)));
            case Types.REAL -> (row, i) -> orNull(row, TypedText.of(row.getFloat(i)));
            case Types.BIT, Types.BOOLEAN -> (row, i) -> orNull(row, String.valueOf(row.getBoolean(i)));
            default -> ResultSet::getString;
        };
    }

    private static String instant(ResultSet row, int column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        boolean infinite = OffsetDateTime.MAX.equals(time) || OffsetDateTime.MIN.equals(time);
        return infinite ? row.getString(column) : TypedText.of(time);
    }

    /** PostgreSQL's numeric may be NaN, which no BigDecimal is. */
    private static String number(ResultSet row, int column) throws SQLException {
        String text = row.getString(column);
        return text == null || text.indexOf('E') < 0 && text.indexOf('e') < 0
                ? text
                : TypedText.of(row.getBigDecimal(column));
    }

    private static String orNull(ResultSet row, String value) throws SQLException {
        return row.wasNull() ? null : value;
    }

    @Override
    public List<String> columns() {
        return List.copyOf(names);
    }

    @Override
    public boolean next() throws IOException {
        try {
            if (!rows.next()) {
                return false;
            }
            row++;
            for (int i = 0; i < cells.length; i++) {
                values[i] = cells[i].of(rows, i + 1);
            }
            return true;
        } catch (SQLException e) {
            throw new IOException(
                    "The query stopped after " + row + " rows: " + Secrets.hide(String.valueOf(e.getMessage()))
                            + ". Run again to go on.",
                    e);
        }
    }

    @Override
    public String value(int column) {
        return values[column];
    }

    @Override
    public long line() {
        return row;
    }

    @Override
    public String raw() {
        return TypedText.row(names, values);
    }

    @Override
    public void close() throws IOException {
        try {
            rows.close();
            statement.close();
            if (!connection.isClosed()) {
                connection.rollback(); // a pool wants its connections back without a transaction
            }
            connection.close();
        } catch (SQLException e) {
            throw new IOException("The connection of the query cannot be closed: " + e.getMessage(), e);
        }
    }
}
