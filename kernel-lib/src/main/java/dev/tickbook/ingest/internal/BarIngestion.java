package dev.tickbook.ingest.internal;

import dev.tickbook.TickbookException;
import dev.tickbook.db.internal.SqlErrors;
import dev.tickbook.ingest.CsvFile;
import dev.tickbook.ingest.IngestReport;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.function.Supplier;
import org.postgresql.PGConnection;
import org.postgresql.copy.PGCopyOutputStream;

/** Bars of a file → COPY into a staging table → hypertable, in one transaction. */
public final class BarIngestion {

    private static final String STAGE =
            """
            CREATE TEMPORARY TABLE staged_bars (line bigint, LIKE market.market_data) ON COMMIT DROP""";

    private static final String COPY =
            """
            COPY staged_bars (line, time, symbol, interval, open, high, low, close, adjusted_close, volume)
            FROM STDIN""";

    /** The same bar twice in a file is harmless; two bars for one place are not, for nobody could say which is right. */
    private static final String CONFLICT =
            """
            SELECT symbol, interval, time, min(line) AS first, max(line) AS last
            FROM (SELECT DISTINCT ON (b) line, symbol, interval, time
                  FROM (SELECT s.*, (time, symbol, interval, open, high, low, close, adjusted_close, volume)::text AS b
                        FROM staged_bars s) AS s
                  ORDER BY b, line) AS distinct_bars
            GROUP BY symbol, interval, time HAVING count(*) > 1 ORDER BY last LIMIT 1""";

    private static final String RANGE = "SELECT min(time), max(time) FROM staged_bars";

    private static final String MERGE =
            """
            WITH written AS (
              INSERT INTO market.market_data AS bar
                (time, symbol, interval, open, high, low, close, adjusted_close, volume)
              SELECT DISTINCT time, symbol, interval, open, high, low, close, adjusted_close, volume FROM staged_bars
              ON CONFLICT (symbol, interval, time) DO UPDATE
                SET (open, high, low, close, adjusted_close, volume) =
                    (excluded.open, excluded.high, excluded.low, excluded.close, excluded.adjusted_close, excluded.volume)
                WHERE (bar.open, bar.high, bar.low, bar.close, bar.adjusted_close, bar.volume) IS DISTINCT FROM
                    (excluded.open, excluded.high, excluded.low, excluded.close, excluded.adjusted_close, excluded.volume)
              RETURNING bar.xmax = 0 AS is_new) -- no earlier version of the row: it was inserted
            SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new) FROM written""";

    private BarIngestion() {}

    /**
     * @param connections where a connection comes from
     * @param file what to load
     * @return what became of its rows
     */
    public static IngestReport run(Supplier<Connection> connections, CsvFile file) {
        try (Connection connection = connections.get()) {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.execute(STAGE);
                long read = copy(connection, file);
                refuseConflicts(statement, file);
                IngestReport report = merge(statement, file, read);
                connection.commit();
                return report;
            } catch (SQLException | RuntimeException e) {
                connection.rollback();
                throw e;
            }
        } catch (SQLException e) {
            throw new TickbookException(
                    file.path() + " could not be loaded; nothing of it was stored. "
                            + SqlErrors.explain(e, "").getMessage(),
                    e);
        }
    }

    private static long copy(Connection connection, CsvFile file) throws SQLException {
        PGConnection postgres = connection.unwrap(PGConnection.class);
        PGCopyOutputStream out = new PGCopyOutputStream(postgres, COPY);
        try {
            StringBuilder row = new StringBuilder();
            long read = BarReader.read(file, (line, bar) -> write(out, row, line, bar));
            out.endCopy();
            return read;
        } catch (RuntimeException e) {
            if (out.isActive()) {
                out.cancelCopy();
            }
            throw e instanceof UncheckedIOException io && io.getCause().getCause() instanceof SQLException sql ? sql(sql) : e;
        }
    }

    private static RuntimeException sql(SQLException e) throws SQLException {
        throw e;
    }

    private static void write(OutputStream out, StringBuilder row, long line, Bar bar) {
        row.setLength(0);
        row.append(line).append('\t').append(bar.time());
        text(row, bar.symbol());
        text(row, bar.interval());
        for (Object value :
                new Object[] {bar.open(), bar.high(), bar.low(), bar.close(), bar.adjustedClose(), bar.volume()}) {
            row.append('\t').append(value == null ? "\\N" : value.toString());
        }
        row.append('\n');
        try {
            out.write(row.toString().getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** COPY's text format gives the backslash, tab and line ends a meaning of their own. */
    private static void text(StringBuilder row, String value) {
        row.append('\t')
                .append(value.replace("\\", "\\\\")
                        .replace("\t", "\\t")
                        .replace("\n", "\\n")
                        .replace("\r", "\\r"));
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

    private static IngestReport merge(Statement statement, CsvFile file, long read) throws SQLException {
        Instant from;
        Instant to;
        try (ResultSet range = statement.executeQuery(RANGE)) {
            range.next();
            from = range.getObject(1, OffsetDateTime.class).toInstant();
            to = range.getObject(2, OffsetDateTime.class).toInstant();
        }
        // Rows go straight into their chunks when the chunks are there first.
        statement.execute("SELECT tickbook.ensure_chunks('market.market_data', '" + from + "', '" + to + "')");
        try (ResultSet written = statement.executeQuery(MERGE)) {
            written.next();
            long inserted = written.getLong(1);
            long updated = written.getLong(2);
            return new IngestReport(
                    file.path().getFileName().toString(), read, inserted, updated, read - inserted - updated, from, to);
        }
    }
}
