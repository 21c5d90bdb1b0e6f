package dev.tickbook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URL;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Connecting to a server that somebody else runs. Here it has none of the extension's files, as managed services. */
class ConnectTest {

    @TempDir
    static Path programs;

    static EmbeddedPostgres server;

    @BeforeAll
    static void startServer() throws Exception {
        server = EmbeddedPostgres.builder()
                .setOverrideWorkingDirectory(programs.toFile())
                .start();
        execute("CREATE ROLE researcher LOGIN");
        execute("CREATE DATABASE research OWNER researcher");
    }

    @AfterAll
    static void stopServer() throws IOException {
        server.close();
    }

    @Test
    void aServerWithoutTheExtensionsFilesGetsItAsPlainSqlEvenFromAnOrdinaryRole() {
        String url = server.getJdbcUrl("researcher", "research");
        for (String time : new String[] {"first", "second"}) {
            try (Tickbook tb = Tickbook.connect(url)) {
                assertThat(tb.sql("SELECT tickbook.version() AS version")
                                .table()
                                .stringColumn("version")
                                .get(0))
                        .as(time + " connection")
                        .isEqualTo("1.0.0");
                assertThat(tb.sql("SELECT * FROM pg_extension WHERE extname = 'tickbook'")
                                .table()
                                .rowCount())
                        .isZero();
                assertThat(tb.sql("SELECT * FROM tickbook.hypertables WHERE relation = 'market.market_data'::regclass")
                                .table()
                                .rowCount())
                        .isOne();
            }
        }
    }

    @Test
    void aRoleThatMayNotCreateAnythingIsToldWhatItNeeds() throws Exception {
        execute("CREATE ROLE visitor LOGIN");
        assertThatThrownBy(() -> Tickbook.connect(server.getJdbcUrl("visitor", "postgres")))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("needs the right to CREATE in the database");
    }

    @Test
    void nobodyListeningIsSaidWithTheAddress() throws Exception {
        int freePort;
        try (ServerSocket socket = new ServerSocket(0)) {
            freePort = socket.getLocalPort();
        }
        assertThatThrownBy(() -> Tickbook.connect("jdbc:postgresql://localhost:" + freePort + "/x", "me", "secret"))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("No PostgreSQL answers at jdbc:postgresql://localhost:" + freePort + "/x")
                .hasMessageContaining("Check the host and port");
    }

    @Test
    void aMissingDatabaseIsNamed() {
        assertThatThrownBy(() -> Tickbook.connect(server.getJdbcUrl("postgres", "nowhere")))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("has no such database")
                .hasMessageContaining("nowhere");
    }

    @Test
    void anUnknownRoleIsRefusedAndNoPasswordIsRepeated() {
        assertThatThrownBy(() -> Tickbook.connect(server.getJdbcUrl("nobody", "postgres") + "&password=secret"))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("refuses this user")
                .hasMessageNotContaining("secret");
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(
            strings = {
                "mysql://me:secret@localhost/x",
                "postgresql://me:secret@localhost:port/x",
                "jdbc:mysql://localhost/x?password=secret",
                "jdbc:postgresql://me:sec/secret@localhost/x",
                "jdbc:postgresql://localhost:port/x?password=secret"
            })
    void anotherKindOfUrlIsRefusedWithoutRepeatingItsPassword(String url) {
        assertThatThrownBy(() -> Tickbook.connect(url))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("is not a PostgreSQL URL. Write it as jdbc:postgresql://HOST:PORT/DATABASE")
                .hasMessageNotContaining("secret");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "postgresql://researcher:p%40s:s%2Fw+rd@localhost:PORT/research",
                "postgres://researcher@localhost:PORT/research?ApplicationName=other",
                "postgresql://localhost:PORT/research?user=researcher"
            })
    void theUrlOfOtherProgramsWillDoToo(String url) {
        String there = url.replace("PORT", String.valueOf(server.getPort()));
        try (Tickbook tb = Tickbook.connect(there)) {
            assertThat(tb.sql("SELECT current_user || ' ' || current_database() AS who_where")
                            .table()
                            .stringColumn("who_where")
                            .get(0))
                    .isEqualTo("researcher research");
        }
        assertThatThrownBy(() -> Tickbook.connect(there.replaceFirst("/research(?!er)", "/nowhere")))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("has no such database")
                .hasMessageNotContaining("w+rd")
                .hasMessageNotContaining("w%2Brd");
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, architectures = "amd64") // what the build fetches of that version
    void aServerThatIsTooOldIsRefusedAndLeftAlone() throws Exception {
        try (EmbeddedPostgres old = EmbeddedPostgres.builder()
                .setPgBinaryResolver((system, architecture) -> programsOfPostgres14())
                .start()) {
            assertThatThrownBy(() -> Tickbook.connect(old.getJdbcUrl("postgres", "postgres")))
                    .isInstanceOf(TickbookException.class)
                    .hasMessageContaining("is PostgreSQL 14. Tickbook needs PostgreSQL 15 or newer.");
        }
    }

    /** The build puts the jar of that version where it is not on the class path. */
    private static InputStream programsOfPostgres14() throws IOException {
        Path jar = Path.of("target", "postgresql-14.jar");
        try (var archive = FileSystems.newFileSystem(jar);
                var files = Files.list(archive.getPath("/"))) {
            Path programs = files.filter(file -> file.toString().endsWith(".txz"))
                    .findFirst()
                    .orElseThrow();
            URL url = URI.create("jar:" + jar.toUri() + "!" + programs).toURL();
            return url.openStream();
        }
    }

    private static void execute(String sql) throws SQLException {
        try (Connection connection = server.getPostgresDatabase(Map.of()).getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
