package dev.tickbook.db.internal;

import java.io.ByteArrayOutputStream;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.postgresql.PGConnection;
import org.postgresql.PGStatement;
import org.postgresql.copy.CopyOut;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/**
 * Reads the rows of a query through binary COPY: the server sends them as fast as it finds them, with a parallel plan
 * where that helps, and values need no parsing.
 */
public final class CopyReader {

    private static final byte[] NOTHING = {};

    private CopyReader() {}

    /**
     * Whether COPY takes a query: it does not take SHOW, EXPLAIN and the like, and knows no parameters, so that their
     * values are written by the driver, as it does in its simple query mode, for types of which the text is exact.
     *
     * @param sql the statement
     * @param parameters its parameters' values
     * @return whether {@link #read} may be called
     */
    public static boolean accepts(String sql, Object[] parameters) {
        String start = sql.stripLeading().toUpperCase(Locale.ROOT);
        return (start.startsWith("SELECT") || start.startsWith("WITH") || start.startsWith("VALUES"))
                && Arrays.stream(parameters)
                        .allMatch(p -> p == null
                                || p instanceof String
                                || p instanceof Number
                                || p instanceof Boolean
                                || p instanceof java.util.UUID
                                || p instanceof java.time.temporal.Temporal);
    }

    /**
     * @param columns what a query returns; null if it returns no rows
     * @return whether {@link #read} may be called; a function that returns nothing has a column that nothing can be cast to
     * @throws SQLException if the driver does not say
     */
    public static boolean accepts(ResultSetMetaData columns) throws SQLException {
        if (columns == null || columns.getColumnCount() == 0) {
            return false;
        }
        for (int i = 1; i <= columns.getColumnCount(); i++) {
            if (columns.getColumnTypeName(i).equals("void")) {
                return false;
            }
        }
        return true;
    }

    /**
     * @param statement prepared, with its parameters set, not executed
     * @param meta what it returns
     * @return a table with a column for each of the query's
     * @throws SQLException if the server fails
     */
    public static Table read(PreparedStatement statement, ResultSetMetaData meta) throws SQLException {
        String[] names = names(meta);
        String[] types = types(meta);
        Rows rows = new Rows(decoders(names, types));
        transfer(statement, rows.columns, rows::add);
        return rows.table();
    }

    /**
     * As {@link #read}, for a result of any length: its rows are counted, and only the first and the last are kept.
     *
     * @param statement prepared, with its parameters set, not executed
     * @param meta what it returns
     * @return the rows that people look at, and how many there are
     * @throws SQLException if the server fails
     */
    public static Preview preview(PreparedStatement statement, ResultSetMetaData meta) throws SQLException {
        ColumnDecoder[] columns = decoders(names(meta), types(meta));
        PreviewRows rows = new PreviewRows(columns.length);
        transfer(statement, columns, rows::add);
        rows.appendTo(columns);
        return new Preview(table(columns), rows.count());
    }

    private static Table table(ColumnDecoder[] columns) {
        return Table.create(
                "", Arrays.stream(columns).map(ColumnDecoder::column).toArray(Column<?>[]::new));
    }

    /**
     * Whether the driver may ask what a statement returns before it runs: it then prepares it on the server, which nobody
     * may do whose next statement can go to another server process.
     *
     * @param connection to the server or to a pooler before it
     * @return whether {@link PreparedStatement#getMetaData} may be called
     * @throws SQLException if the driver does not say
     */
    public static boolean describes(Connection connection) throws SQLException {
        return connection.unwrap(PGConnection.class).getPrepareThreshold() != 0;
    }

    /**
     * As {@link #read}, for a table that is wanted more than once.
     *
     * @param statement a SELECT that changes nothing, prepared, with its parameters set, not executed
     * @return the rows as the server sent them
     * @throws SQLException if the server fails
     */
    public static WireTable receive(PreparedStatement statement) throws SQLException {
        Connection connection = statement.getConnection();
        if (describes(connection)) {
            return receive(statement, statement.getMetaData());
        }
        try (Statement empty = connection.createStatement();
                ResultSet none = empty.executeQuery("SELECT * FROM ("
                        + withoutSemicolon(statement.unwrap(PGStatement.class).toString()) + "\n) AS query LIMIT 0")) {
            return receive(statement, none.getMetaData());
        }
    }

    private static WireTable receive(PreparedStatement statement, ResultSetMetaData meta) throws SQLException {
        String[] names = names(meta);
        String[] types = types(meta);
        ByteArrayOutputStream copy = new ByteArrayOutputStream();
        transfer(statement, decoders(names, types), copy::writeBytes);
        return new WireTable(List.of(names), List.of(types), copy.toByteArray());
    }

    /** The table that these rows are. */
    static Table table(String[] names, String[] types, byte[] copy) {
        Rows rows = new Rows(decoders(names, types));
        rows.add(copy);
        return rows.table();
    }

    private static String[] names(ResultSetMetaData meta) throws SQLException {
        ColumnNames names = new ColumnNames();
        String[] found = new String[meta.getColumnCount()];
        for (int i = 0; i < found.length; i++) {
            found[i] = names.unique(meta.getColumnLabel(i + 1));
        }
        return found;
    }

    private static String[] types(ResultSetMetaData meta) throws SQLException {
        String[] found = new String[meta.getColumnCount()];
        for (int i = 0; i < found.length; i++) {
            found[i] = meta.getColumnTypeName(i + 1);
        }
        return found;
    }

    private static ColumnDecoder[] decoders(String[] names, String[] types) {
        return IntStream.range(0, names.length)
                .mapToObj(i -> ColumnDecoder.of(types[i], names[i]))
                .toArray(ColumnDecoder[]::new);
    }

    private static void transfer(PreparedStatement statement, ColumnDecoder[] columns, Consumer<byte[]> messages)
            throws SQLException {
        CopyOut copy = statement
                .getConnection()
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyOut(command(statement.unwrap(PGStatement.class).toString(), columns));
        try {
            for (byte[] message = copy.readFromCopy(); message != null; message = copy.readFromCopy()) {
                messages.accept(message);
            }
        } finally {
            if (copy.isActive()) {
                copy.cancelCopy(); // so that the connection can roll back
            }
        }
    }

    /** Fills columns from messages, which may end in the middle of a row. */
    private static final class Rows {
        private final ColumnDecoder[] columns;
        private byte[] rest = NOTHING;
        private boolean started;

        Rows(ColumnDecoder[] columns) {
            this.columns = columns;
        }

        void add(byte[] message) {
            byte[] bytes = rest.length == 0 ? message : Wire.joined(rest, message);
            int at = 0;
            if (!started && bytes.length >= Wire.COPY_HEADER) {
                started = true;
                at = Wire.COPY_HEADER;
            }
            if (started) {
                at = rows(bytes, at, columns);
            }
            rest = at == bytes.length ? NOTHING : Arrays.copyOfRange(bytes, at, bytes.length);
        }

        Table table() {
            return CopyReader.table(columns);
        }
    }

    /** Each column is given the type that its decoder reads; where it has it already, that costs nothing. */
    private static String command(String query, ColumnDecoder[] columns) {
        String casts = IntStream.range(0, columns.length)
                .mapToObj(i -> "c" + i + "::" + (columns[i].wireType() == null ? "text" : columns[i].wireType()))
                .collect(Collectors.joining(", "));
        String aliases =
                IntStream.range(0, columns.length).mapToObj(i -> "c" + i).collect(Collectors.joining(", "));
        return "COPY (SELECT " + casts + " FROM (" + withoutSemicolon(query) + "\n) AS query (" + aliases
                + ")) TO STDOUT (FORMAT binary)";
    }

    private static String withoutSemicolon(String query) {
        String stripped = query.stripTrailing();
        return stripped.endsWith(";") ? withoutSemicolon(stripped.substring(0, stripped.length() - 1)) : stripped;
    }

    /** Appends the whole rows that bytes has from at on; returns where the first that is not whole starts. */
    private static int rows(byte[] bytes, int at, ColumnDecoder[] columns) {
        int start = at;
        while (start + 2 <= bytes.length) {
            if (Wire.isTrailer(bytes, start)) {
                return bytes.length;
            }
            if (Wire.endOfRow(bytes, start, columns.length) < 0) {
                return start;
            }
            start = append(bytes, start, columns);
        }
        return start;
    }

    /** Appends the row that starts at start, and returns where it ends. */
    static int append(byte[] bytes, int start, ColumnDecoder[] columns) {
        int value = start + 2;
        for (ColumnDecoder column : columns) {
            int length = Wire.int4(bytes, value);
            value += 4;
            if (length < 0) {
                column.column().appendMissing();
            } else {
                column.appender().append(bytes, value, length);
                value += length;
            }
        }
        return value;
    }
}
