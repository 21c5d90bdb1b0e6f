package dev.tickbook.db.internal;

import dev.tickbook.TickbookException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/** Repeats work that changes nothing when its connection is lost, as when a server restarts or fails over. */
public final class Retry {

    private static final Duration FIRST_WAIT = Duration.ofMillis(50);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(2);
    private static final Duration GIVE_UP_AFTER = Duration.ofSeconds(30);

    /**
     * Shut down by an administrator, after a crash, not up yet; a standby that cancels a query which is in the way of
     * what it must replay. All others of these begin with 08: connection exceptions.
     */
    private static final Set<String> PASSING = Set.of("57P01", "57P02", "57P03", "40001");

    private Retry() {}

    /** Work that may be done again from its start. */
    @FunctionalInterface
    public interface Reading<T> {
        /**
         * @return what was read
         * @throws SQLException if the server fails
         */
        T get() throws SQLException;
    }

    /**
     * Does the work, again while the connection is lost, with waits that double from 50 ms to 2 s, for 30 s.
     *
     * @param work reads, and only reads
     * @return what it read
     * @throws SQLException what the work threw last, or what is not worth another try
     */
    public static <T> T reading(Reading<T> work) throws SQLException {
        long start = System.nanoTime();
        Duration wait = FIRST_WAIT;
        while (true) {
            try {
                return work.get();
            } catch (SQLException | TickbookException e) {
                if (!isPassing(e) || System.nanoTime() - start > GIVE_UP_AFTER.toNanos() || !sleep(wait)) {
                    throw e;
                }
                wait = longer(wait);
            }
        }
    }

    /**
     * @param failure what was thrown
     * @return whether another try can succeed where this one failed
     */
    public static boolean isPassing(Throwable failure) {
        for (Throwable e = failure; e != null; e = e.getCause()) {
            if (e instanceof SQLException sql && sql.getSQLState() != null) {
                return sql.getSQLState().startsWith("08") || PASSING.contains(sql.getSQLState());
            }
        }
        return false;
    }

    /**
     * @param wait the last one
     * @return twice as long, at most two seconds
     */
    public static Duration longer(Duration wait) {
        Duration twice = wait.multipliedBy(2);
        return twice.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : twice;
    }

    /**
     * Waits for half to all of that time, so that many clients do not come back at once.
     *
     * @param wait the longest
     * @return false if interrupted
     */
    public static boolean sleep(Duration wait) {
        try {
            Thread.sleep(ThreadLocalRandom.current().nextLong(wait.toMillis() / 2, wait.toMillis() + 1));
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
