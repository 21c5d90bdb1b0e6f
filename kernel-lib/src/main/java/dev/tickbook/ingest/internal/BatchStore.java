package dev.tickbook.ingest.internal;

import dev.tickbook.TickbookException;
import dev.tickbook.db.internal.Retry;
import dev.tickbook.db.internal.SqlErrors;
import dev.tickbook.db.internal.Transaction;
import dev.tickbook.ingest.MarketStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Stores batches, each in a transaction of its own, by the ladder: COPY straight into the table; where rows may be there
 * already, COPY into a staging table and a merge; where the server refuses the rows, half of them, until those that it
 * refuses are found and rejected. A lost connection is replaced, and the batch done again: a row that the lost one stored
 * is found to be there.
 */
public final class BatchStore {

    /** Deadlock, lock timeout: somebody was faster. */
    private static final Set<String> OTHERS_IN_THE_WAY = Set.of("40P01", "55P03");

    /**
     * By the first two signs of the SQLSTATE: a value, a constraint, what a trigger raised, what it does not support, a
     * view's check, a limit such as that of an index. All else is not the rows' fault.
     */
    private static final Set<String> FAULTS_OF_ROWS = Set.of("22", "23", "P0", "0A", "44", "54");

    /** What is reported as stored must survive a crash, also where the server does not wait by itself. */
    private static final String WAIT_FOR_THE_DISK = "SELECT set_config('synchronous_commit', 'on', true)"
            + " WHERE current_setting('synchronous_commit') = 'off'";

    private final Supplier<Connection> connections;
    private final MarketStream stream;
    private final String source;
    private final List<String> columns;
    private final Duration patience;
    private final Table table;
    private final Merge merge;
    private boolean direct;
    private Outcome unconfirmed; // of a transaction whose commit got no answer

    /**
     * @param connections where a connection comes from
     * @param source what rejects are filed under
     * @param reader whose batches these will be
     * @param patience how long to try again while the server cannot be reached
     * @throws SQLException if the server fails
     */
    public BatchStore(
            Supplier<Connection> connections, MarketStream stream, String source, RowReader reader, Duration patience)
            throws SQLException {
        this.connections = connections;
        this.stream = stream;
        this.source = source;
        this.columns = reader.columnNames();
        this.patience = patience;
        this.table = patiently(connection -> Table.look(connection, stream));
        this.merge = new Merge(table, source, columns);
        this.direct = stream == MarketStream.PRICES;
    }

    /**
     * @return what became of the rows
     * @throws SQLException if the server cannot store them, whatever they are; nothing of what it returned before is lost
     */
    Outcome store(Batch batch) throws SQLException {
        Outcome outcome = new Outcome();
        if (!batch.rejects.isEmpty()) {
            patiently(connection -> {
                Rejects.insert(connection, stream, source, batch.rejects);
                return null;
            });
            outcome.rejected = batch.rejects.size();
        }
        if (batch.rows() > 0) {
            patiently(connection -> {
                table.ensureChunks(connection, batch);
                return null;
            });
            unconfirmed = null;
            outcome.add(store(batch, 0, batch.rows()));
            outcome.contradictions.forEach(reject -> batch.findings.rejected("contradiction", reject.line()));
        }
        return outcome;
    }

    private Outcome store(Batch batch, int from, int to) throws SQLException {
        SQLException fault;
        try {
            return patiently(connection -> attempt(connection, batch, from, to));
        } catch (SQLException e) {
            fault = e;
        }
        if (direct && isFaultOfRows(fault)) {
            direct = false;
            return store(batch, from, to);
        }
        if (!isFaultOfRows(fault)) {
            throw fault;
        }
        unconfirmed = null; // for nothing of this is stored
        if (to - from > 1) {
            int middle = (from + to) >>> 1;
            Outcome outcome = store(batch, from, middle);
            unconfirmed = null;
            outcome.add(store(batch, middle, to));
            return outcome;
        }
        Reject reject = new Reject(batch.line(from), message(fault), fault.getSQLState(), batch.raw(from));
        patiently(connection -> {
            Rejects.insert(connection, stream, source, List.of(reject));
            return null;
        });
        batch.findings.rejected("refused by the server", batch.line(from));
        Outcome outcome = new Outcome();
        outcome.rejected = 1;
        return outcome;
    }

    private static String message(SQLException fault) {
        return SqlErrors.explain(fault, null).getMessage();
    }

    private Outcome attempt(Connection connection, Batch batch, int from, int to) throws SQLException {
        BitSet first = new BitSet();
        first.set(from, to);
        first.andNot(batch.repeated);
        BitSet again = new BitSet();
        again.set(from, to);
        again.and(batch.repeated);
        Outcome outcome = new Outcome();
        if (!first.isEmpty()) {
            outcome.add(storeFirst(connection, batch, first));
        }
        if (!again.isEmpty()) {
            outcome.add(merge.append(connection, batch, again));
        }
        boolean changedNothing = outcome.inserted + outcome.updated == 0;
        if (unconfirmed != null && changedNothing) {
            return unconfirmed; // it had been stored
        }
        unconfirmed = outcome;
        return outcome;
    }

    private Outcome storeFirst(Connection connection, Batch batch, BitSet rows) throws SQLException {
        if (stream != MarketStream.PRICES) {
            return merge.append(connection, batch, rows);
        }
        if (direct) {
            RowSender.send(connection, table.storage() + " (" + Merge.list(columns, "") + ")", batch, rows, false);
            Outcome outcome = new Outcome();
            outcome.inserted = rows.cardinality();
            return outcome;
        }
        Outcome outcome = merge.upsert(connection, batch, rows);
        direct = outcome.inserted == rows.cardinality(); // what comes next may be new too
        return outcome;
    }

    /** A transaction, again while the server cannot be reached or others are in the way. */
    private <T> T patiently(Transaction.Work<T> work) throws SQLException {
        long start = System.nanoTime();
        Duration wait = Duration.ofMillis(50);
        while (true) {
            try {
                return Transaction.run(connections, connection -> {
                    try (Statement statement = connection.createStatement()) {
                        statement.execute(WAIT_FOR_THE_DISK);
                    }
                    return work.on(connection);
                });
            } catch (SQLException | TickbookException e) {
                boolean mayPass = Retry.isPassing(e)
                        || e instanceof SQLException sql
                                && OTHERS_IN_THE_WAY.contains(String.valueOf(sql.getSQLState()));
                if (!mayPass || System.nanoTime() - start > patience.toNanos() || !Retry.sleep(wait)) {
                    throw e;
                }
                wait = Retry.longer(wait);
            }
        }
    }

    private static boolean isFaultOfRows(SQLException e) {
        String state = String.valueOf(e.getSQLState());
        return state.length() == 5 && FAULTS_OF_ROWS.contains(state.substring(0, 2));
    }
}
