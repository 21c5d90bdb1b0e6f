package dev.tickbook.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tickbook.Tickbook;
import dev.tickbook.TickbookException;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Running the database's jobs from Java, where the server has no scheduler of its own. */
class JobsTest {

    Tickbook tb;

    @BeforeEach
    void openWithAnOldAndANewTick() {
        tb = Tickbook.open();
        tb.sql("CREATE TABLE ticks (time timestamptz NOT NULL, price numeric)").execute();
        tb.sql("SELECT tickbook.create_hypertable('ticks', 'time', chunk_interval => interval '1 day')")
                .table();
        tb.sql("SELECT tickbook.add_retention_policy('ticks', interval '30 days')")
                .table();
        tb.sql("SELECT tickbook.ensure_chunks('ticks', now() - interval '90 days', now() - interval '90 days')")
                .table();
        tb.sql("INSERT INTO ticks VALUES (now() - interval '90 days', 1), (now(), 2)")
                .execute();
    }

    @AfterEach
    void close() {
        tb.close();
    }

    @Test
    void dueJobsRunWhenAskedFor() {
        tb.runJobs();
        assertThat(ticks()).as("the old tick is past its retention").isEqualTo(1);
        assertThat(tb.sql("SELECT * FROM tickbook.job_runs WHERE error IS NULL")
                        .table()
                        .rowCount())
                .isPositive();
    }

    @Test
    void scheduledJobsRunByThemselvesUntilStopped() throws Exception {
        AutoCloseable schedule = tb.scheduleJobs(Duration.ofMillis(50));
        await(1);
        schedule.close();
        int runs = tb.sql("SELECT * FROM tickbook.job_runs").table().rowCount();
        Thread.sleep(200);
        assertThat(tb.sql("SELECT * FROM tickbook.job_runs").table().rowCount()).isEqualTo(runs);
    }

    @Test
    void aLostConnectionDelaysTheJobsAndDoesNotEndThem() throws Exception {
        tb.sql("UPDATE tickbook.job SET next_start = 'infinity'").execute();
        tb.scheduleJobs(Duration.ofMillis(20));
        try (Connection own = tb.connection();
                Statement end = own.createStatement()) {
            for (int i = 0; i < 20; i++) {
                end.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                        + " WHERE application_name = 'tickbook' AND pid <> pg_backend_pid()");
                Thread.sleep(10);
            }
        }
        Thread.sleep(600); // the pool does not ask a connection that was in use half a second ago whether it is alive
        tb.sql("UPDATE tickbook.job SET next_start = '-infinity'").execute();
        await(1);
    }

    @Test
    void anIntervalOfZeroIsRefused() {
        assertThatThrownBy(() -> tb.scheduleJobs(Duration.ZERO))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("Name a time above zero.");
    }

    private int ticks() {
        return tb.sql("SELECT * FROM ticks").table().rowCount();
    }

    private void await(int ticks) throws InterruptedException {
        Instant patience = Instant.now().plusSeconds(20);
        while (ticks() != ticks) {
            assertThat(Instant.now()).as("waited for too long").isBefore(patience);
            Thread.sleep(50);
        }
    }
}
