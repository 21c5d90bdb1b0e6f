package dev.tickbook.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * {@code make install}, {@code CREATE EXTENSION} and {@code make installcheck} on a server in the layout of Debian's packages. PostgreSQL
 * finds its files relative to its programs, so all of this happens in a copy under target/ and the machine stays as it is.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PgxsTest {
    private static final Path LIB = Path.of("/usr/lib/postgresql/15");
    private static final Path SHARE = Path.of("/usr/share/postgresql/15");
    private static final Path COPY = Servers.TARGET.resolve("pgxs");
    private static final Path PROGRAMS = COPY.resolve("lib/postgresql/15/bin");

    private Path data;
    private int port;

    @BeforeAll
    void installInACopy() throws Exception {
        Assumptions.assumeTrue(
                Files.exists(LIB.resolve("bin/pg_config"))
                        && Files.exists(LIB.resolve("lib/pgxs/src/makefiles/pgxs.mk"))
                        && Files.exists(SHARE),
                "skipped: no PostgreSQL 15 with PGXS in Debian's layout (packages postgresql-15 and postgresql-server-dev-15)");
        run("rm", "-rf", COPY.toString());
        Files.createDirectories(COPY.resolve("lib/postgresql"));
        Files.createDirectories(COPY.resolve("share/postgresql"));
        run("cp", "-a", LIB.toString(), COPY.resolve("lib/postgresql").toString());
        run("cp", "-a", SHARE.toString(), COPY.resolve("share/postgresql").toString());
        make("clean", "all", "install");

        data = Files.createTempDirectory("pgxs");
        port = freePort();
        asServer(
                PROGRAMS.resolve("initdb").toString(),
                "-D",
                data.resolve("data").toString(),
                "-A",
                "trust",
                "-U",
                "postgres",
                "--no-sync");
        asServer(
                PROGRAMS.resolve("pg_ctl").toString(),
                "-D",
                data.resolve("data").toString(),
                "-l",
                data.resolve("log").toString(),
                "-o",
                "-F -p " + port + " -k " + data + " -c timezone=UTC",
                "-w",
                "start");
    }

    @AfterAll
    void stop() throws Exception {
        if (data != null && Files.exists(data.resolve("data/postmaster.pid"))) {
            asServer(
                    PROGRAMS.resolve("pg_ctl").toString(),
                    "-D",
                    data.resolve("data").toString(),
                    "-m",
                    "fast",
                    "-w",
                    "stop");
        }
        run("rm", "-rf", COPY.toString(), String.valueOf(data));
    }

    @Test
    void makeAndMavenBuildTheSameScripts() {
        for (String script : List.of("tickbook--1.0.0.sql", "tickbook-plain.sql")) {
            assertThat(Path.of(script)).as(script).hasSameBinaryContentAs(Servers.EXTENSION.resolve(script));
        }
        assertThat(COPY.resolve("share/postgresql/15/extension/tickbook--1.0.0.sql"))
                .exists();
        assertThat(COPY.resolve("share/postgresql/15/extension/tickbook.control"))
                .exists();
    }

    @Test
    void makeInstallcheckPasses() throws Exception {
        String output = make("installcheck", "PGHOST=" + data, "PGPORT=" + port, "PGUSER=postgres");
        assertThat(output).contains("All ").doesNotContain("FAILED");
    }

    @Test
    void psqlLoadsThePlainScript() throws Exception {
        String psql = PROGRAMS.resolve("psql").toString();
        run(psql, "-h", data.toString(), "-p", "" + port, "-U", "postgres", "-c", "CREATE DATABASE plain");
        run(
                psql,
                "-h",
                data.toString(),
                "-p",
                "" + port,
                "-U",
                "postgres",
                "-v",
                "ON_ERROR_STOP=1",
                "-d",
                "plain",
                "-f",
                "tickbook-plain.sql");
        assertThat(run(
                        psql,
                        "-h",
                        data.toString(),
                        "-p",
                        "" + port,
                        "-U",
                        "postgres",
                        "-d",
                        "plain",
                        "-Atc",
                        "SELECT tickbook.version()"))
                .isEqualTo("1.0.0\n");
    }

    private static String make(String... goals) throws Exception {
        List<String> command =
                new ArrayList<>(List.of("make", "--no-print-directory", "PG_CONFIG=" + PROGRAMS.resolve("pg_config")));
        command.addAll(List.of(goals));
        return run(command.toArray(String[]::new));
    }

    /** PostgreSQL refuses to run as root. In a user namespace of its own, root is someone else. */
    private static String asServer(String... command) throws Exception {
        List<String> all = new ArrayList<>(Servers.isRoot() ? List.of("unshare", "-U") : List.of());
        all.addAll(List.of(command));
        return run(all.toArray(String[]::new));
    }

    static String run(String... command) throws IOException, InterruptedException {
        Path output = Files.createTempFile("command", ".log");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        boolean ended = process.waitFor(3, TimeUnit.MINUTES);
        String text = Files.readString(output);
        Files.delete(output);
        assertThat(ended && process.exitValue() == 0)
                .as(() -> String.join(" ", command) + "\n" + text)
                .isTrue();
        return text;
    }

    private static int freePort() throws IOException {
        try (var socket = new java.net.ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
