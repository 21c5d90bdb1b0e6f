package dev.tickbook.notebook;

import dev.tickbook.notebook.internal.TableView;
import tech.tablesaw.api.Table;

/**
 * Tables as text in other forms than the one that a notebook shows. Each shows at most twenty rows, the first and the last
 * ten, and then says how many there are.
 */
public final class Tables {

    private Tables() {}

    /**
     * @param table to write
     * @return a table in Markdown, for a document or an issue
     */
    public static String markdown(Table table) {
        return TableView.markdown(table);
    }

    /**
     * @param table to write
     * @return a table in HTML; nothing in the data is taken for HTML
     */
    public static String html(Table table) {
        return TableView.html(table);
    }

    /**
     * @param table to write
     * @return lines for a terminal
     */
    public static String text(Table table) {
        return TableView.text(table);
    }
}
