package dev.tickbook.ingest;

import java.io.IOException;

/** Where rows come from: a file, a query, a service. What the rows mean is the stream's business. */
public interface Source {

    /** @return what reports and rejects call it: a file's name, a service and its symbol */
    String name();

    /**
     * Starts reading from the beginning. Rows are read one at a time, so memory does not grow with the source.
     *
     * @return the rows; the caller closes them
     * @throws IOException if the source cannot be read
     * @throws dev.tickbook.TickbookException if it can be read but makes no sense as a whole; it says what to do
     */
    Rows open() throws IOException;

    /**
     * Says what all rows have in common where the source does not: {@code JsonLinesFile.of(file).with("symbol", "AAPL")}.
     *
     * @param column a column of the stream that the rows go into, or one of its other names; any other is refused
     * @param value its value in every row; where the rows have that column, theirs counts
     * @return the same source, completed
     */
    default Source with(String column, String value) {
        return new CompletedSource(this, column, value);
    }
}
