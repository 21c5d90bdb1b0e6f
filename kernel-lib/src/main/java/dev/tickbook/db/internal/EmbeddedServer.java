package dev.tickbook.db.internal;

import dev.tickbook.TickbookException;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * A PostgreSQL of our own in a folder:
 *
 * <pre>
 * FOLDER/cluster-…      the database cluster
 * FOLDER/cluster        its folder's name, written when the cluster is complete
 * FOLDER/password       of its superuser, readable by the owner only
 * FOLDER/server.log     what the server says
 * FOLDER/tickbook.lock  held while a process has the folder open
 * </pre>
 *
 * A creation that is cut off leaves a cluster that nothing names, even while its last process still writes in it; the next
 * creation takes another folder.
 */
public final class EmbeddedServer implements AutoCloseable {

    private static final String SUPERUSER = "postgres";
    private static final String DATABASE = "tickbook";
    private static final int LOG_LINES_IN_ERROR = 5;
    private static final long ORPHAN_STOPS_WITHIN_MILLIS = 10_000;

    /** A second lock on a file within one process would undo the first, so those of this process are known by name. */
    private static final Set<Path> OPEN_HERE = ConcurrentHashMap.newKeySet();

    private final Path folder;
    private final boolean temporary;
    private final FileChannel lockFile;
    private final Path cluster;
    private final EmbeddedPostgres postgres;
    private final String password;
    private final Watchdog watchdog;
    private boolean stopped;

    /** Starts an empty server; its folder goes when it is closed. */
    public static EmbeddedServer startTemporary() {
        try {
            return new EmbeddedServer(Files.createTempDirectory("tickbook-"), true);
        } catch (IOException e) {
            throw new TickbookException(
                    "No temporary folder could be made for the database. Free some room in "
                            + System.getProperty("java.io.tmpdir") + ", or name another with -Djava.io.tmpdir=FOLDER. ("
                            + e.getMessage() + ")",
                    e);
        }
    }

    /** Starts the server of a folder that is kept, and creates it the first time. */
    public static EmbeddedServer start(Path folder) {
        Path absolute = folder.toAbsolutePath().normalize();
        try {
            return new EmbeddedServer(Files.createDirectories(absolute).toRealPath(), false);
        } catch (IOException e) {
            throw cannotWrite(absolute, e);
        }
    }

    private EmbeddedServer(Path folder, boolean temporary) {
        if (System.getProperty("os.name").startsWith("Windows")) {
            throw new TickbookException(
                    "The embedded server runs on Linux and macOS. On Windows run Java inside WSL, or use"
                            + " a server that runs already: Tickbook.connect(URL).");
        }
        this.folder = folder;
        this.temporary = temporary;
        this.lockFile = lock(folder);
        EmbeddedPostgres started = null;
        Watchdog watching = null;
        try {
            boolean fresh = Files.notExists(clusterFile());
            this.cluster = folder.resolve(fresh ? "cluster-" + randomDigits() : Files.readString(clusterFile()));
            if (!fresh) {
                refuseOtherVersion();
                waitForOrphan();
            }
            // First, so that a process that dies while it starts the server leaves nothing behind either.
            watching = Watchdog.over(cluster, temporary ? folder : null);
            this.watchdog = watching;
            if (fresh) {
                writePassword();
            }
            this.password = Files.readString(passwordFile());
            started = startPostgres();
            this.postgres = started;
            if (fresh) {
                createDatabase();
                Files.writeString(clusterFile(), cluster.getFileName().toString());
            }
        } catch (Throwable e) {
            TickbookException explained = e instanceof TickbookException known ? known : cannotStart(e);
            if (started != null) {
                closeQuietly(started);
            }
            if (watching != null) {
                watching.dismiss();
            }
            unlock();
            if (temporary) {
                delete(folder);
            }
            throw explained;
        }
    }

    private Path clusterFile() {
        return folder.resolve("cluster");
    }

    private Path passwordFile() {
        return folder.resolve("password");
    }

    private Path logFile() {
        return folder.resolve("server.log");
    }

    private static FileChannel lock(Path folder) {
        if (!OPEN_HERE.add(folder)) {
            throw inUse(folder);
        }
        try {
            FileChannel channel = FileChannel.open(
                    folder.resolve("tickbook.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (channel.tryLock() != null) {
                return channel;
            }
            channel.close();
        } catch (IOException e) {
            OPEN_HERE.remove(folder);
            throw cannotWrite(folder, e);
        }
        OPEN_HERE.remove(folder);
        throw inUse(folder);
    }

    private void unlock() {
        closeQuietly(lockFile);
        OPEN_HERE.remove(folder);
    }

    private static TickbookException inUse(Path folder) {
        return new TickbookException("The data folder " + folder
                + " is in use by another Tickbook. Close that one, or open another folder.");
    }

    private static TickbookException cannotWrite(Path folder, IOException e) {
        return new TickbookException(
                "The data folder " + folder + " cannot be written. Name a folder that you may write to. (" + e + ")",
                e);
    }

    private void refuseOtherVersion() throws IOException {
        String found = Files.readString(cluster.resolve("PG_VERSION")).strip();
        if (!found.equals(Versions.embeddedPostgresMajor())) {
            throw new TickbookException("The data folder " + folder + " was made by PostgreSQL " + found
                    + "; this Tickbook runs PostgreSQL " + Versions.embeddedPostgresMajor()
                    + ". Dump it with the Tickbook that made it and restore it here, or open another folder.");
        }
    }

    /** A process that was killed leaves its server for a moment, until the watchdog has stopped it. */
    private void waitForOrphan() throws IOException {
        long patience = System.nanoTime() + ORPHAN_STOPS_WITHIN_MILLIS * 1_000_000;
        while (orphanIsRunning()) {
            if (System.nanoTime() > patience) {
                throw new TickbookException("The data folder " + folder
                        + " is in use by a PostgreSQL that does not stop (its process number is in "
                        + cluster.resolve("postmaster.pid") + ")."
                        + " Stop it, then try again.");
            }
            sleep(100);
        }
    }

    private boolean orphanIsRunning() throws IOException {
        Path pidFile = cluster.resolve("postmaster.pid");
        if (!Files.exists(pidFile)) {
            return false;
        }
        List<String> lines = Files.readAllLines(pidFile);
        if (lines.isEmpty()) {
            return false;
        }
        // After a crash of the machine the number may be some other program's by now.
        return ProcessHandle.of(Long.parseLong(lines.get(0).strip()))
                .flatMap(process -> process.info().command())
                .filter(command -> command.endsWith("postgres"))
                .isPresent();
    }

    private static String randomDigits() {
        byte[] bytes = new byte[16];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    private void writePassword() throws IOException {
        Files.deleteIfExists(passwordFile());
        Files.createFile(
                passwordFile(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(passwordFile(), randomDigits());
    }

    private EmbeddedPostgres startPostgres() throws IOException {
        EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder()
                .setOverrideWorkingDirectory(Versions.cacheFolder().toFile())
                .setDataDirectory(cluster)
                .setCleanDataDirectory(false)
                .setRegisterShutdownHook(false)
                .setPGStartupWait(Duration.ofSeconds(30)) // a busy machine is slow, not broken
                .setOutputRedirector(Redirect.appendTo(logFile().toFile()))
                .setErrorRedirector(Redirect.appendTo(logFile().toFile()))
                .setLocaleConfig("locale", "C") // the same order of text on every machine
                // What is called locale here are options of initdb: the cluster never trusts who has no password.
                .setLocaleConfig("auth", "scram-sha-256")
                .setLocaleConfig("pwfile", passwordFile().toString())
                .setConnectConfig("password", password)
                .setServerConfig("unix_socket_directories", "''")
                .setServerConfig("shared_buffers", "256MB")
                .setServerConfig("max_wal_size", "4GB")
                .setServerConfig("max_connections", "50")
                .setServerConfig("max_locks_per_transaction", "1024") // a query may touch thousands of chunks
                .setServerConfig("jit", "off");
        if (!temporary) {
            // The library's defaults are made for tests; data that is kept must survive a power cut.
            builder.setServerConfig("fsync", "on").setServerConfig("synchronous_commit", "on");
        }
        return builder.start();
    }

    private void createDatabase() throws SQLException {
        try (Connection connection = postgres.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE " + DATABASE);
        }
    }

    private TickbookException cannotStart(Throwable e) {
        StringBuilder text = new StringBuilder("PostgreSQL does not start in " + folder + ".");
        String said = lastLogLines();
        if (said.contains("cannot be run as root")) {
            text.append(" PostgreSQL does not run as root, and this system has no user namespaces to hide it in."
                    + " Run Java as another user, or use a server that runs already: Tickbook.connect(URL).");
        } else if (!said.isEmpty()) {
            text.append(" Its log ends with:\n").append(said);
        } else {
            text.append(" (").append(e.getMessage()).append(')');
        }
        return new TickbookException(text.toString(), e);
    }

    private String lastLogLines() {
        try {
            List<String> lines = Files.readAllLines(logFile());
            return String.join("\n", lines.subList(Math.max(0, lines.size() - LOG_LINES_IN_ERROR), lines.size()));
        } catch (IOException e) {
            return "";
        }
    }

    /** Puts the extension's files where CREATE EXTENSION looks for them. */
    void copyExtensionFiles() {
        try (Connection connection = postgres.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT setting FROM pg_config WHERE name = 'SHAREDIR'")) {
            rows.next();
            Extension.copyFiles(Path.of(rows.getString(1), "extension"));
        } catch (SQLException e) {
            throw cannotStart(e);
        }
    }

    String jdbcUrl() {
        return "jdbc:postgresql://localhost:" + postgres.getPort() + "/" + DATABASE + "?user=" + SUPERUSER
                + "&password=" + password;
    }

    String description() {
        return "PostgreSQL in " + folder + ", port " + postgres.getPort();
    }

    /** A process that exits without closing needs no hook: the watchdog sees it end. */
    @Override
    public synchronized void close() {
        if (stopped) {
            return;
        }
        stopped = true;
        closeQuietly(postgres);
        watchdog.dismiss();
        unlock();
        if (temporary) {
            delete(folder);
        }
    }

    private static void closeQuietly(AutoCloseable resource) {
        try {
            resource.close();
        } catch (Exception e) {
            // closing is the last thing done with it: there is nobody left to act on this
        }
    }

    private static void delete(Path folder) {
        if (Files.notExists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException | UncheckedIOException e) {
            // what is left is in a folder for temporary files, or the next start says what is wrong
        }
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TickbookException("Interrupted while waiting for another PostgreSQL to stop.", e);
        }
    }
}
