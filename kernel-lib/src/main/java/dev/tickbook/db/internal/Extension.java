package dev.tickbook.db.internal;

import dev.tickbook.TickbookException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;

/** The extension {@code tickbook}: its files, and its installation into a database. */
final class Extension {

    private static final String RESOURCES = "/tickbook/extension/";

    private Extension() {}

    /** Copies the control file and the script into a server's extension folder; leaves alone what is the same. */
    static void copyFiles(Path extensionFolder) {
        for (String name : new String[] {"tickbook--" + Versions.extension() + ".sql", "tickbook.control"}) {
            Path target = extensionFolder.resolve(name);
            try {
                byte[] content = resource(name);
                if (Files.exists(target) && Arrays.equals(Files.readAllBytes(target), content)) {
                    continue;
                }
                Path whole = Files.createTempFile(extensionFolder, name, ".new");
                Files.write(whole, content);
                move(whole, target); // another process may be reading the old one
            } catch (IOException e) {
                throw new TickbookException("The extension cannot be written to " + target + ": " + e.getMessage(), e);
            }
        }
    }

    private static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** Makes the extension available in the connection's database, by the best way that the server allows. */
    static void install(Connection connection) throws SQLException {
        if (exists(connection, "SELECT FROM pg_extension WHERE extname = 'tickbook'")) {
            update(connection);
        } else if (exists(connection, "SELECT FROM pg_namespace WHERE nspname = 'tickbook'")) {
            refuseOtherVersion(connection);
        } else if (exists(
                connection,
                "SELECT FROM pg_available_extension_versions WHERE name = 'tickbook' AND version = '"
                        + Versions.extension() + "'")) {
            execute(connection, "CREATE EXTENSION tickbook VERSION '" + Versions.extension() + "'");
        } else {
            // Managed services let nobody add extension files: the same objects go in as plain SQL.
            execute(connection, new String(readResource("tickbook-plain.sql"), StandardCharsets.UTF_8));
        }
    }

    private static void update(Connection connection) throws SQLException {
        String installed = string(connection, "SELECT extversion FROM pg_extension WHERE extname = 'tickbook'");
        if (!installed.equals(Versions.extension())) {
            execute(connection, "ALTER EXTENSION tickbook UPDATE TO '" + Versions.extension() + "'");
        }
    }

    private static void refuseOtherVersion(Connection connection) throws SQLException {
        String installed = string(connection, "SELECT tickbook.version()");
        if (!installed.equals(Versions.extension())) {
            throw new TickbookException(
                    "Schema tickbook holds version " + installed + " as plain SQL; this library needs "
                            + Versions.extension() + ". Use the library of version " + installed
                            + ", or install the newer one in its place.");
        }
    }

    private static boolean exists(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.next();
        }
    }

    private static String string(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }

    private static void execute(Connection connection, String sql) {
        try (Statement statement = connection.createStatement()) {
            statement.setEscapeProcessing(false); // braces in the script are SQL, not JDBC
            statement.execute(sql);
        } catch (SQLException e) {
            throw new TickbookException(
                    "The extension tickbook cannot be installed. The role needs the right to CREATE in the database"
                            + " (GRANT CREATE ON DATABASE … TO …). The server says: " + e.getMessage(),
                    e);
        }
    }

    private static byte[] readResource(String name) {
        try {
            return resource(name);
        } catch (IOException e) {
            throw new TickbookException("The library's own file " + name + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = Extension.class.getResourceAsStream(RESOURCES + name)) {
            if (in == null) {
                throw new IOException("it is missing from the jar of sql-extension");
            }
            return in.readAllBytes();
        }
    }
}
