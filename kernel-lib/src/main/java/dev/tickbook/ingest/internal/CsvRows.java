package dev.tickbook.ingest.internal;

import dev.tickbook.TickbookException;
import dev.tickbook.ingest.Conventions;
import dev.tickbook.ingest.Rows;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The lines of CSV text below its line of names, each one row. */
public final class CsvRows implements Rows {

    private static final char[] SEPARATORS = {',', ';', '\t', '|'};

    private final String name;
    private final CsvInput input;
    private final CsvParser parser;
    private final Conventions conventions;
    private final String symbol;
    private final String interval;
    private final List<String> header = new ArrayList<>();
    private final int inLine; // how many columns are in the lines; those after them are the same for all rows
    private String damage;
    private boolean any;

    /**
     * Reads the line of names.
     *
     * @param name for errors: a file with its path, or what was asked of a service
     * @param input closed with these rows
     * @param separator null: the line of names tells
     * @param conventions of the values
     * @param symbol of all rows, null: as the columns say
     * @param interval of all rows, null: as the columns say
     * @throws IOException if reading fails
     * @throws TickbookException if there is no line of names
     */
    public CsvRows(
            String name, CsvInput input, Character separator, Conventions conventions, String symbol, String interval)
            throws IOException {
        this.name = name;
        this.input = input;
        this.parser = new CsvParser(input, separator == null ? ',' : separator);
        this.conventions = conventions;
        this.symbol = symbol;
        this.interval = interval;
        if (!parser.next()) {
            throw new TickbookException(name + " is empty. It needs a line of column names, then one per row.");
        }
        Character said = separator;
        String first = parser.raw(CsvParser.LONGEST_RECORD);
        if (first.length() == 5 && first.startsWith("sep=")) { // as spreadsheets write it
            said = said == null ? Character.valueOf(first.charAt(4)) : said;
            if (!parser.next()) {
                throw new TickbookException(name + " is empty. It needs a line of column names, then one per row.");
            }
        }
        parser.separator(said == null ? separatorOf(parser.raw(CsvParser.LONGEST_RECORD)) : said);
        refuseUnreadable();
        for (int i = 0; i < parser.size(); i++) {
            header.add(parser.value(i).strip());
        }
        inLine = header.size();
        if (symbol != null) {
            header.add("symbol");
        }
        if (interval != null) {
            header.add("interval");
        }
    }

    private void refuseUnreadable() {
        String text = parser.raw(CsvParser.LONGEST_RECORD);
        if (parser.isUnreadable() || text.indexOf('\0') >= 0) {
            throw new TickbookException(name + " cannot be read. It is not text in UTF-8. Save it as UTF-8, or say what"
                    + " it is in with .charset(…).");
        }
        if (parser.damage() != null) {
            throw new TickbookException(name + " is not CSV. In its first line " + parser.damage());
        }
    }

    /** The sign that splits the line of names into most; the comma where none does. */
    private static char separatorOf(String names) {
        char best = ',';
        long most = 0;
        for (char sign : SEPARATORS) {
            boolean quoted = false;
            long count = 0;
            for (int i = 0; i < names.length(); i++) {
                char c = names.charAt(i);
                quoted ^= c == '"';
                count += c == sign && !quoted ? 1 : 0;
            }
            if (count > most) {
                best = sign;
                most = count;
            }
        }
        return best;
    }

    @Override
    public List<String> columns() {
        return List.copyOf(header);
    }

    @Override
    public boolean next() throws IOException {
        if (!parser.next()) {
            if (!any) {
                throw new TickbookException(
                        name + " has a header and no rows. Check that it is the right file; nothing was stored.");
            }
            return false;
        }
        any = true;
        damage = parser.damage();
        if (damage == null && parser.size() != inLine) {
            damage = "it has " + parser.size() + " values, the header has " + inLine + " columns.";
        }
        if (damage == null && parser.isUnreadable()) {
            damage = "it has bytes that are not text in UTF-8. Save the file as UTF-8, or say what it is in with"
                    + " .charset(…).";
        }
        return true;
    }

    @Override
    public String value(int column) {
        if (column < inLine) {
            return parser.value(column);
        }
        return column == inLine && symbol != null ? symbol : interval;
    }

    @Override
    public long line() {
        return parser.line();
    }

    @Override
    public String raw() {
        return parser.raw(Reject.LONGEST_RAW);
    }

    @Override
    public String damage() {
        return damage;
    }

    /** A file of one symbol's bars is often named after it. */
    @Override
    public String suggestion(String column) {
        return column.equals("symbol")
                ? String.valueOf(Path.of(name).getFileName())
                        .replaceFirst("(?i)(\\.(csv|txt|tsv|gz|zip))+$|\\.[^.]*$", "")
                : null;
    }

    @Override
    public Conventions conventions() {
        return conventions;
    }

    @Override
    public double fraction() {
        return input.fraction();
    }

    @Override
    public void close() throws IOException {
        input.close();
    }
}
