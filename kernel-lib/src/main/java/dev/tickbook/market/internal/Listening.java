package dev.tickbook.market.internal;

import dev.tickbook.TickbookException;
import dev.tickbook.db.internal.Retry;
import dev.tickbook.market.MarketEvent;
import dev.tickbook.market.Subscription;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/**
 * Listens on a connection of its own, and on another when that is lost. Now and then it asks for the server's clock: the
 * answer brings everything that was committed before, so that the time is known up to which nothing was missed.
 */
final class Listening implements Subscription {

    private static final System.Logger LOG = System.getLogger("dev.tickbook.market");
    private static final String LISTEN = "LISTEN tickbook_realtime; LISTEN tickbook_predictions";
    private static final int ASK_EVERY_MILLIS = 2_000;
    private static final int ANSWER_WITHIN_SECONDS = 10;
    private static final Duration FIRST_WAIT = Duration.ofMillis(50);
    private static final Duration LISTENER_ENDS_WITHIN = Duration.ofMinutes(1);

    /** A payload that is not the triggers' own is read as far as it can be, or refused by the server. */
    private static final String READ_PAYLOAD = """
            SELECT p ->> 'table', (p ->> 'rows')::bigint, (p ->> 'first_id')::bigint, (p ->> 'last_id')::bigint,
                   ARRAY(SELECT jsonb_array_elements_text(CASE jsonb_typeof(p -> 'symbols') WHEN 'array' THEN p -> 'symbols' ELSE '[]' END))
              FROM (SELECT CAST(? AS jsonb)) n (p)""";

    /** Opens a connection. */
    @FunctionalInterface
    public interface Connector {
        /**
         * @param answerWithin seconds after which a silent server counts as lost
         * @return an open connection
         * @throws SQLException if there is none
         */
        Connection open(int answerWithin) throws SQLException;
    }

    private final Connector connector;
    private final Consumer<MarketEvent> listener;
    private final Thread thread;
    private final CountDownLatch closing = new CountDownLatch(1);
    private volatile Connection connection;
    private Instant heardUntil;

    Listening(Connector connector, Consumer<MarketEvent> listener) throws SQLException {
        this.connector = connector;
        this.listener = listener;
        connect();
        thread = new Thread(this::run, "tickbook-subscription");
        thread.setDaemon(true);
        thread.start();
    }

    private void connect() throws SQLException {
        Connection fresh = connector.open(ANSWER_WITHIN_SECONDS);
        try (Statement statement = fresh.createStatement()) {
            statement.execute(LISTEN);
            Instant now = clock(fresh);
            connection = fresh;
            if (heardUntil != null) {
                tell(gap(heardUntil, now));
            }
            heardUntil = now;
        } catch (SQLException e) {
            fresh.close();
            throw e;
        }
    }

    private void run() {
        Duration wait = FIRST_WAIT;
        while (!isClosed()) {
            try {
                if (connection == null) {
                    connect();
                    wait = FIRST_WAIT;
                }
                hear();
            } catch (SQLException | TickbookException e) {
                drop();
                pause(wait);
                wait = Retry.longer(wait);
            }
        }
        drop();
    }

    private void hear() throws SQLException {
        PGConnection channel = connection.unwrap(PGConnection.class);
        while (!isClosed()) {
            Instant now = clock(connection);
            tell(channel.getNotifications());
            heardUntil = now;
            tell(channel.getNotifications(ASK_EVERY_MILLIS));
        }
    }

    private void pause(Duration wait) {
        try {
            closing.await(wait.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            closing.countDown(); // nobody but the process's own end interrupts this thread
        }
    }

    private static Instant clock(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT clock_timestamp()")) {
            rows.next();
            return rows.getObject(1, OffsetDateTime.class).toInstant();
        }
    }

    private void tell(PGNotification[] notifications) throws SQLException {
        for (PGNotification notification : notifications) {
            MarketEvent event = read(notification);
            if (event != null) {
                tell(event);
            }
        }
    }

    private MarketEvent read(PGNotification notification) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(READ_PAYLOAD)) {
            statement.setString(1, notification.getParameter());
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return new MarketEvent.Inserted(
                        rows.getString(1),
                        rows.getLong(2),
                        rows.getObject(3, Long.class),
                        rows.getObject(4, Long.class),
                        List.of((String[]) rows.getArray(5).getArray()));
            }
        } catch (SQLException e) {
            if (!connection.isValid(ANSWER_WITHIN_SECONDS)) {
                throw e;
            }
            LOG.log(
                    System.Logger.Level.WARNING,
                    "not a notification of Tickbook on channel " + notification.getName(),
                    e);
            return null;
        }
    }

    private void tell(MarketEvent event) {
        if (isClosed()) {
            return;
        }
        try {
            listener.accept(event);
        } catch (Throwable e) {
            LOG.log(System.Logger.Level.WARNING, "the listener of a subscription failed on " + event, e);
        }
    }

    private static MarketEvent.Gap gap(Instant from, Instant to) {
        String rows = "SELECT * FROM market.%s WHERE %s >= '" + from.minus(1, ChronoUnit.MINUTES) + "' AND %2$s <= '"
                + to + "' ORDER BY %2$s";
        return new MarketEvent.Gap(
                from,
                to,
                Map.of(
                        "stock_prices_realtime", rows.formatted("stock_prices_realtime", "received_at"),
                        "predictions", rows.formatted("predictions", "made_at"),
                        "block_predictions", rows.formatted("block_predictions", "made_at")));
    }

    private void drop() {
        Connection lost = connection;
        connection = null;
        if (lost != null) {
            try {
                lost.close();
            } catch (SQLException e) {
                // it is gone, which is what was wanted
            }
        }
    }

    boolean isClosed() {
        return closing.getCount() == 0;
    }

    @Override
    public void close() {
        closing.countDown();
        if (Thread.currentThread() == thread) {
            return;
        }
        try {
            Connection waiting = connection;
            if (waiting != null) {
                waiting.abort(Runnable::run); // wakes a thread that waits for the server
            }
            thread.join(LISTENER_ENDS_WITHIN.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (SQLException e) {
            throw new TickbookException("A subscription could not be closed: " + e.getMessage(), e);
        }
    }
}
