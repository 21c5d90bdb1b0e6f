package dev.tickbook.db.internal;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.postgresql.PGConnection;

/** Finds out whether a pooler such as PgBouncer stands before the server. */
final class Pooler {

    private Pooler() {}

    /** A pooler makes up a process number for each client; PostgreSQL says the one of the process that answers. */
    static boolean isBefore(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT pg_backend_pid()")) {
            rows.next();
            return rows.getInt(1) != connection.unwrap(PGConnection.class).getBackendPID();
        }
    }
}
