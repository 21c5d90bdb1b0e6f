package dev.tickbook.ingest;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Rows of a source, read one after the other. Values are texts; the stream they go into knows their types. */
public interface Rows extends Closeable {

    /** @return the names of the columns, as the source has them */
    List<String> columns();

    /**
     * Goes to the next row.
     *
     * @return false when there is none
     * @throws IOException if reading fails: the rows before are good, nothing is known of the rest
     */
    boolean next() throws IOException;

    /**
     * @param column its position in {@link #columns}
     * @return the value in the present row, null if it has none. Numbers with a decimal point, times in ISO 8601 where
     *     the source is typed; as they are written where it is text
     */
    String value(int column);

    /** @return where the present row is: a line number, counted from 1, or the row's number in a source without lines */
    long line();

    /** @return the present row as the source has it, for the record of rejected rows */
    String raw();

    /** @return why the present row cannot be read at all (a broken quote, bad JSON), null if it can */
    default String damage() {
        return null;
    }

    /**
     * @param column the name of a column of a stream that these rows do not have
     * @return a value for all rows that the source suggests, such as a symbol from a file's name; null for none
     */
    default String suggestion(String column) {
        return null;
    }

    /** @return values that all rows have, by the names of columns of a stream, where the rows have no such column */
    default Map<String, String> constants() {
        return Map.of();
    }

    /** @return how texts that could mean two things are to be read */
    default Conventions conventions() {
        return Conventions.UNKNOWN;
    }

    /** @return how much of the source has been read, from 0 to 1; NaN if it cannot be said */
    default double fraction() {
        return Double.NaN;
    }
}
