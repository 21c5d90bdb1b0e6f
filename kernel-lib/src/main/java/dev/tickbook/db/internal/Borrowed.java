package dev.tickbook.db.internal;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import org.postgresql.PGConnection;

/**
 * Which connections of this process were lent, and to which thread last, so that a person who interrupts a notebook's cell
 * stops on the server what the cell runs there. Interrupting the thread would not: it waits for a socket.
 */
public final class Borrowed {

    /** Threads of ours that work in the background, and do not belong to what a person interrupts. */
    static final String OWN_THREADS = "tickbook-";

    private static final Map<PGConnection, Thread> BORROWERS = new WeakHashMap<>();

    private Borrowed() {}

    static Connection by(Thread borrower, Connection connection) throws SQLException {
        PGConnection lent = connection.unwrap(PGConnection.class);
        synchronized (BORROWERS) {
            BORROWERS.put(lent, borrower);
        }
        return connection;
    }

    /** Asks the servers to cancel what runs on connections lent to the user's threads; where nothing runs, nothing happens. */
    public static void cancelAll() {
        List<PGConnection> connections = new ArrayList<>();
        synchronized (BORROWERS) {
            BORROWERS.forEach((connection, borrower) -> {
                if (!borrower.getName().startsWith(OWN_THREADS)) {
                    connections.add(connection);
                }
            });
        }
        for (PGConnection connection : connections) {
            try {
                connection.cancelQuery();
            } catch (SQLException e) {
                // It is lost or closed, and so is what ran on it.
            }
        }
    }
}
