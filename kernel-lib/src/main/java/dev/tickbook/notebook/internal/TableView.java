package dev.tickbook.notebook.internal;

import dev.tickbook.db.internal.Preview;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;
import java.util.function.IntToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import tech.tablesaw.api.BooleanColumn;
import tech.tablesaw.api.DateColumn;
import tech.tablesaw.api.DateTimeColumn;
import tech.tablesaw.api.InstantColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.LongColumn;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.api.ShortColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.api.TimeColumn;
import tech.tablesaw.columns.Column;

/**
 * A table as people read it: as HTML in a notebook, as text in a terminal, as Markdown in a document. Long tables are cut
 * in the middle, long texts at their end. Colours are those of the page, so that it can be read in light and dark.
 */
public final class TableView {

    private static final int ENDS = Preview.ENDS;
    private static final int CUT = -1;
    private static final int LONGEST_TEXT = 200;
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT);

    private TableView() {}

    /**
     * @param table to show
     * @return HTML, with nothing of the data in it that a browser would take for HTML
     */
    public static String html(Table table) {
        return html(new Preview(table, table.rowCount()));
    }

    static String html(Preview preview) {
        Table table = preview.table();
        StringBuilder html =
                new StringBuilder("<div style=\"overflow-x:auto\"><table class=\"dataframe\">\n<thead><tr>");
        for (Column<?> column : table.columns()) {
            html.append(cell(
                    "th",
                    column,
                    escaped(column.name()) + "<br><small style=\"font-weight:normal;opacity:.65\">" + type(column)
                            + "</small>"));
        }
        html.append("</tr></thead>\n<tbody>\n");
        List<List<String>> columns = columns(preview, LONGEST_TEXT);
        for (int row = 0; row < shownRows(preview).length; row++) {
            html.append("<tr>");
            for (int column = 0; column < columns.size(); column++) {
                html.append(cell(
                        "td", table.column(column), escaped(columns.get(column).get(row))));
            }
            html.append("</tr>\n");
        }
        return html.append("</tbody>\n</table></div>\n<p>")
                .append(size(preview))
                .append("</p>")
                .toString();
    }

    /**
     * @param table to show
     * @return lines of text
     */
    public static String text(Table table) {
        return text(new Preview(table, table.rowCount()));
    }

    static String text(Preview preview) {
        Table shown = Table.create("");
        List<List<String>> columns = columns(preview, LONGEST_TEXT / 2);
        for (int column = 0; column < columns.size(); column++) {
            shown.addColumns(StringColumn.create(
                    oneLine(preview.table().column(column).name()),
                    columns.get(column).stream().map(TableView::oneLine).toList()));
        }
        return shown.printAll().stripTrailing() + "\n" + size(preview);
    }

    /**
     * @param table to show
     * @return a table in Markdown, numbers aligned to the right
     */
    public static String markdown(Table table) {
        List<List<String>> columns = columns(new Preview(table, table.rowCount()), LONGEST_TEXT);
        StringBuilder text = new StringBuilder("|");
        table.columns()
                .forEach(column ->
                        text.append(' ').append(cellText(column.name())).append(" |"));
        text.append("\n|");
        table.columns().forEach(column -> text.append(column instanceof NumericColumn ? "---:|" : "---|"));
        for (int row = 0; row < columns.stream().mapToInt(List::size).max().orElse(0); row++) {
            text.append("\n|");
            for (List<String> column : columns) {
                text.append(' ').append(cellText(column.get(row))).append(" |");
            }
        }
        return text.append("\n\n").append(size(table)).append('\n').toString();
    }

    /** What Markdown would take for the end of a cell, or for HTML, is only text. */
    private static String cellText(String text) {
        return oneLine(escaped(text)).replace("\\", "\\\\").replace("|", "\\|");
    }

    private static String oneLine(String text) {
        return text.replaceAll("\\R|\t", " ");
    }

    private static String cell(String tag, Column<?> column, String html) {
        String align = column instanceof NumericColumn ? "right" : "left";
        return "<" + tag + " style=\"text-align:" + align + "\">" + html + "</" + tag + ">";
    }

    /** What kind of values a column has, in words that need no manual, and the zone of its times. */
    private static String type(Column<?> column) {
        if (column instanceof InstantColumn) {
            return "time, UTC";
        }
        if (column instanceof DateTimeColumn) {
            return "time, no zone";
        }
        if (column instanceof DateColumn) {
            return "date";
        }
        if (column instanceof TimeColumn) {
            return "time of day";
        }
        if (column instanceof IntColumn || column instanceof LongColumn || column instanceof ShortColumn) {
            return "whole number";
        }
        if (column instanceof NumericColumn) {
            return "number";
        }
        return column instanceof BooleanColumn ? "true or false" : "text";
    }

    static String size(Table table) {
        return size(new Preview(table, table.rowCount()));
    }

    private static String size(Preview preview) {
        int columns = preview.table().columnCount();
        return String.format(
                Locale.ROOT,
                "%,d %s × %d %s",
                preview.rows(),
                preview.rows() == 1 ? "row" : "rows",
                columns,
                columns == 1 ? "column" : "columns");
    }

    /** The numbers of the rows to show; {@link #CUT} where rows are left out. */
    private static int[] shownRows(Preview preview) {
        int held = preview.table().rowCount();
        if (preview.rows() <= 2 * ENDS) {
            return IntStream.range(0, held).toArray();
        }
        IntStream head = IntStream.range(0, ENDS);
        IntStream tail = IntStream.range(held - ENDS, held);
        return IntStream.concat(head, IntStream.concat(IntStream.of(CUT), tail)).toArray();
    }

    private static List<List<String>> columns(Preview preview, int longestText) {
        int[] rows = shownRows(preview);
        List<List<String>> columns = new ArrayList<>();
        for (Column<?> column : preview.table().columns()) {
            int[] present = IntStream.of(rows)
                    .filter(row -> row != CUT && !column.isMissing(row))
                    .toArray();
            IntFunction<String> format = format(column, present);
            columns.add(IntStream.of(rows)
                    .mapToObj(
                            row -> row == CUT ? "…" : column.isMissing(row) ? "" : cut(format.apply(row), longestText))
                    .collect(Collectors.toList()));
        }
        return columns;
    }

    private static String cut(String text, int longest) {
        if (text.length() <= longest) {
            return text;
        }
        // Not in the middle of a character that takes two.
        int end = Character.isHighSurrogate(text.charAt(longest - 1)) ? longest - 1 : longest;
        return text.substring(0, end) + "…";
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

    /**
     * @param text any
     * @return HTML that shows it
     */
    public static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
