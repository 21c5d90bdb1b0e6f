package dev.tickbook.ingest.internal;

import dev.tickbook.ingest.Rows;
import java.util.List;

/** Rows that are in memory already, each as its texts. */
public final class ListRows implements Rows {

    private final List<String> columns;
    private final List<String[]> rows;
    private int row = -1;

    /**
     * @param columns their names
     * @param rows the values of each row, null for none
     */
    public ListRows(List<String> columns, List<String[]> rows) {
        this.columns = columns;
        this.rows = rows;
    }

    @Override
    public List<String> columns() {
        return columns;
    }

    @Override
    public boolean next() {
        row++;
        return row < rows.size();
    }

    @Override
    public String value(int column) {
        return rows.get(row)[column];
    }

    @Override
    public long line() {
        return row + 1;
    }

    @Override
    public String raw() {
        return TypedText.row(columns, rows.get(row));
    }

    @Override
    public double fraction() {
        return rows.isEmpty() ? 1 : Math.min(1, (row + 1) / (double) rows.size());
    }

    @Override
    public void close() {
        // nothing is held open
    }
}
