package dev.tickbook.db.internal;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.SQLExceptionOverride;
import dev.tickbook.TickbookException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;
import org.postgresql.Driver;
import org.postgresql.util.PSQLState;

/** A reachable PostgreSQL with the extension and the market schema in it, and a pool of connections to it. */
public final class Database implements AutoCloseable {

    private static final int OLDEST_MAJOR_VERSION = 15;
    private static final int POOL_SIZE = 8;

    private final EmbeddedServer server; // null when the server is someone else's
    private final HikariDataSource pool;
    private final String url;
    private final Properties credentials;

    private Database(EmbeddedServer server, HikariDataSource pool, String url, Properties credentials) {
        this.server = server;
        this.pool = pool;
        this.url = url;
        this.credentials = credentials;
    }

    /** A server of our own whose data is deleted on close. */
    public static Database temporary() {
        return embedded(EmbeddedServer.startTemporary());
    }

    /** A server of our own on a folder that is kept. */
    public static Database in(Path folder) {
        return embedded(EmbeddedServer.start(folder));
    }

    private static Database embedded(EmbeddedServer server) {
        try {
            server.copyExtensionFiles();
            return prepared(server, server.jdbcUrl(), null, null);
        } catch (RuntimeException e) {
            server.close();
            throw e;
        }
    }

    /** Someone else's server. */
    public static Database at(String url, String user, String password) {
        String jdbcUrl = PostgresUrl.toJdbc(url);
        if (jdbcUrl == null || Driver.parseURL(jdbcUrl, null) == null) {
            throw new TickbookException("\"" + Secrets.hide(String.valueOf(jdbcUrl))
                    + "\" is not a PostgreSQL URL. Write it as jdbc:postgresql://HOST:PORT/DATABASE"
                    + " or postgresql://USER:PASSWORD@HOST:PORT/DATABASE.");
        }
        return prepared(null, jdbcUrl, user, password);
    }

    private static Database prepared(EmbeddedServer server, String jdbcUrl, String user, String password) {
        Properties credentials = credentials(user, password);
        boolean throughPooler;
        // First by hand, because a pool retries for long and then says only that it timed out.
        try (Connection connection = DriverManager.getConnection(jdbcUrl, credentials)) {
            throughPooler = Pooler.isBefore(connection);
            int major = connection.getMetaData().getDatabaseMajorVersion();
            if (major < OLDEST_MAJOR_VERSION) {
                throw new TickbookException("The server at " + Secrets.hide(jdbcUrl) + " is PostgreSQL " + major
                        + ". Tickbook needs PostgreSQL " + OLDEST_MAJOR_VERSION + " or newer.");
            }
            Extension.install(connection);
        } catch (SQLException e) {
            throw new TickbookException(unreachable(jdbcUrl, e), e);
        }
        HikariDataSource pool = pool(jdbcUrl, user, password, throughPooler);
        try {
            Migrations.run(pool);
        } catch (RuntimeException e) {
            pool.close();
            throw e;
        }
        return new Database(server, pool, jdbcUrl, credentials);
    }

    private static Properties credentials(String user, String password) {
        Properties properties = new Properties();
        if (user != null) {
            properties.setProperty("user", user);
        }
        if (password != null) {
            properties.setProperty("password", password);
        }
        properties.setProperty("ApplicationName", "tickbook");
        return properties;
    }

    private static String unreachable(String jdbcUrl, SQLException e) {
        String url = Secrets.hide(jdbcUrl);
        String said = " (" + Secrets.hide(String.valueOf(e.getMessage())) + ")";
        String state = String.valueOf(e.getSQLState());
        if (state.startsWith("08")) {
            return "No PostgreSQL answers at " + url + ". Check the host and port, and that the server is running."
                    + said;
        }
        if (state.startsWith("28")) {
            return "PostgreSQL at " + url + " refuses this user. Check the user's name and password." + said;
        }
        if (state.equals("3D000")) {
            return "PostgreSQL at " + url + " has no such database. Create it, or name another in the URL." + said;
        }
        return "PostgreSQL at " + url + " cannot be used." + said;
    }

    private static HikariDataSource pool(String jdbcUrl, String user, String password, boolean throughPooler) {
        HikariConfig config = new HikariConfig();
        config.setPoolName("tickbook");
        config.setDriverClassName(Driver.class.getName()); // DriverManager does not see a notebook's class loader
        config.setJdbcUrl(jdbcUrl);
        config.setUsername(user);
        config.setPassword(password);
        config.setMinimumIdle(1);
        config.setMaximumPoolSize(POOL_SIZE);
        config.setConnectionInitSql("SET TIME ZONE 'UTC'"); // the driver would send the machine's zone
        config.setExceptionOverride(new SQLExceptionOverride() {
            @java.lang.Override
            public Override adjudicate(SQLException e) {
                // The pool takes it for a broken connection; PostgreSQL says so of a query that asks for what it has
                // not.
                return PSQLState.NOT_IMPLEMENTED.getState().equals(e.getSQLState())
                        ? Override.DO_NOT_EVICT
                        : Override.CONTINUE_EVICT;
            }
        });
        config.addDataSourceProperty("ApplicationName", "tickbook");
        config.addDataSourceProperty("reWriteBatchedInserts", "true");
        if (throughPooler) {
            // A statement that the driver prepared on one server connection would be called on another.
            config.addDataSourceProperty("prepareThreshold", "0");
        }
        return new HikariDataSource(config);
    }

    /** A connection of the pool; closing it gives it back. */
    public Connection connection() {
        if (pool.isClosed()) {
            throw new TickbookException("This Tickbook is closed. Open another with Tickbook.open().");
        }
        try {
            return Borrowed.by(Thread.currentThread(), pool.getConnection());
        } catch (SQLException e) {
            throw new TickbookException(unreachable(url, e), e);
        }
    }

    /**
     * A connection of its own, outside the pool, for what stays on one connection for long.
     *
     * @param answerWithin seconds after which a server that says nothing counts as lost
     */
    public Connection ownConnection(int answerWithin) throws SQLException {
        Properties properties = new Properties();
        properties.putAll(credentials);
        properties.setProperty("connectTimeout", String.valueOf(answerWithin));
        properties.setProperty("socketTimeout", String.valueOf(answerWithin));
        properties.setProperty("tcpKeepAlive", "true");
        Connection connection = new Driver().connect(url, properties);
        if (Pooler.isBefore(connection)) {
            connection.close();
            throw new TickbookException("Between here and the server at " + description()
                    + " is a connection pooler, and notifications do not come through one that pools transactions."
                    + " Subscribe with a Tickbook that is connected to PostgreSQL's own port.");
        }
        return connection;
    }

    /** A URL that psql takes. */
    public String psqlUrl() {
        return url.substring("jdbc:".length());
    }

    /** Where the data is, without secrets. */
    public String description() {
        return server == null ? Secrets.hide(url) : server.description();
    }

    @Override
    public void close() {
        pool.close();
        if (server != null) {
            server.close();
        }
    }
}
