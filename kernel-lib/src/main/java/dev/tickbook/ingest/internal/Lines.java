package dev.tickbook.ingest.internal;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Lines of UTF-8, of which a broken or endless one does not spoil the next. */
final class Lines implements Closeable {

    /** No honest row is longer; what is, is cut, so that a file without line ends does not fill the memory. */
    static final int LONGEST = 16 << 20;

    private final InputStream in;
    private final byte[] buffer = new byte[1 << 16];
    private final CharsetDecoder strict = StandardCharsets.UTF_8.newDecoder();
    private int next;
    private int limit;
    private byte[] line = new byte[1 << 12];
    private int length;
    private boolean cut;
    private long number;
    private String text;
    private String damage;

    Lines(InputStream in) {
        this.in = in;
    }

    /** Goes to the next line; false if there is none. */
    boolean next() throws IOException {
        length = 0;
        cut = false;
        boolean found = false;
        while (true) {
            if (next == limit) {
                limit = Math.max(0, in.read(buffer));
                next = 0;
                if (limit == 0) {
                    break;
                }
            }
            found = true;
            int end = next;
            while (end < limit && buffer[end] != '\n') {
                end++;
            }
            append(buffer, next, end - next);
            next = end;
            if (end < limit) {
                next++;
                break;
            }
        }
        if (found) {
            number++;
            decode();
        }
        return found;
    }

    private void append(byte[] bytes, int from, int count) {
        int taken = Math.min(count, LONGEST - length);
        cut |= taken < count;
        if (length + taken > line.length) {
            line = Arrays.copyOf(line, Math.max(length + taken, 2 * line.length));
        }
        System.arraycopy(bytes, from, line, length, taken);
        length += taken;
    }

    private void decode() {
        int from = number == 1 && startsWithByteOrderMark() ? 3 : 0;
        int to = length > from && line[length - 1] == '\r' ? length - 1 : length;
        damage = cut ? "the line is longer than " + (LONGEST >> 20) + " MB" : null;
        try {
            text = strict.decode(ByteBuffer.wrap(line, from, to - from)).toString();
        } catch (CharacterCodingException e) {
            text = new String(line, from, to - from, StandardCharsets.UTF_8);
            damage = damage == null ? "the line is not UTF-8" : damage;
        }
    }

    private boolean startsWithByteOrderMark() {
        return length >= 3 && line[0] == (byte) 0xEF && line[1] == (byte) 0xBB && line[2] == (byte) 0xBF;
    }

    /** The present line without its end; what is not UTF-8 in it is replaced. */
    String text() {
        return text;
    }

    /** What is wrong with the present line, null if nothing is. */
    String damage() {
        return damage;
    }

    /** The present line's number, from 1. */
    long number() {
        return number;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
