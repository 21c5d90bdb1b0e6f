package dev.tickbook.db.internal;

import dev.tickbook.TickbookException;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Calls {@code tickbook.run_jobs()} at regular times in a thread of its own. */
public final class JobScheduler implements AutoCloseable {

    private static final String RUN_JOBS = "CALL tickbook.run_jobs()";

    private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "tickbook-jobs");
        thread.setDaemon(true);
        return thread;
    });

    /** Starts with the first round at once. */
    public JobScheduler(Supplier<Connection> connections, Duration every) {
        if (every.isNegative() || every.isZero()) {
            throw new TickbookException("Jobs cannot be scheduled every " + every + ". Name a time above zero.");
        }
        executor.scheduleWithFixedDelay(
                () -> {
                    try {
                        runDueJobs(connections);
                    } catch (TickbookException unreachable) {
                        // the server records what jobs do; what fails here is the way to it, and the next round tries
                        // again
                    }
                },
                0,
                every.toNanos(),
                TimeUnit.NANOSECONDS);
    }

    /** Runs what is due and returns when it is done. */
    public static void runDueJobs(Supplier<Connection> connections) {
        // In auto-commit mode, because the procedure commits after each job.
        try (Connection connection = connections.get();
                CallableStatement call = connection.prepareCall(RUN_JOBS)) {
            call.execute();
        } catch (SQLException e) {
            throw SqlErrors.explain(e, RUN_JOBS);
        }
    }

    @Override
    public void close() {
        executor.shutdown();
        try {
            executor.awaitTermination(1, TimeUnit.MINUTES);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
