package dev.tickbook.ingest;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;

/** A local server that answers as it is told, once or always, well or badly. */
public final class ChartServer implements AutoCloseable {

    /** What to do with a request. */
    public interface Behaviour {
        void on(HttpExchange exchange) throws IOException;
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool(work -> {
        Thread thread = new Thread(work, "chart-server");
        thread.setDaemon(true);
        return thread;
    });
    private final Queue<Behaviour> next = new ConcurrentLinkedQueue<>();
    private final List<URI> requests = new CopyOnWriteArrayList<>();
    private volatile Behaviour usually = status(404, "");

    public ChartServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            try (exchange) {
                requests.add(exchange.getRequestURI());
                Behaviour behaviour = next.poll();
                (behaviour == null ? usually : behaviour).on(exchange);
            }
        });
        server.start();
    }

    public URI address() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
    }

    /** The requests so far. */
    public List<URI> requests() {
        return requests;
    }

    /** What to do with the next requests, one each, before it does as usual. */
    public ChartServer next(Behaviour... behaviours) {
        next.addAll(List.of(behaviours));
        return this;
    }

    public ChartServer usually(Behaviour behaviour) {
        usually = behaviour;
        return this;
    }

    public static Behaviour ok(String body) {
        return status(200, body);
    }

    /** @param headers names and values in turn */
    public static Behaviour status(int status, String body, String... headers) {
        return exchange -> {
            for (int i = 0; i < headers.length; i += 2) {
                exchange.getResponseHeaders().set(headers[i], headers[i + 1]);
            }
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        };
    }

    /** Promises the whole and sends half of it. */
    public static Behaviour cut(String body) {
        return exchange -> {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes, 0, bytes.length / 2);
            exchange.getResponseBody().flush();
        };
    }

    /** Sends the beginning at once, and the rest much later. */
    public static Behaviour slow(String body) {
        return exchange -> {
            exchange.sendResponseHeaders(200, body.length());
            exchange.getResponseBody().write(body.charAt(0));
            exchange.getResponseBody().flush();
            try {
                Thread.sleep(20_000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
    }

    /** The parameters of a request. */
    public static Map<String, String> query(URI request) {
        return Arrays.stream(request.getRawQuery().split("&"))
                .map(parameter -> parameter.split("=", 2))
                .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
    }

    /** The last part of a request's path: the symbol. */
    public static String symbol(URI request) {
        return request.getPath().substring(request.getPath().lastIndexOf('/') + 1);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
