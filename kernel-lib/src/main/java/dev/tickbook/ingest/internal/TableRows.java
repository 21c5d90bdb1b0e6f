package dev.tickbook.ingest.internal;

import dev.tickbook.ingest.Rows;
import java.util.List;
import java.util.stream.IntStream;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/** Rows of a Tablesaw table. */
public final class TableRows implements Rows {

    private final Column<?>[] columns;
    private final List<String> names;
    private final int count;
    private int row = -1;

    /** @param table what to read */
    public TableRows(Table table) {
        columns = table.columnArray();
        names = List.copyOf(table.columnNames());
        count = table.rowCount();
    }

    @Override
    public List<String> columns() {
        return names;
    }

    @Override
    public boolean next() {
        row++;
        return row < count;
    }

    @Override
    public String value(int column) {
        Column<?> values = columns[column];
        return values.isMissing(row) ? null : TypedText.of(values.get(row));
    }

    @Override
    public long line() {
        return row + 1;
    }

    @Override
    public String raw() {
        return TypedText.row(
                names, IntStream.range(0, columns.length).mapToObj(this::value).toArray(String[]::new));
    }

    @Override
    public double fraction() {
        return count == 0 ? 1 : Math.min(1, (row + 1) / (double) count);
    }

    @Override
    public void close() {
        // nothing is held open
    }
}
