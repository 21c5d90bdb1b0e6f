package dev.tickbook.notebook.internal.sql;

import java.util.Locale;

/**
 * What a statement without rows did.
 *
 * @param title of the statement
 * @param rows that it changed; 0 where it changes none by its nature
 */
public record Done(String title, long rows) {

    @Override
    public String toString() {
        return rows == 0 && !title.equals("INSERT") && !title.equals("UPDATE") && !title.equals("DELETE")
                ? title + ": done"
                : String.format(Locale.ROOT, "%s: %,d %s", title, rows, rows == 1 ? "row" : "rows");
    }
}
