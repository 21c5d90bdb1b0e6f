package dev.tickbook.db.internal;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/**
 * Counts the rows of a binary COPY and keeps the first and the last ones, undecoded: memory stays flat, and a row that is
 * not shown costs only the finding of its end.
 */
final class PreviewRows {

    private record Row(byte[] bytes, int from, int to) {}

    private final int columns;
    private final List<Row> first = new ArrayList<>();
    private final Deque<Row> last = new ArrayDeque<>();
    private byte[] rest = {};
    private boolean started;
    private long count;

    PreviewRows(int columns) {
        this.columns = columns;
    }

    void add(byte[] message) {
        byte[] bytes = rest.length == 0 ? message : Wire.joined(rest, message);
        int at = 0;
        if (!started && bytes.length >= Wire.COPY_HEADER) {
            started = true;
            at = Wire.COPY_HEADER;
        }
        if (started) {
            for (int end = Wire.endOfRow(bytes, at, columns); end > 0; end = Wire.endOfRow(bytes, at, columns)) {
                keep(new Row(bytes, at, end));
                at = end;
            }
            if (Wire.isTrailer(bytes, at)) {
                at = bytes.length;
            }
        }
        rest = at == bytes.length ? new byte[0] : Arrays.copyOfRange(bytes, at, bytes.length);
    }

    private void keep(Row row) {
        count++;
        if (first.size() < Preview.ENDS) {
            first.add(row);
            return;
        }
        last.addLast(row);
        if (last.size() > Preview.ENDS) {
            last.removeFirst();
        }
    }

    long count() {
        return count;
    }

    /** Decodes the rows that were kept. */
    void appendTo(ColumnDecoder[] decoders) {
        first.forEach(row -> CopyReader.append(row.bytes(), row.from(), decoders));
        last.forEach(row -> CopyReader.append(row.bytes(), row.from(), decoders));
    }
}
