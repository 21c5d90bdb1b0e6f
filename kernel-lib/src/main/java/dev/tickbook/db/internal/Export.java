package dev.tickbook.db.internal;

import dev.tickbook.TickbookException;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.zip.GZIPOutputStream;
import org.postgresql.PGStatement;

/** Sends the rows of a query into a file, as they come, so that memory does not grow with their number. */
public enum Export {
    /** As the server writes CSV; compressed where the name ends in .gz. */
    CSV {
        @Override
        long write(PreparedStatement statement, ResultSetMetaData meta, Path name, Path file)
                throws SQLException, IOException {
            boolean gzip = name.toString().toLowerCase(Locale.ROOT).endsWith(".gz");
            try (OutputStream bytes = new BufferedOutputStream(Files.newOutputStream(file), BUFFER);
                    OutputStream out = gzip ? new GZIPOutputStream(bytes, BUFFER) : bytes) {
                return CopyReader.transfer(
                        statement.getConnection(),
                        "COPY (" + CopyReader.text(statement) + "\n) TO STDOUT (FORMAT csv, HEADER, ENCODING 'UTF8')",
                        message -> append(out, message));
            }
        }
    },
    /** Apache Parquet. */
    PARQUET {
        @Override
        long write(PreparedStatement statement, ResultSetMetaData meta, Path name, Path file)
                throws SQLException, IOException {
            List<ExportColumn> columns = ExportColumn.of(meta);
            try (ParquetExport out = new ParquetExport(file, columns)) {
                return rows(statement, columns, out);
            }
        }
    },
    /** Apache Arrow's file format, also called Feather. */
    ARROW {
        @Override
        long write(PreparedStatement statement, ResultSetMetaData meta, Path name, Path file)
                throws SQLException, IOException {
            List<ExportColumn> columns = ExportColumn.of(meta);
            try (ArrowExport out = new ArrowExport(file, columns)) {
                return rows(statement, columns, out);
            }
        }
    };

    private static final int BUFFER = 1 << 16;

    /** A file under way. Closing it ends it. */
    interface Rows extends CopyFrames.Sink, Closeable {}

    abstract long write(PreparedStatement statement, ResultSetMetaData meta, Path name, Path file)
            throws SQLException, IOException;

    /**
     * @param statement prepared, with its parameters set, not executed
     * @param parameters their values
     * @param file where to; it is there whole or not at all
     * @return the number of rows
     * @throws SQLException if the server fails
     * @throws TickbookException if the statement cannot be exported, or the file cannot be written
     */
    public long to(Path file, PreparedStatement statement, Object[] parameters) throws SQLException {
        if (!CopyReader.accepts(statement.unwrap(PGStatement.class).toString(), parameters)) {
            throw new TickbookException(
                    "Only SELECT, WITH, VALUES and TABLE can be written to a file, with texts, numbers,"
                            + " truth values, times and UUIDs as parameters. Read other statements with table(): "
                            + CopyReader.text(statement));
        }
        return CopyReader.described(statement, meta -> {
            if (!CopyReader.accepts(meta)) {
                throw new TickbookException(
                        "This statement returns nothing that could be written to a file. Use execute() for it: "
                                + CopyReader.text(statement));
            }
            return WholeFile.write(file, beside -> write(statement, meta, file, beside));
        });
    }

    private static void append(OutputStream out, byte[] message) {
        try {
            out.write(message);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long rows(PreparedStatement statement, List<ExportColumn> columns, Rows out) throws SQLException {
        long[] count = {0};
        CopyFrames frames = new CopyFrames(columns.size(), (bytes, at, length) -> {
            out.row(bytes, at, length);
            count[0]++;
        });
        CopyReader.transfer(
                statement, columns.stream().map(ExportColumn::wireType).toList(), frames::add);
        return count[0];
    }
}
