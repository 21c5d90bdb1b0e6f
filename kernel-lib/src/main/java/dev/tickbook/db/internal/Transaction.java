package dev.tickbook.db.internal;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.Supplier;

/** Work that is done whole or not at all. */
public final class Transaction {

    private Transaction() {}

    /** Work on a connection whose transaction somebody else ends. */
    @FunctionalInterface
    public interface Work<T> {
        /**
         * @param connection in a transaction
         * @return the work's result
         * @throws SQLException to undo the work
         */
        T on(Connection connection) throws SQLException;
    }

    /**
     * Commits when the work returns, rolls back when it throws.
     *
     * @param connections where a connection comes from
     * @param work what to do
     * @return what the work returned
     * @throws SQLException what the work threw, or the commit
     */
    public static <T> T run(Supplier<Connection> connections, Work<T> work) throws SQLException {
        try (Connection connection = connections.get()) {
            connection.setAutoCommit(false);
            try {
                T result = work.on(connection);
                connection.commit();
                return result;
            } catch (SQLException | RuntimeException e) {
                rollBack(connection, e);
                throw e;
            }
        }
    }

    /** A lost connection cannot roll back, and need not: its server does. What was thrown first is what matters. */
    private static void rollBack(Connection connection, Exception reason) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            reason.addSuppressed(e);
        }
    }
}
