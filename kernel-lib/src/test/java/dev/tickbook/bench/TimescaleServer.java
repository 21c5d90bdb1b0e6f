package dev.tickbook.bench;

import dev.tickbook.Tickbook;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Two databases on the server that TIMESCALEDB_URL names, one with each engine, because one database has one engine. Both
 * are dropped on close.
 */
final class TimescaleServer implements AutoCloseable {

    static final String ABSENT = "TIMESCALEDB_URL names no server";

    private static final String OURS = "tickbook_bench_native";
    private static final String THEIRS = "tickbook_bench_timescaledb";

    private final Connection admin;
    private final Tickbook installed;

    /** A connection to the database with the native engine. */
    final Connection ours;

    /** A connection to the database with TimescaleDB, in which Tickbook is not installed. */
    final Connection theirs;

    static boolean isThere() {
        return System.getenv("TIMESCALEDB_URL") != null;
    }

    TimescaleServer() throws SQLException {
        String url = System.getenv("TIMESCALEDB_URL");
        admin = DriverManager.getConnection(url);
        for (String database : new String[] {OURS, THEIRS}) {
            execute(admin, "DROP DATABASE IF EXISTS " + database + " WITH (FORCE)");
            execute(admin, "CREATE DATABASE " + database + " TEMPLATE template0");
        }
        installed = Tickbook.connect(inDatabase(url, OURS));
        ours = installed.connection();
        theirs = DriverManager.getConnection(inDatabase(url, THEIRS));
        execute(theirs, "CREATE EXTENSION timescaledb");
    }

    private static String inDatabase(String url, String database) {
        return url.replaceFirst("(//[^/]*/)[^?]*", "$1" + database);
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Override
    public void close() throws SQLException {
        ours.close();
        theirs.close();
        installed.close();
        for (String database : new String[] {OURS, THEIRS}) {
            execute(admin, "DROP DATABASE IF EXISTS " + database + " WITH (FORCE)");
        }
        admin.close();
    }
}
