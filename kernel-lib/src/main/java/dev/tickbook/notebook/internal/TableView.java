package dev.tickbook.notebook.internal;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import tech.tablesaw.api.ColumnType;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/** A table as people read it: as HTML in a notebook, as text in a terminal. Long tables are cut in the middle. */
final class TableView {

    private static final int SHOWN_ROWS = 20;
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT);

    private TableView() {}

    static String html(Table table) {
        StringBuilder html = new StringBuilder("<table class=\"dataframe\">\n<thead><tr>");
        for (Column<?> column : table.columns()) {
            html.append("<th style=\"text-align:")
                    .append(align(column))
                    .append("\">")
                    .append(escaped(column.name()))
                    .append("</th>");
        }
        html.append("</tr></thead>\n<tbody>\n");
        int rows = table.rowCount();
        for (int row = 0; row < rows; row++) {
            if (row == SHOWN_ROWS / 2 && rows > SHOWN_ROWS) {
                html.append("<tr>")
                        .append("<td style=\"text-align:center\">…</td>".repeat(table.columnCount()))
                        .append("</tr>\n");
                row = rows - SHOWN_ROWS / 2;
            }
            html.append("<tr>");
            for (Column<?> column : table.columns()) {
                html.append("<td style=\"text-align:")
                        .append(align(column))
                        .append("\">")
                        .append(escaped(cell(column, row)))
                        .append("</td>");
            }
            html.append("</tr>\n");
        }
        return html.append("</tbody>\n</table>\n<p>")
                .append(size(table))
                .append("</p>")
                .toString();
    }

    static String text(Table table) {
        int rows = table.rowCount();
        Table shown = Table.create("");
        for (Column<?> column : table.columns()) {
            tech.tablesaw.api.StringColumn cells = tech.tablesaw.api.StringColumn.create(column.name());
            for (int row = 0; row < rows; row++) {
                if (row == SHOWN_ROWS / 2 && rows > SHOWN_ROWS) {
                    cells.append("…");
                    row = rows - SHOWN_ROWS / 2;
                }
                cells.append(cell(column, row));
            }
            shown.addColumns(cells);
        }
        return shown.printAll().stripTrailing() + "\n" + size(table);
    }

    private static String size(Table table) {
        return String.format(Locale.ROOT, "%,d rows × %d columns", table.rowCount(), table.columnCount());
    }

    private static String align(Column<?> column) {
        return column instanceof NumericColumn ? "right" : "left";
    }

    private static String cell(Column<?> column, int row) {
        if (column.isMissing(row)) {
            return "";
        }
        ColumnType type = column.type();
        if (type == ColumnType.INSTANT) {
            return TIME.format(((Instant) column.get(row)).atOffset(ZoneOffset.UTC));
        }
        if (type == ColumnType.LOCAL_DATE_TIME) {
            return TIME.format((LocalDateTime) column.get(row));
        }
        if (column instanceof NumericColumn<?> numbers) {
            return number(numbers, row);
        }
        return column.getString(row);
    }

    /** Thousands apart, and only the decimals that are there, six significant ones at most below the point. */
    private static String number(NumericColumn<?> column, int row) {
        if (column.type() == ColumnType.LONG) {
            return String.format(Locale.ROOT, "%,d", (Long) column.get(row));
        }
        double value = column.getDouble(row);
        if (value == Math.rint(value) && Math.abs(value) < 1e15) {
            return String.format(Locale.ROOT, "%,d", (long) value);
        }
        if (Math.abs(value) >= 1e15 || Math.abs(value) < 1e-4) {
            return String.format(Locale.ROOT, "%.4g", value);
        }
        return String.format(Locale.ROOT, "%,.4f", value).replaceFirst("0+$", "");
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
