package dev.tickbook.market;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tickbook.Tickbook;
import dev.tickbook.TickbookException;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.RedisClient;

/** Answers shared through a Redis, which REDIS_URL names; here a system property of that name does. */
@SuppressWarnings("try") // what is opened does its work unnamed
class RedisTest {

    private static final Instant THEN = Instant.parse("2024-01-03T00:00:00Z");
    private static final String BARS =
            "INSERT INTO market.market_data (time, symbol, interval, close) VALUES ('2024-01-01', 'A', '1d', 10), ('2024-01-02', 'A', '1d', 11)";

    @AfterEach
    void forgetTheSetting() {
        System.clearProperty("REDIS_URL");
    }

    @Test
    void whatOneProcessAskedAnotherIsAnsweredFromRedis() throws Exception {
        int port = Program.freePort();
        try (Program redis = startRedis(port);
                Tickbook first = Tickbook.open()) {
            System.setProperty("REDIS_URL", "redis://127.0.0.1:" + port);
            first.sql(BARS).execute();
            try (Tickbook second = Tickbook.connect("jdbc:" + first.psqlUrl())) {
                // Nothing else writes here but the server's own housekeeping, which makes them ask anew now and then.
                for (int i = 0; i < 20 && second.market().cache().kept() == 0; i++) {
                    assertThat(first.market()
                                    .asOf(THEN)
                                    .state()
                                    .doubleColumn("close")
                                    .asList())
                            .containsExactly(11.0);
                    assertThat(second.market()
                                    .asOf(THEN)
                                    .state()
                                    .doubleColumn("close")
                                    .asList())
                            .containsExactly(11.0);
                }
                assertThat(second.market().cache().kept()).isPositive();

                first.sql("UPDATE market.market_data_versions SET known_at = known_at WHERE false")
                        .execute();
                first.sql(
                                "INSERT INTO market.market_data (time, symbol, interval, close) VALUES ('2024-01-02', 'B', '1d', 5)")
                        .execute();
                assertThat(second.market()
                                .asOf(THEN)
                                .state()
                                .doubleColumn("close")
                                .asList())
                        .as("a bar that was loaded late is known since its close")
                        .containsExactly(11.0, 5.0);
            }
            try (RedisClient client = RedisClient.create("127.0.0.1", port)) {
                for (String key : client.keys("*")) {
                    assertThat(key).matches("tickbook:answer:[0-9a-f]{64}");
                    assertThat(client.ttl(key)).isBetween(1L, 3600L);
                    client.set(key, "not an answer");
                }
            }
            try (Tickbook third = Tickbook.connect("jdbc:" + first.psqlUrl())) {
                assertThat(third.market().asOf(THEN).state().rowCount())
                        .as("bytes that are no answer are not taken for one")
                        .isEqualTo(2);
            }
        }
    }

    @Test
    void aRoleIsNotGivenWhatAnotherWasAnswered() throws Exception {
        int port = Program.freePort();
        try (Program redis = startRedis(port);
                Tickbook owner = Tickbook.open()) {
            System.setProperty("REDIS_URL", "redis://127.0.0.1:" + port);
            owner.sql(BARS).execute();
            owner.market().asOf(THEN).state();
            owner.sql("CREATE ROLE visitor LOGIN SUPERUSER PASSWORD 'visitor'").execute();
            String url = "jdbc:" + owner.psqlUrl().replaceAll("\\?.*", "");
            try (Tickbook visitor = Tickbook.connect(url, "visitor", "visitor")) {
                owner.sql("ALTER ROLE visitor NOSUPERUSER").execute();
                assertThat(owner.market().asOf(THEN).state().rowCount()).isOne();
                assertThatThrownBy(() -> visitor.market().asOf(THEN).state())
                        .isInstanceOf(TickbookException.class)
                        .hasMessageContaining("permission denied");
            }
        }
    }

    @Test
    void questionsAreAnsweredWhenRedisGoesAway() throws Exception {
        int port = Program.freePort();
        try (Tickbook tb = Tickbook.open()) {
            tb.sql(BARS).execute();
            System.setProperty("REDIS_URL", "redis://127.0.0.1:" + port);
            assertThat(tb.market().asOf(THEN).state().rowCount())
                    .as("no Redis yet")
                    .isOne();
        }
        try (Tickbook tb = Tickbook.open()) {
            try (Program redis = startRedis(port)) {
                tb.sql(BARS).execute();
                assertThat(tb.market().asOf(THEN).state().rowCount())
                        .as("with Redis")
                        .isOne();
            }
            assertThat(tb.market().asOf(THEN).news().rowCount())
                    .as("without it")
                    .isZero();
        }
    }

    @Test
    void anAddressThatIsNoneIsRefusedWithoutRepeatingIt() {
        System.setProperty("REDIS_URL", "redis://me:secret@");
        try (Tickbook tb = Tickbook.open()) {
            assertThatThrownBy(tb::market)
                    .isInstanceOf(TickbookException.class)
                    .hasMessageContaining("REDIS_URL")
                    .hasMessageNotContaining("secret");
        }
    }

    private static Program startRedis(int port) throws Exception {
        return Program.start(
                port,
                List.of(
                        Program.find("redis-server", "redis-server").toString(),
                        "--port",
                        String.valueOf(port),
                        "--bind",
                        "127.0.0.1",
                        "--save",
                        "",
                        "--appendonly",
                        "no"));
    }
}
