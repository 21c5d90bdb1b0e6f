package dev.tickbook.market.internal;

import dev.tickbook.TickbookException;
import dev.tickbook.db.Query;
import dev.tickbook.db.internal.CopyReader;
import dev.tickbook.db.internal.Retry;
import dev.tickbook.db.internal.SqlErrors;
import dev.tickbook.db.internal.Transaction;
import dev.tickbook.db.internal.WireTable;
import dev.tickbook.market.CacheStatistics;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import tech.tablesaw.api.Table;

/**
 * Asks the database, and keeps what it answered about the past.
 *
 * <p>What was known at a moment does not change, but how much of it the database has does: bars of last year may be
 * loaded today, and count as known when they closed. So an answer is kept under the database's snapshot, which names the
 * transactions whose work it shows. Before each use the snapshot is asked for again, one short round trip: if it is the
 * same, then not one transaction has committed since, whatever it might have changed and in whatever way, a backfill, a
 * dropped chunk, a new version of a function; if it is another, the question is asked anew. The answer and its snapshot
 * are read in one transaction that sees one state throughout.
 *
 * <p>The answers to questions about the present, or the future, depend on the clock as well, and are not kept.
 */
public final class Questions implements AutoCloseable {

    /** Larger answers would drive out many others. */
    private static final int LARGEST = 8 << 20;

    /**
     * The server, counted anew after a start and after a crash, because what a crash undoes could be done otherwise under
     * the same number; the database; whose rights; the snapshot.
     */
    private static final String STATE = """
            SELECT concat_ws(' ', extract(epoch FROM pg_postmaster_start_time()),
                             (SELECT extract(epoch FROM stats_reset) FROM pg_stat_archiver),
                             (SELECT oid FROM pg_database WHERE datname = current_database()),
                             quote_ident(current_user), pg_current_snapshot()),
                   clock_timestamp() >= ?""";

    private final Supplier<Connection> connections;
    private final List<AnswerStore> stores = new ArrayList<>();
    private final AtomicLong kept = new AtomicLong();
    private final AtomicLong asked = new AtomicLong();

    /**
     * @param connections where a connection comes from
     * @param redisUrl a Redis to share answers in; null for none
     */
    public Questions(Supplier<Connection> connections, String redisUrl) {
        this.connections = connections;
        stores.add(new MemoryStore());
        if (redisUrl != null && !redisUrl.isBlank()) {
            stores.add(new RedisStore(redisUrl));
        }
    }

    /**
     * Asks, again if the connection is lost.
     *
     * @param asOf the moment that the question is about; null for now
     * @param sql a SELECT that changes nothing
     * @param parameters the values of its {@code ?}: texts, numbers and times
     * @return its rows, in a table of the caller's own
     */
    public Table ask(Instant asOf, String sql, Object... parameters) {
        try {
            WireTable answer = Retry.reading(() -> answer(asOf, sql, parameters));
            return answer.table();
        } catch (SQLException e) {
            throw SqlErrors.explain(e, null);
        }
    }

    /**
     * The same question, to be answered into a file.
     *
     * @param sql a SELECT
     * @param parameters the values of its {@code ?}
     * @return the query, not asked yet
     */
    public Query query(String sql, Object... parameters) {
        return new Query(connections, sql, parameters);
    }

    private WireTable answer(Instant asOf, String sql, Object[] parameters) throws SQLException {
        if (asOf != null) {
            String state;
            try (Connection connection = connections.get()) {
                state = state(connection, asOf);
            }
            WireTable found = state == null ? null : find(key(state, sql, parameters));
            if (found != null) {
                kept.incrementAndGet();
                return found;
            }
        }
        asked.incrementAndGet();
        return Transaction.run(connections, connection -> {
            try (Statement begin = connection.createStatement()) {
                // One state throughout; and the promise that asking twice does no harm, kept by the server.
                begin.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
            }
            String state = asOf == null ? null : state(connection, asOf);
            WireTable answer = read(connection, sql, parameters);
            if (state != null && answer.copy().length <= LARGEST) {
                keep(key(state, sql, parameters), answer.toBytes());
            }
            return answer;
        });
    }

    /** The state of the database; null if the moment is yet to come. */
    private static String state(Connection connection, Instant asOf) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(STATE)) {
            statement.setObject(1, asOf.atOffset(ZoneOffset.UTC));
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return rows.getBoolean(2) ? rows.getString(1) : null;
            }
        }
    }

    private static WireTable read(Connection connection, String sql, Object[] parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(
                        i + 1,
                        parameters[i] instanceof Instant instant ? instant.atOffset(ZoneOffset.UTC) : parameters[i]);
            }
            return CopyReader.receive(statement);
        }
    }

    /** Lengths before the values, so that no two questions have the same key. */
    private static String key(String state, String sql, Object[] parameters) {
        StringBuilder key = new StringBuilder(state).append('\n').append(sql);
        for (Object parameter : parameters) {
            String value = String.valueOf(parameter);
            key.append('\n')
                    .append(parameter == null ? "null" : parameter.getClass().getSimpleName() + value.length())
                    .append(' ')
                    .append(value);
        }
        return key.toString();
    }

    private WireTable find(String key) {
        for (int i = 0; i < stores.size(); i++) {
            byte[] bytes = stores.get(i).get(key);
            if (bytes != null) {
                try {
                    WireTable found = WireTable.fromBytes(bytes);
                    for (int nearer = 0; nearer < i; nearer++) {
                        stores.get(nearer).put(key, bytes);
                    }
                    return found;
                } catch (IOException e) {
                    // somebody else's bytes: asking the database puts ours in their place
                }
            }
        }
        return null;
    }

    private void keep(String key, byte[] answer) {
        stores.forEach(store -> store.put(key, answer));
    }

    /** How often an answer was at hand. */
    public CacheStatistics statistics() {
        return new CacheStatistics(kept.get(), asked.get());
    }

    @Override
    public void close() {
        stores.forEach(AnswerStore::close);
    }

    /**
     * Texts as one parameter, to be cast to {@code text[]}.
     *
     * @param values none of them null
     * @return PostgreSQL's way to write them; null, which means all, if there are none
     */
    public static String array(String... values) {
        if (values.length == 0) {
            return null;
        }
        StringBuilder text = new StringBuilder("{");
        for (String value : values) {
            if (value == null) {
                throw new TickbookException("One of the names is null. Leave it out; none at all means everything.");
            }
            text.append(text.length() > 1 ? "," : "")
                    .append('"')
                    .append(value.replace("\\", "\\\\").replace("\"", "\\\""))
                    .append('"');
        }
        return text.append('}').toString();
    }
}
