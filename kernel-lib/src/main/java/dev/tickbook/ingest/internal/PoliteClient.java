package dev.tickbook.ingest.internal;

import dev.tickbook.TickbookException;
import dev.tickbook.ingest.HttpPolicy;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Asks a service over HTTP: not too fast, again when that may help, and never for ever. */
public final class PoliteClient {

    private static final Set<Integer> WORTH_ANOTHER_TRY = Set.of(408, 425, 429, 500, 502, 503, 504);
    private static final Duration CONNECT_WITHIN = Duration.ofSeconds(10);

    /** Services of quotes turn away programs that do not look like a browser at all. */
    private static final String USER_AGENT = "Mozilla/5.0 (compatible; Tickbook/1.0)";

    private final HttpPolicy policy;
    private final HttpClient client = HttpClient.newBuilder()
            .connectTimeout(CONNECT_WITHIN)
            .followRedirects(HttpClient.Redirect.NORMAL)
            .build();
    private long nextSlot = System.nanoTime();

    /** @param policy how politely and patiently to ask */
    public PoliteClient(HttpPolicy policy) {
        this.policy = policy;
    }

    /**
     * @param address of a service
     * @return the same with a slash at its end, so that names can be resolved below it
     * @throws TickbookException if it is no address of the web
     */
    static URI folder(URI address) {
        boolean isWeb = "http".equalsIgnoreCase(address.getScheme()) || "https".equalsIgnoreCase(address.getScheme());
        if (!isWeb || address.getHost() == null) {
            throw new TickbookException("\"" + address + "\" is no address of a service. Write it with http:// or"
                    + " https:// and a host.");
        }
        return address.getPath().endsWith("/") ? address : URI.create(address + "/");
    }

    /**
     * An answer, whatever it says.
     *
     * @param status of HTTP, one that another try would not change
     * @param body as UTF-8
     */
    public record Answer(int status, String body) {}

    /** Why an attempt failed, and how long the service wants to be left alone, null if it does not say. */
    private record Failure(String what, Duration wanted, Throwable cause) {}

    /**
     * @param what is asked for: a symbol, for messages
     * @param address where
     * @return the answer
     * @throws IOException if there is none after all attempts; it names what was asked for, where, and what to do
     * @throws InterruptedIOException if the thread is interrupted; it still is
     */
    public Answer get(String what, URI address) throws IOException {
        Duration wait = policy.firstWait();
        for (int attempt = 1; ; attempt++) {
            pause(slot());
            Failure failure;
            try {
                HttpResponse<byte[]> response = send(address);
                if (!WORTH_ANOTHER_TRY.contains(response.statusCode())) {
                    return new Answer(response.statusCode(), new String(response.body(), StandardCharsets.UTF_8));
                }
                failure = new Failure("status " + response.statusCode(), retryAfter(response), null);
            } catch (TimeoutException e) {
                failure = new Failure(
                        "no complete answer within " + policy.timeout().toMillis() + " ms", null, e);
            } catch (ExecutionException e) {
                failure = new Failure(reason(e.getCause()), null, e.getCause());
            }
            Duration pause = failure.wanted() == null ? jittered(wait) : failure.wanted();
            if (attempt == policy.attempts() || pause.compareTo(policy.longestWait()) > 0) {
                throw new IOException(message(what, address, attempt, failure, pause), failure.cause());
            }
            pause(pause);
            wait = wait.multipliedBy(2).compareTo(policy.longestWait()) > 0
                    ? policy.longestWait()
                    : wait.multipliedBy(2);
        }
    }

    /** The time limit of a request covers only the beginning of its answer, so the whole is waited for here. */
    private HttpResponse<byte[]> send(URI address) throws TimeoutException, ExecutionException, IOException {
        HttpRequest request = HttpRequest.newBuilder(address)
                .timeout(policy.timeout())
                .header("User-Agent", USER_AGENT)
                .header("Accept", "*/*")
                .build();
        CompletableFuture<HttpResponse<byte[]>> answer =
                client.sendAsync(request, HttpResponse.BodyHandlers.ofByteArray());
        try {
            return answer.get(policy.timeout().toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw interrupted();
        } finally {
            answer.cancel(true);
        }
    }

    private static String message(String what, URI address, int attempts, Failure failure, Duration wait) {
        String tries = attempts == 1 ? "" : " after " + attempts + " attempts";
        String advice = failure.wanted() != null
                ? "It asks to be left alone for " + wait.toSeconds()
                        + " s: run again then, or with fewer requests per second."
                : "Check the network and the address; run again to go on.";
        return what + " was not answered" + tries + " (" + failure.what() + ") by " + address + ". " + advice;
    }

    private static String reason(Throwable e) {
        return e.getMessage() == null || e.getMessage().isBlank() ? e.getClass().getSimpleName() : e.getMessage();
    }

    /** In seconds, or the time itself; what is neither says nothing. */
    private static Duration retryAfter(HttpResponse<?> response) {
        String value = response.headers().firstValue("Retry-After").orElse("").strip();
        if (value.matches("\\d{1,9}")) {
            return Duration.ofSeconds(Long.parseLong(value));
        }
        try {
            Instant time = ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
            Duration wait = Duration.between(Instant.now(), time);
            return wait.isNegative() ? Duration.ZERO : wait;
        } catch (DateTimeException e) {
            return null;
        }
    }

    /** How long to wait for this request's turn. */
    private synchronized Duration slot() {
        long now = System.nanoTime();
        long mine = Math.max(now, nextSlot);
        nextSlot = mine + (long) (1e9 / policy.requestsPerSecond());
        return Duration.ofNanos(mine - now);
    }

    /** Half to all of it, so that many clients do not come back at once. */
    private static Duration jittered(Duration wait) {
        return Duration.ofNanos(ThreadLocalRandom.current().nextLong(wait.toNanos() / 2, wait.toNanos() + 1));
    }

    private static void pause(Duration time) throws InterruptedIOException {
        try {
            TimeUnit.NANOSECONDS.sleep(time.toNanos());
        } catch (InterruptedException e) {
            throw interrupted();
        }
    }

    private static InterruptedIOException interrupted() {
        Thread.currentThread().interrupt();
        return new InterruptedIOException("Interrupted while waiting for an answer. Run again to go on.");
    }
}
