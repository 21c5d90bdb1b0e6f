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
import java.util.function.Consumer;
import java.util.regex.Pattern;
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

    /** What COPY takes, after comments. */
    private static final Pattern QUERY = Pattern.compile(
            "(?:\\s|--.*\\R|/\\*(?s:.*?)\\*/)*+(?:SELECT|WITH|VALUES|TABLE)\\b", Pattern.CASE_INSENSITIVE);

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
        return QUERY.matcher(sql).lookingAt()
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
        transfer(statement, wireTypes(rows.columns), rows::add);
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
        transfer(statement, wireTypes(columns), rows::add);
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
        return described(statement, meta -> {
            String[] names = names(meta);
            String[] types = types(meta);
            ByteArrayOutputStream copy = new ByteArrayOutputStream();
            transfer(statement, wireTypes(decoders(names, types)), copy::writeBytes);
            return new WireTable(List.of(names), List.of(types), copy.toByteArray());
        });
    }

    /** Work with what a statement returns. */
    interface Described<T> {
        T on(ResultSetMetaData meta) throws SQLException;
    }

    /** Finds out what a statement returns, also where the driver may not ask; see {@link #describes}. */
    static <T> T described(PreparedStatement statement, Described<T> work) throws SQLException {
        Connection connection = statement.getConnection();
        if (describes(connection)) {
            return work.on(statement.getMetaData());
        }
        try (Statement empty = connection.createStatement();
                ResultSet none = empty.executeQuery("SELECT * FROM (" + text(statement) + "\n) AS query LIMIT 0")) {
            return work.on(none.getMetaData());
        }
    }

    /** The table that these rows are. */
    static Table table(String[] names, String[] types, byte[] copy) {
        Rows rows = new Rows(decoders(names, types));
        rows.add(copy);
        return rows.table();
    }

    static String[] names(ResultSetMetaData meta) throws SQLException {
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

    private static List<String> wireTypes(ColumnDecoder[] columns) {
        return Arrays.stream(columns).map(ColumnDecoder::wireType).toList();
    }

    /** Sends each message with rows on, as it comes: each column in the binary format of its wire type. */
    static void transfer(PreparedStatement statement, List<String> wireTypes, Consumer<byte[]> messages)
            throws SQLException {
        transfer(statement.getConnection(), command(text(statement), wireTypes), messages);
    }

    /** Sends each message of a COPY … TO STDOUT on, as it comes; returns the number of rows. */
    static long transfer(Connection connection, String command, Consumer<byte[]> messages) throws SQLException {
        CopyOut copy = connection.unwrap(PGConnection.class).getCopyAPI().copyOut(command);
        try {
            for (byte[] message = copy.readFromCopy(); message != null; message = copy.readFromCopy()) {
                messages.accept(message);
            }
            return copy.getHandledRowCount();
        } finally {
            if (copy.isActive()) {
                // Who takes no more does not want the rest read either, and a cancellation can come late and hit
                // the next statement. So the connection ends here, and the pool makes another.
                connection.abort(Runnable::run);
            }
        }
    }

    /** Fills columns from messages. */
    private static final class Rows {
        private final ColumnDecoder[] columns;
        private final CopyFrames frames;

        Rows(ColumnDecoder[] columns) {
            this.columns = columns;
            frames = new CopyFrames(columns.length, this::row);
        }

        void add(byte[] message) {
            frames.add(message);
        }

        private void row(byte[] bytes, int[] at, int[] length) {
            for (int i = 0; i < columns.length; i++) {
                append(columns[i], bytes, at[i], length[i]);
            }
        }

        Table table() {
            return CopyReader.table(columns);
        }
    }

    /** Each column is given the type that its decoder reads; where it has it already, that costs nothing. */
    private static String command(String query, List<String> wireTypes) {
        String casts = IntStream.range(0, wireTypes.size())
                .mapToObj(i -> "c" + i + "::" + wireTypes.get(i))
                .collect(Collectors.joining(", "));
        String aliases =
                IntStream.range(0, wireTypes.size()).mapToObj(i -> "c" + i).collect(Collectors.joining(", "));
        return "COPY (SELECT " + casts + " FROM (" + query + "\n) AS query (" + aliases
                + ")) TO STDOUT (FORMAT binary)";
    }

    /** The statement with the values of its parameters in it. */
    static String text(PreparedStatement statement) throws SQLException {
        return withoutSemicolon(statement.unwrap(PGStatement.class).toString());
    }

    private static String withoutSemicolon(String query) {
        String stripped = query.stripTrailing();
        return stripped.endsWith(";") ? withoutSemicolon(stripped.substring(0, stripped.length() - 1)) : stripped;
    }

    /** Appends the row that starts at start. */
    static void append(byte[] bytes, int start, ColumnDecoder[] columns) {
        int value = start + 2;
        for (ColumnDecoder column : columns) {
            int length = Wire.int4(bytes, value);
            append(column, bytes, value + 4, length);
            value += 4 + Math.max(0, length);
        }
    }

    private static void append(ColumnDecoder column, byte[] bytes, int at, int length) {
        if (length < 0) {
            column.column().appendMissing();
        } else {
            column.appender().append(bytes, at, length);
        }
    }
}
