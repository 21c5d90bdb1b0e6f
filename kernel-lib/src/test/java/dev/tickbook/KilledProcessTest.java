package dev.tickbook;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a process leaves behind when it is killed and cannot clean up. */
class KilledProcessTest {

    @TempDir
    Path temporary;

    /** Opens a database as the arguments say, tells where, and waits to be killed. */
    static final class Victim {
        public static void main(String[] folder) throws InterruptedException {
            Tickbook tb = folder.length == 0 ? Tickbook.open() : Tickbook.open(Path.of(folder[0]));
            tb.sql("CREATE TABLE committed AS SELECT 1 AS one").execute();
            System.out.println(tb);
            Thread.sleep(Duration.ofMinutes(1).toMillis());
        }
    }

    @Test
    void aKilledProcessLeavesNoServerAndNoTemporaryFolder() throws Exception {
        Process victim = start();
        Path folder = Path.of(line(victim).replaceFirst(".* in (.*), port .*", "$1"));
        long server = serverOf(folder);
        assertThat(runs(server)).isTrue();

        victim.destroyForcibly().waitFor();

        await(() -> !runs(server));
        await(() -> Files.notExists(folder));
    }

    @Test
    void anInterruptOfTheWholeProcessGroupDoesNotReachTheServer() throws Exception {
        Process victim = start();
        Path folder = Path.of(line(victim).replaceFirst(".* in (.*), port .*", "$1"));
        long server = serverOf(folder);
        // Ctrl-C in a terminal goes to every process of the group: here to the children of the victim.
        for (ProcessHandle child : victim.descendants().toList()) {
            new ProcessBuilder("sh", "-c", "kill -INT " + child.pid()).start().waitFor();
        }
        Thread.sleep(500);
        assertThat(runs(server)).isTrue();
        victim.destroyForcibly().waitFor();
        await(() -> !runs(server));
    }

    @Test
    void theFolderOfAKilledProcessOpensAgainWithAllThatWasCommitted() throws Exception {
        Path folder = temporary.resolve("kept");
        Process victim = start(folder.toString());
        line(victim);

        victim.destroyForcibly().waitFor();

        try (Tickbook tb = Tickbook.open(folder)) {
            assertThat(tb.sql("SELECT one FROM committed").table().rowCount()).isOne();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {300, 600, 900, 1200, 1500, 1800})
    void aProcessKilledWhileItStartsTheServerLeavesNeitherServerNorABrokenFolder(int millis) throws Exception {
        Path folder = temporary.resolve("cut-off");
        Process victim = start(folder.toString());
        Thread.sleep(millis);

        victim.destroyForcibly().waitFor();

        try (Tickbook tb = Tickbook.open(folder)) {
            assertThat(tb.sql("SELECT 1").table().rowCount()).isOne();
        }
        await(() -> ProcessHandle.allProcesses()
                .flatMap(process -> process.info().commandLine().stream())
                .noneMatch(command -> command.contains(folder.toString())));
    }

    private Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djava.io.tmpdir=" + temporary,
                "-cp",
                System.getProperty("java.class.path"),
                Victim.class.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).redirectError(Redirect.INHERIT).start();
    }

    private static String line(Process process) throws IOException {
        BufferedReader reader = process.inputReader(StandardCharsets.UTF_8);
        return reader.readLine();
    }

    private static long serverOf(Path folder) throws IOException {
        Path cluster = folder.resolve(Files.readString(folder.resolve("cluster")));
        return Long.parseLong(
                Files.readAllLines(cluster.resolve("postmaster.pid")).get(0));
    }

    /** In a container the dead may stay in the list of processes, without their program. */
    private static boolean runs(long pid) {
        return ProcessHandle.of(pid)
                .flatMap(process -> process.info().command())
                .isPresent();
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        Instant patience = Instant.now().plusSeconds(20);
        while (!condition.getAsBoolean()) {
            assertThat(Instant.now()).as("waited for too long").isBefore(patience);
            Thread.sleep(50);
        }
    }
}
