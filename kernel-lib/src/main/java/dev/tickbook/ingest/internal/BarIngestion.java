package dev.tickbook.ingest.internal;

import dev.tickbook.TickbookException;
import dev.tickbook.db.internal.SqlErrors;
import dev.tickbook.db.internal.Transaction;
import dev.tickbook.ingest.CsvFile;
import dev.tickbook.ingest.IngestReport;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.function.Supplier;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/** Bars of a file → COPY into a staging table → hypertable, in one transaction. */
public final class BarIngestion {

    private static final int SENT_AT_ONCE = 64 * 1024;

    private static final String STAGE = """
            CREATE TEMPORARY TABLE staged_bars (line bigint, LIKE market.market_data) ON COMMIT DROP""";

    private static final String COPY = """
            COPY staged_bars (line, time, symbol, interval, open, high, low, close, adjusted_close, volume)
            FROM STDIN""";

    /** The same bar twice in a file is harmless; two bars for one place are not, for nobody could say which is right. */
    private static final String CONFLICT = """
            SELECT symbol, interval, time, min(line) AS first, max(line) AS last
            FROM (SELECT DISTINCT ON (b) line, symbol, interval, time
                  FROM (SELECT s.*, (time, symbol, interval, open, high, low, close, adjusted_close, volume)::text AS b
                        FROM staged_bars s) AS s
                  ORDER BY b, line) AS distinct_bars
            GROUP BY symbol, interval, time HAVING count(*) > 1 ORDER BY last LIMIT 1""";

    private static final String EXTENT =
            "SELECT min(time), max(time), array_agg(DISTINCT symbol COLLATE \"C\") FROM staged_bars";

    /** A time in each chunk that the rows need: what lies between bars far apart gets no chunks. */
    private static final String CHUNK_TIMES = """
            SELECT array_agg(bar.time)
            FROM tickbook.hypertables AS h,
              LATERAL (SELECT min(time) AS time FROM staged_bars
                       GROUP BY date_bin(h.chunk_interval, time, timestamptz '1970-01-01 00:00+00')) AS bar
            WHERE h.relation = 'market.market_data'::regclass""";

    private static final String ENSURE_CHUNKS =
            "SELECT tickbook.ensure_chunks('market.market_data', time, time) FROM unnest(?) AS time";

    /** A value that the file does not have leaves the stored one as it is. */
    private static final String COMPLETE = """
            CREATE TEMPORARY TABLE complete_bars ON COMMIT DROP AS
              SELECT DISTINCT time, symbol, interval, coalesce(s.open, old.open) AS open, coalesce(s.high, old.high) AS high,
                coalesce(s.low, old.low) AS low, s.close, coalesce(s.adjusted_close, old.adjusted_close) AS adjusted_close,
                coalesce(s.volume, old.volume) AS volume
              FROM staged_bars AS s LEFT JOIN (
                SELECT * FROM market.market_data_between(?, ?::timestamptz + interval '1 microsecond')
                WHERE symbol = ANY (?)) AS old USING (symbol, interval, time)""";

    private static final String UPSERT =
            "SELECT inserted, updated FROM tickbook.upsert('market.market_data', 'pg_temp.complete_bars')";

    private BarIngestion() {}

    /**
     * @param connections where a connection comes from
     * @param file what to load
     * @return what became of its rows
     */
    public static IngestReport run(Supplier<Connection> connections, CsvFile file) {
        try {
            return Transaction.run(connections, connection -> {
                try (Statement statement = connection.createStatement()) {
                    statement.execute(STAGE);
                    long read = copy(connection, file);
                    refuseConflicts(statement, file);
                    return merge(statement, file, read, connections);
                }
            });
        } catch (SQLException e) {
            throw new TickbookException(
                    file.path() + " could not be loaded; nothing of it was stored. "
                            + SqlErrors.explain(e, null).getMessage(),
                    e);
        }
    }

    private static long copy(Connection connection, CsvFile file) throws SQLException {
        CopyIn copy = connection.unwrap(PGConnection.class).getCopyAPI().copyIn(COPY);
        try {
            StringBuilder rows = new StringBuilder();
            long read = BarReader.read(file, (line, bar) -> {
                append(rows, line, bar);
                if (rows.length() > SENT_AT_ONCE) {
                    send(copy, rows);
                }
            });
            send(copy, rows);
            copy.endCopy();
            return read;
        } finally {
            if (copy.isActive()) {
                copy.cancelCopy(); // so that the connection can roll back
            }
        }
    }

    private static void send(CopyIn copy, StringBuilder rows) throws SQLException {
        byte[] bytes = rows.toString().getBytes(StandardCharsets.UTF_8);
        copy.writeToCopy(bytes, 0, bytes.length);
        rows.setLength(0);
    }

    private static void append(StringBuilder rows, long line, Bar bar) {
        rows.append(line).append('\t').append(bar.time());
        appendText(rows, bar.symbol());
        appendText(rows, bar.interval());
        for (Object value :
                new Object[] {bar.open(), bar.high(), bar.low(), bar.close(), bar.adjustedClose(), bar.volume()}) {
            rows.append('\t').append(value == null ? "\\N" : value.toString());
        }
        rows.append('\n');
    }

    /** COPY's text format gives the backslash a meaning of its own; the layout lets no control character pass. */
    private static void appendText(StringBuilder rows, String value) {
        rows.append('\t').append(value.replace("\\", "\\\\"));
    }

    private static void refuseConflicts(Statement statement, CsvFile file) throws SQLException {
        try (ResultSet rows = statement.executeQuery(CONFLICT)) {
            if (rows.next()) {
                throw new TickbookException(file.path() + ", lines " + rows.getLong("first") + " and "
                        + rows.getLong("last") + ": two different bars of " + rows.getString("symbol") + " ("
                        + rows.getString("interval") + ") at "
                        + rows.getObject("time", OffsetDateTime.class).toInstant()
                        + ". Remove the wrong one and load the file again; nothing of it was stored.");
            }
        }
    }

    /**
     * Rows go straight into their chunks when the chunks are there first. They are made in a transaction of its own, so
     * that their lock is not held while the rows are written.
     */
    private static void ensureChunks(Statement staged, Supplier<Connection> connections) throws SQLException {
        try (ResultSet times = staged.executeQuery(CHUNK_TIMES);
                Connection connection = connections.get();
                PreparedStatement ensure = connection.prepareStatement(ENSURE_CHUNKS)) {
            times.next();
            ensure.setArray(1, times.getArray(1));
            ensure.execute();
        }
    }

    private static IngestReport merge(Statement statement, CsvFile file, long read, Supplier<Connection> connections)
            throws SQLException {
        Instant from;
        Instant to;
        List<String> symbols;
        try (ResultSet range = statement.executeQuery(EXTENT)) {
            range.next();
            from = range.getObject(1, OffsetDateTime.class).toInstant();
            to = range.getObject(2, OffsetDateTime.class).toInstant();
            symbols = List.of((String[]) range.getArray(3).getArray());
        }
        ensureChunks(statement, connections);
        try (PreparedStatement complete = statement.getConnection().prepareStatement(COMPLETE)) {
            complete.setObject(1, from.atOffset(ZoneOffset.UTC));
            complete.setObject(2, to.atOffset(ZoneOffset.UTC));
            complete.setArray(3, statement.getConnection().createArrayOf("text", symbols.toArray()));
            complete.execute();
        }
        long inserted;
        long updated;
        try (ResultSet merged = statement.executeQuery(UPSERT)) {
            merged.next();
            inserted = merged.getLong("inserted");
            updated = merged.getLong("updated");
        }
        return new IngestReport(
                file.path().getFileName().toString(),
                symbols,
                read,
                inserted,
                updated,
                read - inserted - updated,
                from,
                to);
    }
}
