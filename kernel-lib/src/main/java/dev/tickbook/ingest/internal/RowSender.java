package dev.tickbook.ingest.internal;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.BitSet;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/** Sends rows of a batch by binary COPY. */
final class RowSender {

    private static final byte[] HEADER = {
        'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xFF, '\r', '\n', 0, 0, 0, 0, 0, 0, 0, 0, 0
    };
    private static final byte[] TRAILER = {-1, -1};
    private static final int AT_ONCE = 1 << 16;

    private RowSender() {}

    /**
     * @param target a table and its columns, as COPY wants them
     * @param batch whose rows
     * @param rows which of them
     * @param numbered whether each row is preceded by its number in the batch, as an integer
     */
    static void send(Connection connection, String target, Batch batch, BitSet rows, boolean numbered)
            throws SQLException {
        CopyIn copy = connection
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyIn("COPY " + target + " FROM STDIN (FORMAT binary)");
        try {
            copy.writeToCopy(HEADER, 0, HEADER.length);
            if (numbered) {
                sendNumbered(copy, batch, rows);
            } else {
                sendRuns(copy, batch, rows);
            }
            copy.writeToCopy(TRAILER, 0, TRAILER.length);
            copy.endCopy();
        } finally {
            if (copy.isActive()) {
                copy.cancelCopy(); // so that the connection can roll back
            }
        }
    }

    private static void sendRuns(CopyIn copy, Batch batch, BitSet rows) throws SQLException {
        for (int from = rows.nextSetBit(0); from >= 0; ) {
            int to = rows.nextClearBit(from);
            int end = batch.start(to);
            for (int at = batch.start(from); at < end; at += AT_ONCE) {
                copy.writeToCopy(batch.bytes(), at, Math.min(AT_ONCE, end - at));
            }
            from = rows.nextSetBit(to);
        }
    }

    private static void sendNumbered(CopyIn copy, Batch batch, BitSet rows) throws SQLException {
        byte[] buffer = new byte[AT_ONCE];
        int size = 0;
        for (int row = rows.nextSetBit(0); row >= 0; row = rows.nextSetBit(row + 1)) {
            int from = batch.start(row);
            int length = batch.start(row + 1) - from - 2;
            if (size + 10 + length > buffer.length) {
                copy.writeToCopy(buffer, 0, size);
                size = 0;
                if (10 + length > buffer.length) {
                    buffer = new byte[10 + length];
                }
            }
            int columns = ((batch.bytes()[from] & 0xFF) << 8 | batch.bytes()[from + 1] & 0xFF) + 1;
            buffer[size++] = (byte) (columns >> 8);
            buffer[size++] = (byte) columns;
            size = int4(buffer, size, 4);
            size = int4(buffer, size, row);
            System.arraycopy(batch.bytes(), from + 2, buffer, size, length);
            size += length;
        }
        copy.writeToCopy(buffer, 0, size);
    }

    private static int int4(byte[] buffer, int at, int value) {
        buffer[at] = (byte) (value >> 24);
        buffer[at + 1] = (byte) (value >> 16);
        buffer[at + 2] = (byte) (value >> 8);
        buffer[at + 3] = (byte) value;
        return at + 4;
    }
}
