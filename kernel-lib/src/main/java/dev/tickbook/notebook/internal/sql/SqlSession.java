package dev.tickbook.notebook.internal.sql;

import dev.tickbook.Tickbook;
import dev.tickbook.TickbookException;
import dev.tickbook.db.internal.CopyReader;
import dev.tickbook.db.internal.Preview;
import dev.tickbook.db.internal.SqlErrors;
import dev.tickbook.db.internal.TableReader;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.TransactionState;
import tech.tablesaw.api.Table;

/**
 * The connection that the SQL cells of a notebook share, so that SET, temporary tables and BEGIN hold from one cell to the
 * next, as in psql. A connection that is lost is replaced for the next cell.
 */
public final class SqlSession {

    private static final int FETCH_SIZE = 10_000;
    private static final String CANCELLED = "57014";
    private static final String IN_FAILED_TRANSACTION = "25P02";

    private Tickbook tickbook;
    private Connection connection;
    private volatile boolean interrupted;

    /**
     * Runs a cell's statements, one after the other, each by itself unless the cell says BEGIN.
     *
     * @param tb the database; if it is another than before, the connection to the former is given back
     * @param sql what the person wrote
     * @param variables the values of Java variables by name
     * @param shown takes what each statement but the last returned: a {@link Preview}, a {@link Plan} or a {@link Done}
     * @return what the last one returned; a {@link Kept} if the cell keeps it
     * @throws TickbookException if there is no statement, or one fails; those before it have been run
     */
    public Object run(Tickbook tb, String sql, Function<String, Object> variables, Consumer<Object> shown) {
        SqlCell cell = SqlCell.parse(sql);
        if (cell.statements().isEmpty()) {
            throw new TickbookException("There is no SQL in this cell. Write a statement below %%sql, or after %sql.");
        }
        interrupted = false;
        Object result = null;
        for (int i = 0; i < cell.statements().size(); i++) {
            if (i > 0) {
                shown.accept(result);
            }
            boolean keep = cell.keepAs() != null && i == cell.statements().size() - 1;
            result = run(tb, cell, cell.statements().get(i), variables, keep);
        }
        return result;
    }

    /** Tells a cell that is running that the person has interrupted it. */
    public void interrupt() {
        interrupted = true;
    }

    /** Gives the connection back. */
    public synchronized void close() {
        if (connection != null) {
            try {
                connection.close();
            } catch (SQLException e) {
                // It was lost; there is nothing to give back.
            }
            connection = null;
        }
    }

    private Object run(Tickbook tb, SqlCell cell, SqlStatement sql, Function<String, Object> variables, boolean keep) {
        List<Object> values = new ArrayList<>();
        sql.parameters().forEach(name -> values.add(variables.apply(name)));
        if (interrupted) {
            throw new TickbookException("Interrupted before " + sql.title() + ".");
        }
        if (sql.copiesToOrFromClient()) {
            throw new TickbookException("COPY … FROM STDIN and TO STDOUT need a program that sends or takes the rows."
                    + " Load files with tb.ingest(…), and read with a SELECT.");
        }
        Connection current = connection(tb);
        try (PreparedStatement statement = current.prepareStatement(sql.text())) {
            for (int i = 0; i < values.size(); i++) {
                Binding.set(statement, i + 1, sql.parameters().get(i), values.get(i));
            }
            Object result = run(statement, sql, keep);
            tellNotices(statement.getWarnings());
            return keep ? new Kept(cell.keepAs(), table(result, sql)) : result;
        } catch (SQLException e) {
            throw explained(e, cell, sql);
        }
    }

    private static Object run(PreparedStatement statement, SqlStatement sql, boolean keep) throws SQLException {
        if (sql.isPlainQuery() && CopyReader.describes(statement.getConnection())) {
            ResultSetMetaData columns = statement.getMetaData(); // checks the statement, and runs nothing
            if (CopyReader.accepts(columns)) {
                return keep ? CopyReader.read(statement, columns) : CopyReader.preview(statement, columns);
            }
        }
        Connection connection = statement.getConnection();
        boolean own = sql.mayReturnManyRows()
                && connection.unwrap(BaseConnection.class).getTransactionState() == TransactionState.IDLE;
        if (!own) {
            return execute(statement, sql, keep);
        }
        connection.setAutoCommit(false); // because only in a transaction the driver fetches rows by and by
        try {
            Object result = execute(statement, sql, keep);
            connection.commit();
            connection.setAutoCommit(true);
            return result;
        } catch (Throwable e) { // also what is no error of SQL's, such as a result too large to keep
            rollBack(connection, e);
            throw e;
        }
    }

    /** A lost connection cannot roll back, and need not. What was thrown first is what matters. */
    private static void rollBack(Connection connection, Throwable reason) {
        try {
            connection.rollback();
            connection.setAutoCommit(true);
        } catch (SQLException e) {
            reason.addSuppressed(e);
        }
    }

    private static Object execute(PreparedStatement statement, SqlStatement sql, boolean keep) throws SQLException {
        statement.setFetchSize(FETCH_SIZE);
        if (!statement.execute()) {
            return new Done(sql.title(), Math.max(0, statement.getLargeUpdateCount()));
        }
        try (ResultSet rows = statement.getResultSet()) {
            if (sql.verb().equals("EXPLAIN")) {
                return Plan.read(rows);
            }
            if (isVoid(rows.getMetaData())) {
                return new Done(sql.title(), 0);
            }
            return keep ? TableReader.read(rows) : TableReader.preview(rows);
        }
    }

    /** Functions that only do something return a column without values. */
    private static boolean isVoid(ResultSetMetaData columns) throws SQLException {
        for (int i = 1; i <= columns.getColumnCount(); i++) {
            if (!columns.getColumnTypeName(i).equals("void")) {
                return false;
            }
        }
        return columns.getColumnCount() > 0;
    }

    private static Table table(Object result, SqlStatement sql) {
        if (result instanceof Table table) {
            return table;
        }
        if (result instanceof Plan plan) {
            return plan.table();
        }
        throw new TickbookException(
                sql.title() + " returns no rows to keep. Leave out the name and << in front of it; it has been run.");
    }

    /** What the server remarks, as psql shows it. */
    private static void tellNotices(SQLWarning first) {
        for (SQLWarning notice = first; notice != null; notice = notice.getNextWarning()) {
            System.out.println("Notice: " + notice.getMessage());
        }
    }

    private TickbookException explained(SQLException e, SqlCell cell, SqlStatement sql) {
        String state = String.valueOf(e.getSQLState());
        if (interrupted && state.equals(CANCELLED)) {
            return new TickbookException("Interrupted; the server has stopped the query.", e);
        }
        if (state.startsWith("08") || state.startsWith("57P0")) {
            drop();
            return new TickbookException(
                    "The connection to the server was lost (" + e.getMessage()
                            + "). Run the cell again: it connects anew. What was set, begun or kept in temporary tables"
                            + " on the old connection is gone.",
                    e);
        }
        TickbookException said = SqlErrors.explain(e, cell.text(), sql::place);
        return state.equals(IN_FAILED_TRANSACTION)
                ? new TickbookException(
                        said.getMessage()
                                + "\nHint: A statement failed after BEGIN. Run %sql ROLLBACK, and begin anew.",
                        e)
                : said;
    }

    /** Ends a connection that was lost, so that the pool sees it too and lends it to nobody. */
    private synchronized void drop() {
        try {
            connection.abort(Runnable::run);
        } catch (SQLException e) {
            // It has ended already.
        }
        close();
    }

    private synchronized Connection connection(Tickbook tb) {
        if (tickbook != tb) {
            close();
            tickbook = tb;
        }
        if (connection == null) {
            connection = tb.connection();
        }
        return connection;
    }
}
