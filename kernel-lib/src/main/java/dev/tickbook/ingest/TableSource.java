package dev.tickbook.ingest;

import dev.tickbook.ingest.internal.TableRows;
import tech.tablesaw.api.Table;

/**
 * The rows of a table in memory.
 *
 * <pre>{@code
 * tb.ingest(TableSource.of(table));
 * }</pre>
 *
 * Unchangeable; reads the table as it is when it is opened.
 */
public final class TableSource implements Source {

    private final Table table;

    private TableSource(Table table) {
        this.table = table;
    }

    /**
     * @param table what to read; missing values are no values
     * @return its rows
     */
    public static TableSource of(Table table) {
        return new TableSource(table);
    }

    @Override
    public String name() {
        return table.name() == null || table.name().isBlank() ? "table" : table.name();
    }

    @Override
    public Rows open() {
        return new TableRows(table);
    }

    @Override
    public String toString() {
        return "TableSource[" + name() + "]";
    }
}
