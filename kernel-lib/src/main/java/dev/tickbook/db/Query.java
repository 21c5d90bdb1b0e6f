package dev.tickbook.db;

import dev.tickbook.TickbookException;
import dev.tickbook.db.internal.CopyReader;
import dev.tickbook.db.internal.Export;
import dev.tickbook.db.internal.SqlErrors;
import dev.tickbook.db.internal.TableReader;
import dev.tickbook.db.internal.Transaction;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.function.Supplier;
import tech.tablesaw.api.Table;

/**
 * One SQL statement with its parameters. It runs when its result is asked for, and again each time.
 *
 * <pre>{@code
 * Table bars = tb.sql("SELECT * FROM market.market_data WHERE symbol = ? AND time >= ?", "DAX", from).table();
 * }</pre>
 */
public final class Query {

    /** Rows per round trip: enough to hide the latency, few enough to keep memory flat while columns are filled. */
    private static final int FETCH_SIZE = 10_000;

    private final Supplier<Connection> connections;
    private final String sql;
    private final Object[] parameters;

    /**
     * Made by {@link dev.tickbook.Tickbook#sql}.
     *
     * @param connections where a connection comes from
     * @param sql one statement
     * @param parameters the values of its {@code ?}
     */
    public Query(Supplier<Connection> connections, String sql, Object... parameters) {
        this.connections = connections;
        this.sql = sql;
        this.parameters = parameters == null ? new Object[] {null} : parameters.clone();
    }

    /**
     * Runs the query and reads all its rows.
     *
     * <p>Column types: {@code timestamptz} becomes an instant column (UTC), {@code timestamp} a date-time column,
     * {@code date} a date column, {@code numeric} and {@code double precision} a double column, whole numbers the column
     * of their size, {@code boolean} a boolean column, everything else text. NULL becomes a missing value, and so does an
     * infinite time. Tablesaw keeps times to the millisecond.
     *
     * @return a table with the query's column names
     * @throws TickbookException if the statement fails or returns no rows by its nature
     */
    public Table table() {
        // In a transaction, because only there the driver fetches rows by and by, which keeps memory flat.
        return explained(() -> Transaction.run(
                connections,
                connection -> on(connection, statement -> {
                    if (CopyReader.accepts(sql, parameters) && CopyReader.describes(connection)) {
                        ResultSetMetaData columns = statement.getMetaData(); // checks the statement, and runs nothing
                        if (CopyReader.accepts(columns)) {
                            return CopyReader.read(statement, columns);
                        }
                    }
                    statement.setFetchSize(FETCH_SIZE);
                    if (!statement.execute()) {
                        throw new TickbookException(
                                "This statement returns no rows: " + sql + "\nUse execute() for it.");
                    }
                    try (ResultSet rows = statement.getResultSet()) {
                        return TableReader.read(rows);
                    }
                })));
    }

    /**
     * Runs the query and writes its rows to a CSV file with a header, as PostgreSQL writes CSV: NULL is nothing at all,
     * an empty text is {@code ""}, numbers are written as they are stored, times in UTC ({@code 2024-03-01 14:30:00+00}).
     * A name that ends in {@code .gz} asks for gzip.
     *
     * <p>Rows go to the file as they come, so memory does not grow with their number. The file is there whole or not at
     * all: if anything fails, what was there before is untouched.
     *
     * @param file where to, UTF-8; its folder must exist, a file of that name is replaced
     * @return the number of rows
     * @throws TickbookException if the statement fails or is no SELECT, WITH, VALUES or TABLE, or the file cannot be
     *     written
     */
    public long toCsv(Path file) {
        return export(Export.CSV, file);
    }

    /**
     * Runs the query and writes its rows to an Apache Parquet file, as {@link #toCsv} does.
     *
     * <p>Types: {@code timestamptz} becomes a timestamp in microseconds, UTC; {@code timestamp} one without a zone;
     * {@code numeric(p, s)} a decimal of the same digits, exact; {@code numeric} without a scale, as computations give
     * it, the nearest double; {@code date}, {@code time}, whole numbers, {@code real}, {@code double precision} and
     * {@code boolean} what they are; everything else text. An infinite time becomes NULL. Where another program should
     * see a decimal as a double, write {@code close::float8} in the query.
     *
     * @param file where to; its folder must exist, a file of that name is replaced
     * @return the number of rows
     * @throws TickbookException if the statement fails or is no SELECT, WITH, VALUES or TABLE, a decimal column has a
     *     NaN, or the file cannot be written
     */
    public long toParquet(Path file) {
        return export(Export.PARQUET, file);
    }

    /**
     * Runs the query and writes its rows to an Arrow file (also called Feather, version 2) that pyarrow, R and Polars
     * open without copying. As {@link #toParquet}, with the same types.
     *
     * @param file where to; its folder must exist, a file of that name is replaced
     * @return the number of rows
     * @throws TickbookException if the statement fails or is no SELECT, WITH, VALUES or TABLE, a decimal column has a
     *     NaN, or the file cannot be written
     */
    public long toArrow(Path file) {
        return export(Export.ARROW, file);
    }

    private long export(Export format, Path file) {
        return explained(() -> Transaction.run(
                connections, connection -> on(connection, statement -> format.to(file, statement, parameters))));
    }

    /**
     * Runs the statement, by itself, so that it may also be a {@code CALL} of a procedure that commits.
     *
     * @return the number of rows that it changed; 0 for statements that change none
     * @throws TickbookException if the statement fails
     */
    public long execute() {
        return explained(() -> {
            try (Connection connection = connections.get()) {
                return on(connection, statement -> {
                    statement.execute();
                    return Math.max(0, statement.getLargeUpdateCount());
                });
            }
        });
    }

    private interface Work<T> {
        T on(PreparedStatement statement) throws SQLException;
    }

    private <T> T on(Connection connection, Work<T> work) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, bindable(parameters[i]));
            }
            return work.on(statement);
        }
    }

    private interface Run<T> {
        T get() throws SQLException;
    }

    private <T> T explained(Run<T> run) {
        try {
            return run.get();
        } catch (SQLException e) {
            // The driver numbers the parameters, so with any the server's positions are not those of this text.
            throw SqlErrors.explain(e, parameters.length == 0 ? sql : null);
        }
    }

    /** The driver takes times with a zone only as {@link java.time.OffsetDateTime}. */
    private static Object bindable(Object parameter) {
        return parameter instanceof Instant instant ? instant.atOffset(ZoneOffset.UTC) : parameter;
    }

    @Override
    public String toString() {
        return sql;
    }
}
