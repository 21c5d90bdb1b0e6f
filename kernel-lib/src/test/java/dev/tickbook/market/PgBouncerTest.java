package dev.tickbook.market;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tickbook.Tickbook;
import dev.tickbook.TickbookException;
import dev.tickbook.datasets.Datasets;
import dev.tickbook.ingest.CsvFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.Driver;
import tech.tablesaw.api.Table;

/** Through PgBouncer in transaction mode: each transaction may run on another connection to the server. */
class PgBouncerTest {

    @TempDir
    static Path folder;

    static Tickbook direct;
    static Program pgBouncer;
    static String pooledUrl;

    @BeforeAll
    static void startServerAndPgBouncer() throws Exception {
        Path program = Program.find("pgbouncer", "pgbouncer");
        direct = Tickbook.open();
        Properties server = Driver.parseURL("jdbc:" + direct.psqlUrl(), new Properties());
        int port = Program.freePort();
        Path settings = Files.writeString(folder.resolve("pgbouncer.ini"), """
                [databases]
                * = host=127.0.0.1 port=%s user=%s password=%s
                [pgbouncer]
                listen_addr = 127.0.0.1
                listen_port = %d
                unix_socket_dir =
                auth_type = any
                pool_mode = transaction
                default_pool_size = 3
                """.formatted(
                server.getProperty("PGPORT"), server.getProperty("user"), server.getProperty("password", ""), port));
        List<String> command = new ArrayList<>(List.of(program.toString()));
        if (System.getProperty("user.name").equals("root")) {
            command.addAll(List.of("-u", "nobody")); // it refuses to run as root
            folder.toFile().setExecutable(true, false);
            folder.toFile().setReadable(true, false);
        }
        command.add(settings.toString());
        pgBouncer = Program.start(port, command);
        pooledUrl = "jdbc:postgresql://127.0.0.1:" + port + "/" + server.getProperty("PGDBNAME") + "?user="
                + server.getProperty("user");
    }

    @AfterAll
    static void stop() throws Exception {
        if (pgBouncer != null) {
            pgBouncer.close();
        }
        if (direct != null) {
            direct.close();
        }
    }

    @Test
    void manyThreadsLoadAndAskAsTheyDoWithoutIt() throws Exception {
        Path csv = Datasets.copyTo("EuStockMarkets", folder.resolve("eu.csv"));
        Instant then = Instant.parse("1998-01-01T00:00:00Z");
        ExecutorService threads = Executors.newFixedThreadPool(6);
        try (Tickbook pooled = Tickbook.connect(pooledUrl)) {
            assertThat(pooled.ingest(CsvFile.of(csv).wide("DAX", "FTSE")).inserted())
                    .isEqualTo(3720);
            List<Future<Table>> answers = new ArrayList<>();
            for (int i = 0; i < 120; i++) { // the driver would prepare on the server from the fifth time on
                int day = i;
                answers.add(threads.submit(() -> pooled.read("DAX")
                        .from(LocalDate.of(1997, 1, 1).plusDays(day % 7))
                        .asOf(then)
                        .table()));
                answers.add(threads.submit(() -> pooled.market().state("DAX", "FTSE")));
                answers.add(threads.submit(() -> pooled.sql(
                                "SELECT current_setting('TimeZone') AS zone, count(*) FROM market.market_data WHERE symbol = ?",
                                "FTSE")
                        .table()));
            }
            Table expected =
                    direct.read("DAX").from(LocalDate.of(1997, 1, 1)).asOf(then).table();
            for (int i = 0; i < answers.size(); i++) {
                Table answer = answers.get(i).get();
                if (i % 21 == 0) {
                    assertThat(answer.printAll()).isEqualTo(expected.printAll());
                } else if (i % 3 == 2) {
                    assertThat(answer.printAll()).contains("UTC").contains("1860");
                }
            }
            for (int i = 0; i < 10; i++) {
                Table server = pooled.sql("SELECT (SELECT count(*) FROM pg_prepared_statements) AS prepared,"
                                + " current_setting('search_path') AS path")
                        .table();
                assertThat(server.longColumn("prepared").get(0)).isZero();
                assertThat(server.stringColumn("path").get(0))
                        .as("what the server's other users find")
                        .isEqualTo("\"$user\", public");
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void whoSubscribesThroughItIsToldToConnectDirectly() {
        try (Tickbook pooled = Tickbook.connect(pooledUrl)) {
            assertThatThrownBy(() -> pooled.market().subscribe(event -> {}))
                    .isInstanceOf(TickbookException.class)
                    .hasMessageContaining("connection pooler")
                    .hasMessageContaining("PostgreSQL's own port");
        }
    }
}
