package dev.tickbook.sql;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A running PostgreSQL on which tests make databases.
 *
 * @param name how it is called in test reports
 * @param url JDBC URL of a superuser's connection to any database of it
 * @param files whether files can be added to it, so that {@code CREATE EXTENSION tickbook} works; else the plain script is used
 * @param timescaleDb whether its databases have TimescaleDB
 */
record Server(String name, String url, boolean files, boolean timescaleDb) {
    private static final AtomicInteger NUMBER = new AtomicInteger();
    private static final Set<Server> WITH_TEMPLATE = ConcurrentHashMap.newKeySet();

    @Override
    public String toString() {
        return name;
    }

    boolean hasTimescaleDb() {
        try (Database any = new Database(this, url)) {
            return any.value(
                    "SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'timescaledb')", Boolean.class);
        }
    }

    Server withTimescaleDb() {
        return new Server(name + " with TimescaleDB", url, files, true);
    }

    /** A new database with Tickbook in it. */
    Database createDatabase() {
        String template = "tickbook_template_" + ProcessHandle.current().pid() + (timescaleDb ? "_ts" : "");
        if (WITH_TEMPLATE.add(this)) {
            try (Database database = createEmptyDatabase(template)) {
                if (timescaleDb) {
                    database.execute("CREATE EXTENSION timescaledb");
                }
                database.execute(files ? "CREATE EXTENSION tickbook" : Servers.plainScript());
            }
            try (Database any = new Database(this, url)) {
                // On a server with TimescaleDB its workers visit every database that lets them in.
                any.execute(
                        "ALTER DATABASE " + template + " ALLOW_CONNECTIONS false",
                        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '" + template
                                + "'");
            }
            if (!files) {
                Runtime.getRuntime().addShutdownHook(new Thread(() -> dropDatabase(template)));
            }
        }
        String database = "t" + ProcessHandle.current().pid() + "_" + NUMBER.incrementAndGet();
        try (Database any = new Database(this, url)) {
            any.execute("CREATE DATABASE " + database + " TEMPLATE " + template);
        }
        return new Database(this, urlOf(database)).dropOnClose();
    }

    /** A new database without Tickbook. */
    Database createEmptyDatabase(String database) {
        try (Database any = new Database(this, url)) {
            any.execute("DROP DATABASE IF EXISTS " + database + " WITH (FORCE)");
            any.execute("CREATE DATABASE " + database + " TEMPLATE template0");
        }
        return new Database(this, urlOf(database));
    }

    Database createEmptyDatabase() {
        return createEmptyDatabase("t" + ProcessHandle.current().pid() + "_" + NUMBER.incrementAndGet())
                .dropOnClose();
    }

    void dropDatabase(String database) {
        try (Database any = new Database(this, url)) {
            any.execute("DROP DATABASE IF EXISTS " + database + " WITH (FORCE)");
        }
    }

    String urlOf(String database) {
        return url.replaceFirst("(//[^/]+/)[^?]*", "$1" + database);
    }

    int port() {
        return Integer.parseInt(url.replaceFirst(".*//[^:/]+:(\\d+)/.*", "$1"));
    }

    /** Puts the extension where the server looks for extensions. */
    void copyExtensionFiles() throws IOException {
        try (Database any = new Database(this, url)) {
            Path folder = Path.of(
                    any.value("SELECT setting FROM pg_config WHERE name = 'SHAREDIR'", String.class), "extension");
            for (Path file : Servers.extensionFiles()) {
                Files.copy(file, folder.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
