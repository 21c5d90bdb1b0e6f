package dev.tickbook.market.internal;

import dev.tickbook.TickbookException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicLong;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.SslOptions;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.params.SetParams;
import redis.clients.jedis.util.JedisURIHelper;

/**
 * Answers in Redis, for all processes that ask the same server. A Redis that does not answer costs a quarter of a second
 * once in half a minute, and no answer: the database is asked then.
 */
final class RedisStore implements AnswerStore {

    private static final Duration PATIENCE = Duration.ofMillis(250);
    private static final Duration PAUSE = Duration.ofSeconds(30);
    private static final long KEPT_SECONDS = Duration.ofHours(1).toSeconds();

    private final RedisClient redis;
    private final AtomicLong pausedUntil = new AtomicLong(System.nanoTime());

    RedisStore(String url) {
        redis = client(url);
    }

    private static RedisClient client(String url) {
        try {
            URI uri = URI.create(url);
            if (!JedisURIHelper.isValid(uri)) {
                throw new IllegalArgumentException("host or port is missing");
            }
            return RedisClient.builder()
                    .hostAndPort(new HostAndPort(uri.getHost(), uri.getPort()))
                    .clientConfig(DefaultJedisClientConfig.builder()
                            .user(JedisURIHelper.getUser(uri))
                            .password(JedisURIHelper.getPassword(uri))
                            .database(JedisURIHelper.getDBIndex(uri))
                            .sslOptions(JedisURIHelper.isRedisSSLScheme(uri) ? SslOptions.defaults() : null)
                            .connectionTimeoutMillis((int) PATIENCE.toMillis())
                            .socketTimeoutMillis((int) PATIENCE.toMillis())
                            .build())
                    .build();
        } catch (RuntimeException e) {
            // The address may carry a password, so it is not repeated.
            throw new TickbookException(
                    "REDIS_URL is not the address of a Redis server. Write it as redis://HOST:PORT, with user and"
                            + " password before the host where they are needed, or unset it.");
        }
    }

    @Override
    public byte[] get(String key) {
        return unlessPaused(() -> redis.get(name(key)));
    }

    @Override
    public void put(String key, byte[] answer) {
        unlessPaused(() -> redis.set(name(key), answer, SetParams.setParams().ex(KEPT_SECONDS)));
    }

    private interface Work<T> {
        T get();
    }

    private <T> T unlessPaused(Work<T> work) {
        if (System.nanoTime() - pausedUntil.get() < 0) {
            return null;
        }
        try {
            return work.get();
        } catch (JedisException e) {
            pausedUntil.set(System.nanoTime() + PAUSE.toNanos());
            return null;
        }
    }

    /** Keys hold whole questions; Redis gets names of one length. */
    private static byte[] name(String key) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
            return ("tickbook:answer:" + HexFormat.of().formatHex(digest)).getBytes(StandardCharsets.US_ASCII);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    @Override
    public void close() {
        redis.close();
    }
}
