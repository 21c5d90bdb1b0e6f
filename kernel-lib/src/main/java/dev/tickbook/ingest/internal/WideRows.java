package dev.tickbook.ingest.internal;

import dev.tickbook.TickbookException;
import dev.tickbook.ingest.Conventions;
import dev.tickbook.ingest.Rows;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Rows with a close per symbol side by side, as one row per symbol that has one. */
public final class WideRows implements Rows {

    private final Rows lines;
    private final List<String> symbols;
    private final int[] closes;
    private final List<String> columns = new ArrayList<>();
    private final List<Integer> others = new ArrayList<>();
    private int symbol; // of the present row
    private boolean more; // of the present line

    /**
     * @param name for errors
     * @param lines closed with these rows
     * @param symbols the columns that hold closes
     * @throws TickbookException if a column is not there
     */
    public WideRows(String name, Rows lines, List<String> symbols) {
        this.lines = lines;
        this.symbols = symbols;
        List<String> header = lines.columns();
        this.closes = symbols.stream()
                .mapToInt(wanted -> {
                    int index = header.indexOf(wanted);
                    if (index < 0) {
                        throw new TickbookException(name + " has no column \"" + wanted + "\". Its columns are: "
                                + String.join(", ", header));
                    }
                    return index;
                })
                .toArray();
        columns.add("symbol");
        columns.add("close");
        for (int i = 0; i < header.size(); i++) {
            String plain = Column.canonical(header.get(i));
            if (!symbols.contains(header.get(i)) && !columns.contains(plain)) {
                columns.add(header.get(i));
                others.add(i);
            }
        }
    }

    @Override
    public List<String> columns() {
        return List.copyOf(columns);
    }

    @Override
    public boolean next() throws IOException {
        while (true) {
            if (!more || ++symbol == closes.length) {
                more = lines.next();
                if (!more) {
                    return false;
                }
                symbol = 0;
            }
            if (lines.damage() != null) {
                more = false; // one row, to be rejected
                return true;
            }
            String close = lines.value(closes[symbol]);
            if (close != null && !close.isBlank()) { // a market that was closed has no bar
                return true;
            }
        }
    }

    @Override
    public String value(int column) {
        return switch (column) {
            case 0 -> symbols.get(symbol);
            case 1 -> lines.value(closes[symbol]);
            default -> lines.value(others.get(column - 2));
        };
    }

    @Override
    public long line() {
        return lines.line();
    }

    @Override
    public String raw() {
        return lines.raw();
    }

    @Override
    public String damage() {
        return lines.damage();
    }

    @Override
    public Conventions conventions() {
        return lines.conventions();
    }

    @Override
    public double fraction() {
        return lines.fraction();
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
