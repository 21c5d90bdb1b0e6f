package dev.tickbook.market.internal;

import dev.tickbook.TickbookException;
import dev.tickbook.market.MarketEvent;
import dev.tickbook.market.Subscription;
import java.sql.SQLException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** The open subscriptions of a database. */
public final class Subscriptions implements AutoCloseable {

    private final Listening.Connector connector;
    private final Set<Listening> open = ConcurrentHashMap.newKeySet();

    /**
     * @param connector opens a connection of the subscription's own
     */
    public Subscriptions(Listening.Connector connector) {
        this.connector = connector;
    }

    /** Begins to listen; see {@link dev.tickbook.market.KnownMarket#subscribe}. */
    public Subscription open(Consumer<MarketEvent> listener) {
        try {
            Listening listening = new Listening(connector, listener);
            open.removeIf(Listening::isClosed);
            open.add(listening);
            return listening;
        } catch (SQLException e) {
            throw new TickbookException(
                    "The server cannot be listened to: " + e.getMessage()
                            + " Check that it is running, and that it accepts one connection more.",
                    e);
        }
    }

    @Override
    public void close() {
        open.forEach(Listening::close);
    }
}
