package dev.tickbook.ingest.internal;

import dev.tickbook.ingest.MarketStream;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Set;

/**
 * The table of a stream, as it is kept in this database.
 *
 * @param stream what it is for
 * @param storage where rows are put: a packed hypertable's name is a view over it
 * @param hasRange whether {@code <name>_between(from, to)} reads a range of it
 * @param chunkMicros how long its chunks are; 0 if it has none that must be there before the rows
 * @param chunks those that are there
 */
record Table(MarketStream stream, String storage, boolean hasRange, long chunkMicros, Set<Long> chunks) {

    private static final String LOOK = """
            SELECT coalesce(h.storage, t.relation)::text AS storage,
                   to_regprocedure(t.name || '_between(timestamptz,timestamptz)') IS NOT NULL AS has_range,
                   coalesce(extract(epoch FROM h.chunk_interval) * 1000000, 0)::bigint AS chunk_micros
            FROM (SELECT ?::text AS name, ?::regclass AS relation) AS t LEFT JOIN tickbook.hypertable AS h USING (relation)""";

    static Table look(Connection connection, MarketStream stream) throws SQLException {
        try (PreparedStatement look = connection.prepareStatement(LOOK)) {
            look.setString(1, stream.table());
            look.setString(2, stream.table());
            try (ResultSet row = look.executeQuery()) {
                row.next();
                return new Table(
                        stream,
                        row.getString("storage"),
                        row.getBoolean("has_range"),
                        row.getLong("chunk_micros"),
                        new HashSet<>());
            }
        }
    }

    /** Whether {@link #range} has two parameters: the first time, and the one after the last. */
    boolean isRanged() {
        return hasRange || stream.key().contains(stream.timeColumn());
    }

    /** What reads the rows that may have the keys of others, of a range of time where the key has the time. */
    String range() {
        if (hasRange) {
            return stream.table() + "_between(?, ?)";
        }
        return isRanged()
                ? "(SELECT * FROM " + stream.table() + " WHERE " + stream.timeColumn() + " >= ? AND "
                        + stream.timeColumn() + " < ?)"
                : stream.table();
    }

    /**
     * Rows go straight into their chunks when the chunks are there first. They are made in a transaction of its own, so
     * that their lock is not held while rows are written. Where they cannot be made, which is the owner's right, rows go
     * into the DEFAULT chunk, and maintenance moves them.
     */
    void ensureChunks(Connection connection, Batch batch) throws SQLException {
        if (chunkMicros == 0) {
            return;
        }
        Set<Long> missing = new HashSet<>();
        long last = Long.MIN_VALUE;
        for (int row = 0; row < batch.rows(); row++) {
            long chunk = Math.floorDiv(batch.time(row), chunkMicros);
            if (chunk != last && !chunks.contains(chunk)) {
                missing.add(chunk);
            }
            last = chunk;
        }
        if (missing.isEmpty()) {
            return;
        }
        try (PreparedStatement ensure = connection.prepareStatement(
                "SELECT tickbook.ensure_chunks(?::regclass, time, time)"
                        + " FROM (SELECT timestamptz 'epoch' + n * ? * interval '1 microsecond' AS time FROM unnest(?) AS n) AS t")) {
            ensure.setString(1, stream.table());
            ensure.setLong(2, chunkMicros);
            ensure.setArray(3, connection.createArrayOf("bigint", missing.toArray()));
            ensure.execute();
        } catch (SQLException e) {
            if (!"42501".equals(e.getSQLState())) {
                throw e;
            }
        }
        chunks.addAll(missing);
    }
}
