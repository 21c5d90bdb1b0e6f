package dev.tickbook.ingest.internal;

/**
 * A row that is not stored, and why.
 *
 * @param line where it is in its source
 * @param reason what is wrong with it
 * @param sqlState the server's code where the server refused it, else null
 * @param raw the row as the source has it, cut at {@link #LONGEST_RAW} characters
 */
record Reject(long line, String reason, String sqlState, String raw) {

    /** More of a row than this is not kept. */
    static final int LONGEST_RAW = 2000;
}
