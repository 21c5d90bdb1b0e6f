package dev.tickbook.db.internal;

import tech.tablesaw.api.Table;

/**
 * The beginning and the end of a result that may be too long to hold.
 *
 * @param table all rows, or the first and the last ones
 * @param rows how many the whole result has
 */
public record Preview(Table table, long rows) {

    /** Rows kept from the beginning, and as many from the end: what people look at. */
    public static final int ENDS = 10;

    /**
     * @return whether rows are missing after the first {@link #ENDS}
     */
    public boolean isCut() {
        return rows > table.rowCount();
    }
}
