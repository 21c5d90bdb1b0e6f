package dev.tickbook.market;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tickbook.Tickbook;
import dev.tickbook.TickbookException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The server ends connections again and again, as one that is restarted or fails over; the questions are answered. */
class LostConnectionTest {

    private static final String TERMINATE =
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'tickbook'";

    @Test
    void questionsAreAskedAgainAndAnsweredAndChangesAreNot() throws Exception {
        try (Tickbook tb = Tickbook.open();
                Connection administrator = DriverManager.getConnection("jdbc:" + tb.psqlUrl())) {
            tb.sql("""
                    INSERT INTO market.market_data (time, symbol, interval, close)
                    SELECT t, 'A', '1m', 100 FROM generate_series(timestamptz '2024-01-01', '2024-01-08', '1 minute') t""").execute();
            AtomicBoolean done = new AtomicBoolean();
            AtomicInteger ended = new AtomicInteger();
            tb.sql("CREATE SEQUENCE calls START 10").execute();
            Thread terminator = new Thread(() -> {
                try (Statement statement = administrator.createStatement()) {
                    while (!done.get()) {
                        try (var rows = statement.executeQuery(TERMINATE)) {
                            rows.next();
                            ended.addAndGet(rows.getInt(1));
                        }
                        Thread.sleep(250);
                    }
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            terminator.start();
            try {
                for (int i = 0; i < 40 || ended.get() <= 5 && terminator.isAlive(); i++) {
                    assertThat(tb.read("A")
                                    .interval("1m")
                                    .asOf(i % 2 == 0 ? null : Instant.parse("2024-01-07T23:59:30Z"))
                                    .table()
                                    .rowCount())
                            .isEqualTo(i % 2 == 0 ? 10_081 : 10_079);
                }
            } finally {
                done.set(true);
                terminator.join();
            }
            assertThat(ended.get()).as("connections that were ended meanwhile").isGreaterThan(5);

            // A statement of the caller's own may have done its work before the connection was lost: nobody repeats it.
            assertThatThrownBy(() -> tb.sql("SELECT nextval('calls'), pg_terminate_backend(pg_backend_pid())")
                            .table())
                    .isInstanceOf(TickbookException.class);
            assertThat(tb.read("A").interval("1m").table().rowCount()).isEqualTo(10_081);
            try (Statement statement = administrator.createStatement();
                    var calls = statement.executeQuery("SELECT last_value FROM calls")) {
                calls.next();
                assertThat(calls.getLong(1)).isEqualTo(10);
            }
        }
    }

    @Test
    void aServerThatCrashedIsWaitedForAndAnswersOfBeforeAreNotTakenForItsOwn() {
        Instant then = Instant.parse("2024-01-03T00:00:00Z");
        try (Tickbook tb = Tickbook.open()) {
            tb.sql(
                            "INSERT INTO market.market_data (time, symbol, interval, close) VALUES ('2024-01-01', 'A', '1d', 10)")
                    .execute();
            tb.sql("CHECKPOINT").execute(); // else the crash could undo what the embedded server has not written yet
            for (int i = 0; i < 20 && tb.market().cache().kept() == 0; i++) {
                assertThat(tb.market().asOf(then).state().rowCount()).isOne();
            }
            CacheStatistics before = tb.market().cache();
            assertThat(before.kept()).isPositive();

            int process = tb.sql("SELECT pg_backend_pid() AS pid")
                    .table()
                    .intColumn("pid")
                    .get(0);
            ProcessHandle.of(process).orElseThrow().destroyForcibly(); // the server ends all others and recovers
            assertThat(tb.market().asOf(then).state().rowCount()).isOne();
            assertThat(tb.market().cache().kept()).isEqualTo(before.kept());
        }
    }
}
