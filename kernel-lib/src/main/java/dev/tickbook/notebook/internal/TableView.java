package dev.tickbook.notebook.internal;

import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import tech.tablesaw.api.DateTimeColumn;
import tech.tablesaw.api.InstantColumn;
import tech.tablesaw.api.LongColumn;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/** A table as people read it: as HTML in a notebook, as text in a terminal. Long tables are cut in the middle. */
final class TableView {

    private static final int SHOWN_ROWS = 20;
    private static final int CUT = -1;
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT);

    private TableView() {}

    static String html(Table table) {
        StringBuilder html = new StringBuilder("<table class=\"dataframe\">\n<thead><tr>");
        for (Column<?> column : table.columns()) {
            html.append(cell("th", column, column.name()));
        }
        html.append("</tr></thead>\n<tbody>\n");
        List<List<String>> columns = columns(table);
        for (int row = 0; row < shownRows(table).length; row++) {
            html.append("<tr>");
            for (int column = 0; column < columns.size(); column++) {
                html.append(cell("td", table.column(column), columns.get(column).get(row)));
            }
            html.append("</tr>\n");
        }
        return html.append("</tbody>\n</table>\n<p>")
                .append(size(table))
                .append("</p>")
                .toString();
    }

    static String text(Table table) {
        Table shown = Table.create("");
        List<List<String>> columns = columns(table);
        for (int column = 0; column < columns.size(); column++) {
            shown.addColumns(StringColumn.create(table.column(column).name(), columns.get(column)));
        }
        return shown.printAll().stripTrailing() + "\n" + size(table);
    }

    private static String cell(String tag, Column<?> column, String text) {
        String align = column instanceof NumericColumn ? "right" : "left";
        return "<" + tag + " style=\"text-align:" + align + "\">" + escaped(text) + "</" + tag + ">";
    }

    private static String size(Table table) {
        return String.format(
                Locale.ROOT,
                "%,d %s × %d %s",
                table.rowCount(),
                table.rowCount() == 1 ? "row" : "rows",
                table.columnCount(),
                table.columnCount() == 1 ? "column" : "columns");
    }

    /** The numbers of the rows to show; {@link #CUT} where rows are left out. */
    private static int[] shownRows(Table table) {
        int rows = table.rowCount();
        if (rows <= SHOWN_ROWS) {
            return IntStream.range(0, rows).toArray();
        }
        IntStream head = IntStream.range(0, SHOWN_ROWS / 2);
        IntStream tail = IntStream.range(rows - SHOWN_ROWS / 2, rows);
        return IntStream.concat(head, IntStream.concat(IntStream.of(CUT), tail)).toArray();
    }

    private static List<List<String>> columns(Table table) {
        int[] rows = shownRows(table);
        List<List<String>> columns = new ArrayList<>();
        for (Column<?> column : table.columns()) {
            int[] present = IntStream.of(rows)
                    .filter(row -> row != CUT && !column.isMissing(row))
                    .toArray();
            IntFunction<String> format = format(column, present);
            columns.add(IntStream.of(rows)
                    .mapToObj(row -> row == CUT ? "…" : column.isMissing(row) ? "" : format.apply(row))
                    .toList());
        }
        return columns;
    }

    /** One format for all cells of a column that are shown, so that they can be compared at a glance. */
    private static IntFunction<String> format(Column<?> column, int[] rows) {
        if (column instanceof InstantColumn instants) {
            return times(row -> instants.get(row).atOffset(ZoneOffset.UTC).toLocalDateTime(), rows);
        }
        if (column instanceof DateTimeColumn times) {
            return times(times::get, rows);
        }
        if (column instanceof LongColumn longs) {
            return row -> String.format(Locale.ROOT, "%,d", longs.getLong(row));
        }
        if (column instanceof NumericColumn<?> numbers) {
            return numbers(numbers::getDouble, rows);
        }
        return column::getString;
    }

    private static IntFunction<String> times(IntFunction<LocalDateTime> time, int[] rows) {
        boolean datesOnly =
                IntStream.of(rows).allMatch(row -> time.apply(row).toLocalTime().equals(LocalTime.MIDNIGHT));
        DateTimeFormatter format = datesOnly ? DateTimeFormatter.ISO_LOCAL_DATE : TIME;
        return row -> format.format(time.apply(row));
    }

    /** Thousands apart, and as many decimals as the cell that needs most of them, up to four; else four digits. */
    private static IntFunction<String> numbers(IntToDoubleFunction number, int[] rows) {
        int decimals = 0;
        for (int row : rows) {
            double value = number.applyAsDouble(row);
            if (Math.abs(value) >= 1e15 || value != 0 && Math.abs(value) < 1e-4) {
                return any -> String.format(Locale.ROOT, "%.4g", number.applyAsDouble(any));
            }
            String written = String.format(Locale.ROOT, "%.4f", value).replaceFirst("\\.?0+$", "");
            decimals = Math.max(decimals, written.contains(".") ? written.length() - written.indexOf('.') - 1 : 0);
        }
        String format = "%,." + decimals + "f";
        return row -> String.format(Locale.ROOT, format, number.applyAsDouble(row));
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
