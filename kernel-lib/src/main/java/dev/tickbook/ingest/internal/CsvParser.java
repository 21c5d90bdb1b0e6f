package dev.tickbook.ingest.internal;

import java.io.IOException;
import java.util.Arrays;

/**
 * Splits characters into records and values, by RFC 4180 and what else is around: any line ends, quotes around values,
 * line breaks between them. What is broken is one record: a quote that nobody closes, or a line without end, costs the
 * line that it is on, and reading goes on with the next.
 */
final class CsvParser {

    /** No record is longer. */
    static final int LONGEST_RECORD = 1 << 18;

    private final CsvInput input;
    private char separator;

    private char[] buffer = new char[1 << 16];
    private int start; // of the present record
    private int end; // of the present record, before its line end
    private int next; // where the next record starts
    private int limit;
    private boolean atEnd;

    private long line;
    private long nextLine = 1;
    private String damage;

    private int fields;
    private int[] from = new int[32];
    private int[] to = new int[32];
    private boolean[] doubled = new boolean[32]; // has quotes that are written twice

    CsvParser(CsvInput input, char separator) {
        this.input = input;
        this.separator = separator;
    }

    /** Takes another separator from here on, the present record included. */
    void separator(char sign) {
        separator = sign;
        if (damage == null) {
            split();
        }
    }

    /** Goes to the next record that is not empty; false at the end. */
    boolean next() throws IOException {
        do {
            start = next;
            line = nextLine;
            damage = null;
            while (!split()) {
                if (limit - start > LONGEST_RECORD) {
                    tooLong();
                    break;
                }
                fill();
            }
            if (start >= limit && atEnd) {
                return false;
            }
        } while (start == end);
        return true;
    }

    /** Finds the values of the record at {@link #start}; false if the buffer has not all of it. */
    private boolean split() {
        fields = 0;
        int at = start;
        long lines = 1;
        while (true) {
            int first = at;
            if (at < limit && buffer[at] == '"') {
                boolean twice = false;
                first++;
                at++;
                while (true) {
                    while (at < limit && buffer[at] != '"') {
                        if (buffer[at] == '\n' || buffer[at] == '\r' && !(at + 1 < limit && buffer[at + 1] == '\n')) {
                            lines++;
                        }
                        at++;
                    }
                    if (at + 1 >= limit && !atEnd) {
                        return false;
                    }
                    if (at >= limit) {
                        return openQuote();
                    }
                    if (at + 1 >= limit || buffer[at + 1] != '"') {
                        break;
                    }
                    twice = true;
                    at += 2;
                }
                field(first, at++, twice);
                if (at < limit && buffer[at] != separator && buffer[at] != '\n' && buffer[at] != '\r') {
                    damage = "something follows the closing quote of a value. A quote in a value is written \"\".";
                    while (at < limit && buffer[at] != '\n' && buffer[at] != '\r') {
                        at++;
                    }
                }
            } else {
                while (at < limit && buffer[at] != separator && buffer[at] != '\n' && buffer[at] != '\r') {
                    at++;
                }
                field(first, at, false);
            }
            if (at >= limit && !atEnd) {
                damage = null;
                return false;
            }
            if (at >= limit || buffer[at] != separator) {
                return endAt(at, lines);
            }
            at++;
        }
    }

    /** Goes past the line end; false if the buffer has not all of it. */
    private boolean endAt(int at, long lines) {
        boolean maybeTwo = at < limit && buffer[at] == '\r';
        if (maybeTwo && at + 1 >= limit && !atEnd) {
            damage = null;
            return false;
        }
        end = at;
        next = Math.min(limit, at + (maybeTwo && at + 1 < limit && buffer[at + 1] == '\n' ? 2 : 1));
        nextLine = line + lines;
        return true;
    }

    /** Costs the first line; what follows it is not part of a value. */
    private boolean openQuote() {
        damage = "a quote is opened and not closed. Close it, or write a quote in a value as \"\".";
        int at = start;
        while (at < limit && buffer[at] != '\n' && buffer[at] != '\r') {
            at++;
        }
        return endAt(at, 1);
    }

    private void tooLong() throws IOException {
        int at = start;
        while (at < limit && buffer[at] != '\n' && buffer[at] != '\r') {
            at++;
        }
        if (at < limit) { // a quote that goes on and on
            openQuote();
            return;
        }
        damage = "it is longer than " + LONGEST_RECORD + " characters. Look for a line break that is missing.";
        end = start + LONGEST_RECORD; // its beginning stays, for the record
        while (true) {
            limit = end;
            atEnd = !read();
            at = end;
            while (at < limit && buffer[at] != '\n' && buffer[at] != '\r') {
                at++;
            }
            if (at < limit || atEnd) {
                break;
            }
        }
        int kept = end;
        endAt(at, 1);
        end = kept;
    }

    private void fill() throws IOException {
        System.arraycopy(buffer, start, buffer, 0, limit - start);
        limit -= start;
        start = 0;
        if (limit == buffer.length) {
            buffer = Arrays.copyOf(buffer, 2 * buffer.length);
        }
        while (limit < buffer.length && !atEnd) {
            atEnd = !read();
        }
    }

    private boolean read() throws IOException {
        if (limit == buffer.length) {
            buffer = Arrays.copyOf(buffer, buffer.length + (1 << 16));
        }
        int read = input.read(buffer, limit, buffer.length - limit);
        limit += Math.max(0, read);
        return read >= 0;
    }

    private void field(int first, int end, boolean twice) {
        if (fields == from.length) {
            from = Arrays.copyOf(from, 2 * fields);
            to = Arrays.copyOf(to, 2 * fields);
            doubled = Arrays.copyOf(doubled, 2 * fields);
        }
        from[fields] = first;
        to[fields] = end;
        doubled[fields++] = twice;
    }

    /** How many values the record has. */
    int size() {
        return fields;
    }

    String value(int field) {
        String text = new String(buffer, from[field], to[field] - from[field]);
        return doubled[field] ? text.replace("\"\"", "\"") : text;
    }

    /** The line that the record starts on, counted from 1. */
    long line() {
        return line;
    }

    /** The record as it is written, at most that many characters of it. */
    String raw(int most) {
        return new String(buffer, start, Math.min(most, end - start));
    }

    /** Whether bytes of the record were no characters. */
    boolean isUnreadable() {
        for (int i = start; i < end; i++) {
            if (buffer[i] == CsvInput.UNREADABLE) {
                return true;
            }
        }
        return false;
    }

    /** What is broken, null if nothing is. */
    String damage() {
        return damage;
    }
}
