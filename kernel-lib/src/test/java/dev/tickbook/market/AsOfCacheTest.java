package dev.tickbook.market;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tickbook.Tickbook;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.Table;

/** Kept answers about the past are those that the database would give. */
class AsOfCacheTest {

    private static final Instant THEN = Instant.parse("2024-02-01T00:00:00Z");
    private static final String STATE = "SELECT * FROM tickbook.market_state_at(?, NULL, '1d', '40 days')";

    Tickbook tb;

    @BeforeEach
    void openWithBars() {
        tb = Tickbook.open();
        tb.sql("""
                INSERT INTO market.market_data (time, symbol, interval, open, high, low, close, volume)
                SELECT t, s, '1d', 10, 12, 9, 10 + extract(day FROM t), 100
                FROM generate_series(timestamptz '2024-01-01', '2024-02-20', '1 day') t, unnest(ARRAY['A', 'B']) s""").execute();
    }

    @AfterEach
    void close() {
        tb.close();
    }

    @Test
    void aQuestionAboutThePastIsAnsweredFromTheCacheWhileNothingIsWritten() {
        Table first = tb.market().asOf(THEN).state();
        // Only the server's own housekeeping can come between two questions, and not between all of them.
        for (int i = 0; i < 20; i++) {
            assertThat(tb.market().asOf(THEN).state().printAll()).isEqualTo(first.printAll());
        }
        assertThat(tb.market().cache().kept()).isPositive();
    }

    @Test
    void questionsAboutThePresentAndTheFutureAreAskedEachTime() {
        for (int i = 0; i < 5; i++) {
            tb.market().state();
            tb.market().asOf(Instant.now().plus(Duration.ofDays(1))).state();
            tb.read("A").table();
        }
        assertThat(tb.market().cache()).isEqualTo(new CacheStatistics(0, 15));
    }

    @Test
    void whoChangesATableChangesNobodyElses() {
        Table mine = tb.market().asOf(THEN).state();
        mine.doubleColumn("close").set(0, -1);
        mine.removeColumns("volume");
        for (int i = 0; i < 10; i++) {
            Table another = tb.market().asOf(THEN).state();
            assertThat(another.columnNames()).contains("volume");
            assertThat(another.doubleColumn("close").get(0)).isEqualTo(41);
            another.doubleColumn("close").set(0, -1);
        }
        assertThat(tb.market().cache().kept()).isPositive();
    }

    @Test
    void whatATransactionWroteIsThereWhenItHasCommittedHoweverLongItTook() throws Exception {
        try (Connection writer = tb.connection();
                Statement statement = writer.createStatement()) {
            writer.setAutoCommit(false);
            statement.execute(
                    "INSERT INTO market.market_data (time, symbol, interval, close) VALUES ('2024-01-31', 'C', '1d', 5)");
            for (int i = 0; i < 5; i++) {
                assertThat(tb.market().asOf(THEN).state().rowCount()).isEqualTo(2);
            }
            writer.commit();
            assertThat(tb.market().asOf(THEN).state().rowCount()).isEqualTo(3);
        }
    }

    @Test
    void whateverIsWrittenByWhateverWayTheNextAnswerHasIt() {
        Random random = new Random(20240201);
        String[] writes = {
            "INSERT INTO market.market_data (time, symbol, interval, close) SELECT timestamptz '2024-01-25' + %1$d * interval '1 day', 'S%2$d', '1d', %2$d"
                    + " ON CONFLICT DO NOTHING",
            "UPDATE market.market_data SET close = close + 1 WHERE symbol = 'A' AND time = timestamptz '2024-01-25' + %1$d * interval '1 day'",
            "INSERT INTO market.market_data_versions (symbol, interval, time, known_at, close) VALUES ('B', '1d', '2024-01-31',"
                    + " timestamptz '2024-02-01' + %1$d * interval '1 minute' + %2$d * interval '1 second', %2$d) ON CONFLICT DO NOTHING",
            "DELETE FROM market.market_data WHERE symbol = 'S%2$d'",
            "CALL tickbook.run_jobs()",
            "SELECT 1",
            "SELECT 1"
        };
        Instant later = THEN.plus(Duration.ofHours(1));
        for (int i = 0; i < 150; i++) {
            String write = writes[random.nextInt(writes.length)].formatted(random.nextInt(10), random.nextInt(8));
            tb.sql(write).execute();
            for (Instant at : List.of(THEN, later)) {
                assertThat(tb.market().asOf(at).latestPrice("B"))
                        .as("after " + write)
                        .map(Bar::close)
                        .contains(tb.sql("SELECT close FROM tickbook.get_latest_price('B', '1d', ?)", at)
                                .table()
                                .doubleColumn("close")
                                .get(0));
                assertThat(tb.read("A")
                                .from(LocalDate.of(2024, 1, 20))
                                .asOf(at)
                                .table()
                                .printAll())
                        .as("after " + write)
                        .isEqualTo(tb.sql(
                                        "SELECT * FROM tickbook.get_price_range('A', '1d', '2024-01-20', 'infinity', ?)",
                                        at)
                                .table()
                                .printAll());
                assertThat(tb.market().asOf(at).state().column("symbol").asList())
                        .as("after " + write)
                        .isEqualTo(tb.sql(STATE.replace("40 days", "10 days"), at)
                                .table()
                                .column("symbol")
                                .asList());
            }
        }
        tb.sql("SELECT tickbook.drop_chunks('market.market_data', older_than => timestamptz '2024-03-01')")
                .table();
        assertThat(tb.read("A").asOf(THEN).table().rowCount())
                .isEqualTo(tb.sql("SELECT * FROM tickbook.get_price_range('A', '1d', '-infinity', 'infinity', ?)", THEN)
                        .table()
                        .rowCount());
        assertThat(tb.market().cache().kept()).isPositive();
    }

    @Test
    void whileAnotherSessionWritesNoAnswerIsOlderThanItsQuestion() throws Exception {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread writer = new Thread(() -> {
            try {
                for (int i = 0; i < 300; i++) {
                    tb.sql(
                                    "INSERT INTO market.market_data (time, symbol, interval, close) VALUES ('2024-01-31', ?, '1d', 1)",
                                    "W" + i)
                            .execute();
                    Thread.sleep(i % 10);
                }
            } catch (Throwable e) {
                failure.set(e);
            }
        });
        writer.start();
        long before = 2;
        while (writer.isAlive()) {
            long committed = tb.sql("SELECT count(*) AS n FROM market.market_data WHERE time = '2024-01-31'")
                    .table()
                    .longColumn("n")
                    .get(0);
            long answered = tb.market().asOf(THEN).state().rowCount();
            assertThat(answered).isGreaterThanOrEqualTo(Math.max(before, committed));
            before = answered;
        }
        assertThat(failure.get()).isNull();
        assertThat(tb.market().asOf(THEN).state().rowCount()).isEqualTo(302);
    }
}
