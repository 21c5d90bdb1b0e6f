package dev.tickbook.ingest.internal;

import dev.tickbook.TickbookException;
import dev.tickbook.ingest.MarketStream;
import dev.tickbook.ingest.Rows;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Which column of a source is which column of a stream. */
final class ColumnMap {

    private final String source;
    private final MarketStream stream;
    private final List<String> header;
    private final List<String> names = new ArrayList<>();
    private final String prefix;

    /** For each column of the stream its place in the source, -1 where it has none. */
    final int[] places;

    /** For each column of the stream the value of all rows, null where there is none. */
    final String[] constants;

    /** Where the time of day is if it has a column of its own beside the date, else -1. */
    final int clock;

    /**
     * @throws TickbookException if a column that each row needs is not there, or two columns have one name
     */
    ColumnMap(String source, MarketStream stream, Rows rows) {
        this.source = source;
        this.stream = stream;
        this.header = rows.columns();
        this.prefix = prefix(header);
        for (String name : header) {
            String plain = name.strip();
            if (prefix != null && plain.startsWith(prefix + ".")) {
                plain = plain.substring(prefix.length() + 1);
            }
            names.add(Column.canonical(plain));
        }
        List<Column> columns = stream.columns();
        rows.constants().keySet().forEach(this::needColumn);
        places = new int[columns.size()];
        constants = new String[columns.size()];
        int day = dayBesideClock();
        clock = day < 0 ? -1 : unique("time");
        for (int i = 0; i < places.length; i++) {
            Column column = columns.get(i);
            boolean isTime = column.name().equals(stream.timeColumn());
            places[i] = isTime && clock >= 0 ? day : place(column);
            if (isTime && places[i] < 0 && !names.isEmpty() && names.get(0).isEmpty()) {
                places[i] = 0; // the index of a data frame, which has no name
            }
            if (places[i] < 0) {
                constants[i] = constant(column, rows.constants());
            }
            if (places[i] < 0
                    && constants[i] == null
                    && column.name().equals("symbol")
                    && stream == MarketStream.PRICES) {
                constants[i] = prefix != null ? prefix : rows.suggestion("symbol");
            }
            boolean isKnownOtherwise = constants[i] != null
                    || stream == MarketStream.PRICES && column.name().equals("interval");
            if (places[i] < 0 && column.isRequired() && !isKnownOtherwise) {
                throw missing(column);
            }
        }
    }

    /** Where the date is if the time of day may have a column of its own; -1 where the stream's time is another one. */
    private int dayBesideClock() {
        Column time = stream.columns().stream()
                .filter(column -> column.name().equals(stream.timeColumn()))
                .findFirst()
                .orElseThrow();
        boolean isNamed = !time.name().equals("time") && names.contains(Column.canonical(time.name()));
        return time.aliases().contains("date") && !isNamed ? names.indexOf("date") : -1;
    }

    /** {@code AAPL} for columns named {@code AAPL.Open}, {@code AAPL.Close} …, null where they have no such prefix. */
    private static String prefix(List<String> header) {
        return header.stream()
                .filter(name -> name.strip().toLowerCase(Locale.ROOT).endsWith(".close"))
                .map(name -> name.strip()
                        .substring(0, name.strip().length() - ".close".length())
                        .strip())
                .filter(prefix ->
                        !prefix.equalsIgnoreCase("adj") && !prefix.equalsIgnoreCase("adjusted")) // as R has it
                .findFirst()
                .orElse(null);
    }

    private static String constant(Column column, Map<String, String> said) {
        return said.entrySet().stream()
                .filter(entry -> isNamed(column, entry.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(null);
    }

    private static boolean isNamed(Column column, String name) {
        String plain = Column.canonical(name);
        return plain.equals(Column.canonical(column.name())) || column.aliases().contains(plain);
    }

    /** A value for a column that does not exist would be lost. */
    private void needColumn(String name) {
        if (stream.columns().stream().noneMatch(column -> isNamed(column, name))) {
            throw new TickbookException(source + ": .with(\"" + name + "\", …) names no column of " + stream.rows()
                    + ". They have "
                    + stream.columns().stream().map(Column::name).collect(Collectors.joining(", ")) + ".");
        }
    }

    private int place(Column column) {
        int place = unique(Column.canonical(column.name()));
        for (int i = 0; place < 0 && i < column.aliases().size(); i++) {
            place = unique(column.aliases().get(i));
        }
        return place;
    }

    private int unique(String name) {
        int first = names.indexOf(name);
        if (first != names.lastIndexOf(name)) {
            throw new TickbookException(source + " has two columns for \"" + name + "\": \"" + header.get(first)
                    + "\" and \"" + header.get(names.lastIndexOf(name)) + "\". Remove or rename one.");
        }
        return first;
    }

    private TickbookException missing(Column column) {
        List<String> needed = stream.columns().stream()
                .filter(Column::isRequired)
                .map(Column::name)
                .filter(name -> stream != MarketStream.PRICES || !name.equals("symbol") && !name.equals("interval"))
                .map(name -> name.equals("time") ? "time (or date)" : name)
                .toList();
        return new TickbookException(source + " has no column \"" + column.name() + "\". Its first line must name the"
                + " columns, for " + stream.rows() + " at least " + String.join(", ", needed) + "; it is: "
                + String.join(",", header) + "."
                + (column.kind() == Column.Kind.TEXT
                        ? " If all rows have the same, say it: .with(\"" + column.name() + "\", …)."
                        : ""));
    }
}
