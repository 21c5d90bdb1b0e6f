package dev.tickbook.ingest;

import dev.tickbook.TickbookException;
import dev.tickbook.ingest.internal.JdbcRows;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * The rows of a query in any database that has a JDBC driver.
 *
 * <pre>{@code
 * tb.ingest(JdbcSource.of("jdbc:mysql://archive/prices", "SELECT day AS time, ticker AS symbol, close FROM eod WHERE day >= ?", from)
 *         .as("reader", System.getenv("ARCHIVE_PASSWORD")));
 * }</pre>
 *
 * <p>Rows are fetched some thousands at a time, so memory does not grow with their number. The names of the columns are
 * the labels of the query. The driver must be on the class path.
 *
 * <p>Immutable: each method returns a changed copy.
 */
public final class JdbcSource implements Source {

    private static final int FETCH_SIZE = 5_000;

    /** Where connections come from: a pool, a data source. */
    @FunctionalInterface
    public interface Connections {
        /**
         * @return an open connection, which the source closes
         * @throws SQLException if there is none
         */
        Connection get() throws SQLException;
    }

    private final String name;
    private final Connections connections;
    private final String url; // null where somebody else connects
    private final String sql;
    private final Object[] parameters;
    private final int fetchSize;

    private JdbcSource(
            String name, Connections connections, String url, String sql, Object[] parameters, int fetchSize) {
        this.name = name;
        this.connections = connections;
        this.url = url;
        this.sql = sql;
        this.parameters = parameters;
        this.fetchSize = fetchSize;
    }

    /**
     * @param url the database, as its driver wants it; user and password in it, or see {@link #as}
     * @param sql one query, {@code ?} where a parameter goes
     * @param parameters their values, in order
     * @return its rows
     */
    public static JdbcSource of(String url, String sql, Object... parameters) {
        return new JdbcSource(
                "query", () -> JdbcRows.connect(url, null, null), url, sql, parameters.clone(), FETCH_SIZE);
    }

    /**
     * @param connections where a connection comes from, for example {@code dataSource::getConnection}
     * @param sql one query, {@code ?} where a parameter goes
     * @param parameters their values, in order
     * @return its rows
     */
    public static JdbcSource of(Connections connections, String sql, Object... parameters) {
        return new JdbcSource("query", connections, null, sql, parameters.clone(), FETCH_SIZE);
    }

    /**
     * @param user who connects
     * @param password with which password; take it from the environment, not from the source
     * @return the same query, asked by that user
     * @throws TickbookException if the connections are somebody else's
     */
    public JdbcSource as(String user, String password) {
        if (url == null) {
            throw new TickbookException(
                    "These connections are made by your own code: it is that which needs the user and the password.");
        }
        return new JdbcSource(name, () -> JdbcRows.connect(url, user, password), url, sql, parameters, fetchSize);
    }

    /**
     * @param name what reports call it; "query" if none is given
     * @return the same query under that name
     */
    public JdbcSource named(String name) {
        return new JdbcSource(name, connections, url, sql, parameters, fetchSize);
    }

    /**
     * @param rows how many to fetch at a time, where it is not 5,000. Drivers differ: MySQL's streams only with
     *     {@code Integer.MIN_VALUE}, which is passed on as it is
     * @return the same query, fetched that way
     */
    public JdbcSource fetchSize(int rows) {
        return new JdbcSource(name, connections, url, sql, parameters, rows);
    }

    @Override
    public String name() {
        return name;
    }

    /**
     * @throws TickbookException if there is no connection, or the query fails; it says what the database said
     */
    @Override
    public Rows open() throws IOException {
        return JdbcRows.open(connections, sql, parameters, fetchSize);
    }

    @Override
    public String toString() {
        return "JdbcSource[" + sql + "]";
    }
}
