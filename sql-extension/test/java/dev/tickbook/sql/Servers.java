package dev.tickbook.sql;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarFile;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.postgresql.PostgreSQLContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * The servers that the suite runs on: embedded PostgreSQL 15 to 18 always; the one that {@code TICKBOOK_TEST_URL} (a JDBC
 * URL with a superuser) names; one in Docker where Docker answers, from the image that {@code TICKBOOK_TEST_IMAGE} names
 * (empty: none). The latter two run every test a second time with TimescaleDB if they have it.
 *
 * <p>Each server is started once for the whole run. {@code -Dtickbook.majors=18} restricts the embedded ones.
 */
final class Servers {
    static final Path TARGET = Path.of("target").toAbsolutePath();
    static final Path EXTENSION = TARGET.resolve("classes/tickbook/extension");

    private static final String IMAGE = "timescale/timescaledb:latest-pg17";
    private static final Map<Integer, Server> EMBEDDED = new TreeMap<>();
    private static List<Server> others;

    private Servers() {}

    /** Every server, with either engine. */
    static synchronized List<Server> all() {
        List<Server> servers = new ArrayList<>(natives());
        others().stream()
                .filter(Server::hasTimescaleDb)
                .map(Server::withTimescaleDb)
                .forEach(servers::add);
        return servers;
    }

    /** Every server, where hypertables are Tickbook's own. */
    static synchronized List<Server> natives() {
        List<Server> servers = new ArrayList<>();
        for (String major : System.getProperty("tickbook.majors", "15,16,17,18").split(",")) {
            servers.add(embedded(Integer.parseInt(major.strip())));
        }
        servers.addAll(others());
        return servers;
    }

    /** Where what is tested does not depend on the version: the newest embedded server. */
    static synchronized List<Server> newest() {
        return List.of(embedded(18));
    }

    /** For tests that use Debian's client programs, which are of this version. */
    static synchronized List<Server> oldest() {
        return List.of(embedded(15));
    }

    static synchronized Server embedded(int major) {
        return EMBEDDED.computeIfAbsent(major, m -> {
            EmbeddedPostgres postgres = start(m, Map.of(), null);
            return new Server("PostgreSQL " + m, postgres.getJdbcUrl("postgres", "postgres"), true, false);
        });
    }

    /** Starts a server of its own for a test that ends it; {@code data} is kept when it is not null. */
    static EmbeddedPostgres start(int major, Map<String, String> settings, Path data) {
        try {
            EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder()
                    .setPgBinaryResolver((system, machine) -> binaries(major))
                    .setOverrideWorkingDirectory(
                            TARGET.resolve("postgres/" + major).toFile())
                    .setPGStartupWait(Duration.ofMinutes(1))
                    .setLocaleConfig("locale", "C.UTF-8");
            settings.forEach(builder::setServerConfig);
            if (data != null) {
                builder.setDataDirectory(data).setCleanDataDirectory(false);
            }
            EmbeddedPostgres postgres = builder.start();
            new Server("", postgres.getJdbcUrl("postgres", "postgres"), true, false).copyExtensionFiles();
            return postgres;
        } catch (IOException e) {
            throw new UncheckedIOException("PostgreSQL " + major + " did not start", e);
        }
    }

    private static InputStream binaries(int major) throws IOException {
        Path jar = TARGET.resolve("postgres/" + major + ".jar");
        if (!Files.exists(jar)) {
            throw new IOException(jar + " is missing; `mvn generate-test-resources` fetches it");
        }
        try (JarFile file = new JarFile(jar.toFile())) {
            var archive = file.stream()
                    .filter(entry -> entry.getName().endsWith(".txz"))
                    .findFirst()
                    .orElseThrow(() -> new IOException("no .txz in " + jar));
            try (InputStream in = file.getInputStream(archive)) {
                Path copy = Files.createTempFile("postgres", ".txz");
                Files.copy(in, copy, StandardCopyOption.REPLACE_EXISTING);
                return Files.newInputStream(copy, java.nio.file.StandardOpenOption.DELETE_ON_CLOSE);
            }
        }
    }

    private static List<Server> others() {
        if (others == null) {
            others = new ArrayList<>();
            String url = System.getenv("TICKBOOK_TEST_URL");
            if (url != null && !url.isBlank()) {
                others.add(new Server("TICKBOOK_TEST_URL", url, false, false));
            }
            inDocker(others);
        }
        return others;
    }

    @SuppressWarnings("resource") // lives as long as the run; Testcontainers removes it
    private static void inDocker(List<Server> servers) {
        String image = System.getenv().getOrDefault("TICKBOOK_TEST_IMAGE", IMAGE);
        if (image.isBlank()) {
            return;
        }
        PostgreSQLContainer container;
        try {
            // Where Docker answers but no image can be had, even this question can end with an exception.
            if (!DockerClientFactory.instance().isDockerAvailable()) {
                System.out.println("Docker does not answer: the suite does not run on a server in a container.");
                return;
            }
            container = new PostgreSQLContainer(DockerImageName.parse(image).asCompatibleSubstituteFor("postgres"));
            container.start();
        } catch (RuntimeException e) {
            System.out.println("Docker answers, but the suite does not run on " + image + ": "
                    + String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
            return;
        }
        servers.add(new Server(
                image,
                container.getJdbcUrl() + "&user=" + container.getUsername() + "&password=" + container.getPassword(),
                false,
                false));
    }

    /** Extension files as an installer finds them: the control file, the scripts, the upgrades. */
    static List<Path> extensionFiles() throws IOException {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> folder = Files.newDirectoryStream(EXTENSION)) {
            folder.forEach(files::add);
        }
        return files;
    }

    static String plainScript() {
        try {
            return Files.readString(EXTENSION.resolve("tickbook-plain.sql"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    static RuntimeException unchecked(SQLException e) {
        return new IllegalStateException(e.getMessage(), e);
    }
}
