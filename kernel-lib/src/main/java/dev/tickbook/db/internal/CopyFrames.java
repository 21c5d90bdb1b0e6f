package dev.tickbook.db.internal;

import java.util.Arrays;

/** Finds the rows in what binary COPY sends: messages that may end in the middle of one. */
final class CopyFrames {

    /** Takes one row. The arrays are used again for the next one. */
    interface Sink {
        /**
         * @param bytes what was received
         * @param at where in it the value of each column starts
         * @param length of each value in bytes, -1 for NULL
         */
        void row(byte[] bytes, int[] at, int[] length);
    }

    private static final byte[] NOTHING = {};

    private final Sink sink;
    private final int[] at;
    private final int[] length;
    private byte[] rest = NOTHING;
    private boolean started;

    CopyFrames(int columns, Sink sink) {
        this.sink = sink;
        at = new int[columns];
        length = new int[columns];
    }

    void add(byte[] message) {
        byte[] bytes = rest.length == 0 ? message : Wire.joined(rest, message);
        int start = 0;
        if (!started && bytes.length >= Wire.COPY_HEADER) {
            started = true;
            start = Wire.COPY_HEADER;
        }
        if (started) {
            start = rows(bytes, start);
        }
        rest = start == bytes.length ? NOTHING : Arrays.copyOfRange(bytes, start, bytes.length);
    }

    /** Hands over the whole rows from start on; returns where the first that is not whole starts. */
    private int rows(byte[] bytes, int start) {
        int row = start;
        while (row + 2 <= bytes.length) {
            if (Wire.isTrailer(bytes, row)) {
                return bytes.length;
            }
            int end = locate(bytes, row + 2);
            if (end < 0) {
                return row;
            }
            sink.row(bytes, at, length);
            row = end;
        }
        return row;
    }

    /** Where the row ends, -1 if that is beyond what was received. */
    private int locate(byte[] bytes, int start) {
        int value = start;
        for (int i = 0; i < at.length; i++) {
            if (value + 4 > bytes.length) {
                return -1;
            }
            length[i] = Wire.int4(bytes, value);
            at[i] = value + 4;
            value = at[i] + Math.max(0, length[i]);
        }
        return value <= bytes.length ? value : -1;
    }
}
