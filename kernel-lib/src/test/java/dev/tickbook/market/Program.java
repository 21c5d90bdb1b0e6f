package dev.tickbook.market;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** A program of the machine, such as a Redis, that a test runs where it is installed and is skipped without. */
final class Program implements AutoCloseable {

    private final Process process;

    private Program(Process process) {
        this.process = process;
    }

    /** Where it is, or the test is skipped with a line that says what to install. */
    static Path find(String name, String debianPackage) {
        Path found = Stream.concat(
                        Stream.of(System.getenv("PATH").split(File.pathSeparator)),
                        Stream.of("/usr/sbin", "/usr/local/bin"))
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(null);
        if (found == null) {
            String line = "Skipped: there is no " + name + " here. On Debian: apt-get install " + debianPackage;
            System.out.println(line);
            Assumptions.abort(line);
        }
        return found;
    }

    /** Starts it and waits until it listens. */
    static Program start(int port, List<String> command) throws Exception {
        File log = File.createTempFile("tickbook-program", ".log");
        log.deleteOnExit();
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log)
                .start();
        long start = System.nanoTime();
        while (!listens(port)) {
            if (!process.isAlive() || System.nanoTime() - start > TimeUnit.SECONDS.toNanos(20)) {
                process.destroyForcibly();
                throw new IllegalStateException(command + " does not start: " + Files.readString(log.toPath()));
            }
            Thread.sleep(20);
        }
        return new Program(process);
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static boolean listens(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port), 200);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
