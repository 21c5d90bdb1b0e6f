package dev.tickbook.sql;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;

/** One connection to a database, and short ways to talk to it. Every call commits, as in psql. */
final class Database implements AutoCloseable {
    private final Server server;
    private final String url;
    private final Connection connection;
    private boolean drop;

    Database(Server server, String url) {
        this.server = server;
        this.url = url;
        try {
            this.connection = DriverManager.getConnection(url);
        } catch (SQLException e) {
            throw Servers.unchecked(e);
        }
    }

    Database dropOnClose() {
        drop = true;
        return this;
    }

    Server server() {
        return server;
    }

    String url() {
        return url;
    }

    String name() {
        return url.replaceFirst(".*//[^/]+/([^?]*).*", "$1");
    }

    Connection connection() {
        return connection;
    }

    CopyManager copy() throws SQLException {
        return connection.unwrap(PGConnection.class).getCopyAPI();
    }

    /** Another session in the same database. */
    Database connectAgain() {
        return new Database(server, url);
    }

    /** Another session in the same database, as another role. */
    Database connectAs(String role) {
        return new Database(server, url.replaceFirst("user=[^&]*", "user=" + role));
    }

    /** Runs statements; returns what notices they gave. */
    List<String> execute(String... statements) {
        List<String> notices = new ArrayList<>();
        try (Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
                for (SQLWarning w = statement.getWarnings(); w != null; w = w.getNextWarning()) {
                    notices.add(w.getMessage());
                }
            }
        } catch (SQLException e) {
            throw Servers.unchecked(e);
        }
        return notices;
    }

    /** The single value that a query gives. */
    <T> T value(String sql, Class<T> type, Object... parameters) {
        List<T> values = values(sql, type, parameters);
        if (values.size() != 1) {
            throw new AssertionError(values.size() + " rows from " + sql);
        }
        return values.get(0);
    }

    long count(String sql, Object... parameters) {
        return Long.parseLong(value(sql, String.class, parameters));
    }

    /** The first column of every row. */
    <T> List<T> values(String sql, Class<T> type, Object... parameters) {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            List<T> values = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    values.add(type == String.class ? type.cast(rows.getString(1)) : rows.getObject(1, type));
                }
            }
            return values;
        } catch (SQLException e) {
            throw Servers.unchecked(e);
        }
    }

    /** Every row, its columns as text joined by a bar, the way {@code psql -At} prints it. */
    List<String> rows(String sql, Object... parameters) {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            List<String> lines = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                int columns = rows.getMetaData().getColumnCount();
                while (rows.next()) {
                    StringBuilder line = new StringBuilder();
                    for (int i = 1; i <= columns; i++) {
                        String value = rows.getString(i);
                        line.append(i > 1 ? "|" : "").append(value == null ? "" : value);
                    }
                    lines.add(line.toString());
                }
            }
            return lines;
        } catch (SQLException e) {
            throw Servers.unchecked(e);
        }
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            // The server was killed; there is nothing left to close.
        }
        if (drop) {
            server.dropDatabase(name());
        }
    }
}
