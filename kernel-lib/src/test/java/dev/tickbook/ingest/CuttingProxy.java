package dev.tickbook.ingest;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Stands between a client and a server and loses connections. */
final class CuttingProxy implements AutoCloseable {

    private final ServerSocket door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final int server;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger answersToLose = new AtomicInteger();
    private final AtomicInteger cuts = new AtomicInteger();
    private volatile boolean closed;

    CuttingProxy(int server) throws IOException {
        this.server = server;
        daemon(this::accept);
    }

    int port() {
        return door.getLocalPort();
    }

    /** How many connections were lost. */
    int cuts() {
        return cuts.get();
    }

    /** Cuts all connections, that much later. */
    void cutIn(int millis) {
        daemon(() -> {
            try {
                Thread.sleep(millis);
            } catch (InterruptedException e) {
                return;
            }
            open.forEach(this::cut);
        });
    }

    /** Lets the server do that many commits, and cuts the connection before it can say so. */
    void loseAnswersToCommits(int count) {
        answersToLose.set(count);
    }

    private void accept() {
        while (!closed) {
            try {
                Socket client = door.accept();
                Socket backend = new Socket(InetAddress.getLoopbackAddress(), server);
                open.add(client);
                open.add(backend);
                boolean[] lose = new boolean[1];
                daemon(() -> pump(client, backend, lose, true));
                daemon(() -> pump(backend, client, lose, false));
            } catch (IOException e) {
                // closed, or the server is away
            }
        }
    }

    private void pump(Socket from, Socket to, boolean[] lose, boolean toServer) {
        byte[] buffer = new byte[1 << 16];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            int count;
            while ((count = in.read(buffer)) >= 0) {
                if (toServer
                        && new String(buffer, 0, count, StandardCharsets.ISO_8859_1).contains("COMMIT\0")
                        && answersToLose.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
                    lose[0] = true;
                } else if (!toServer && lose[0]) {
                    break; // the answer is here: the server has committed
                }
                out.write(buffer, 0, count);
            }
        } catch (IOException e) {
            // cut
        }
        cut(from);
        cut(to);
    }

    private void cut(Socket socket) {
        if (open.remove(socket)) {
            cuts.incrementAndGet();
        }
        try {
            socket.close();
        } catch (IOException e) {
            // it is gone
        }
    }

    private static void daemon(Runnable work) {
        Thread thread = new Thread(work, "cutting-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        closed = true;
        door.close();
        open.forEach(this::cut);
    }
}
