package dev.tickbook.ingest.internal;

import dev.tickbook.TickbookException;
import dev.tickbook.ingest.CsvFile;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/** Which column holds what: made from a header, then turns lines into bars. */
final class BarLayout {

    private static final Map<String, String> SAME_AS = Map.of(
            "date", "time",
            "datetime", "time",
            "timestamp", "time",
            "ticker", "symbol",
            "adjusted", "adjustedclose",
            "adjclose", "adjustedclose");

    private final CsvFile file;
    private final List<String> header;
    private final List<String> names;
    private final String headerSymbol;
    private final String fileSymbol;

    private final int time;
    private final int symbol;
    private final int interval;
    private final int open;
    private final int high;
    private final int low;
    private final int close;
    private final int adjustedClose;
    private final int volume;
    private final int[] wideCloses;

    private BarLayout(CsvFile file, List<String> header) {
        this.file = file;
        this.header = header;
        this.headerSymbol = prefix(header);
        this.fileSymbol = fileSymbol(file, headerSymbol);
        this.names = header.stream().map(this::canonical).toList();
        this.time = required("time");
        this.interval = column("interval");
        if (file.wideSymbols() != null) {
            this.wideCloses =
                    Arrays.stream(file.wideSymbols()).mapToInt(this::wideColumn).toArray();
            this.symbol = this.open = this.high = this.low = this.close = this.adjustedClose = this.volume = -1;
            return;
        }
        this.wideCloses = null;
        this.symbol = column("symbol");
        this.open = column("open");
        this.high = column("high");
        this.low = column("low");
        this.close = required("close");
        this.adjustedClose = column("adjustedclose");
        this.volume = column("volume");
    }

    static BarLayout of(CsvFile file, List<String> header) {
        return new BarLayout(file, header);
    }

    /** {@code AAPL} for columns named {@code AAPL.Open}, {@code AAPL.Close} …, null where they have no such prefix. */
    private static String prefix(List<String> header) {
        return header.stream()
                .filter(name -> name.toLowerCase(Locale.ROOT).endsWith(".close"))
                .map(name ->
                        name.substring(0, name.length() - ".close".length()).strip())
                .filter(prefix ->
                        !prefix.equalsIgnoreCase("adj") && !prefix.equalsIgnoreCase("adjusted")) // as R has it
                .findFirst()
                .orElse(null);
    }

    /** For a file without a column for it: as given, as the header's prefix says, or as the file is named. */
    private static String fileSymbol(CsvFile file, String headerSymbol) {
        if (file.symbol() != null) {
            return file.symbol();
        }
        return headerSymbol != null
                ? headerSymbol
                : file.path().getFileName().toString().replaceFirst("\\.[^.]*$", "");
    }

    private String canonical(String name) {
        String plain = name.strip();
        if (headerSymbol != null && plain.startsWith(headerSymbol + ".")) {
            plain = plain.substring(headerSymbol.length() + 1);
        }
        plain = plain.toLowerCase(Locale.ROOT).replaceAll("[ ._\uFEFF-]", "");
        return SAME_AS.getOrDefault(plain, plain);
    }

    private int column(String name) {
        int first = names.indexOf(name);
        if (first != names.lastIndexOf(name)) {
            throw new TickbookException(file.path() + " has two columns for \"" + name + "\": \"" + header.get(first)
                    + "\" and \"" + header.get(names.lastIndexOf(name)) + "\". Remove or rename one.");
        }
        return first;
    }

    private int required(String name) {
        int index = column(name);
        if (index < 0) {
            throw new TickbookException(file.path() + " has no column \"" + name + "\". Its first line must name the"
                    + " columns, at least time (or date) and close; it is: " + String.join(",", header));
        }
        return index;
    }

    private int wideColumn(String symbol) {
        int index = header.stream()
                .map(name -> name.replace("\uFEFF", "").strip())
                .toList()
                .indexOf(symbol);
        if (index < 0) {
            throw new TickbookException(
                    file.path() + " has no column \"" + symbol + "\". Its columns are: " + String.join(", ", header));
        }
        return index;
    }

    /** Turns one line into its bar, or into the bars of all symbols of a wide file. */
    void parse(List<String> line, Consumer<Bar> bars) throws BadValueException {
        if (line.size() != header.size()) {
            throw new BadValueException(
                    "it has " + line.size() + " values, the header has " + header.size() + " columns.");
        }
        BarTime at = BarTime.parse(header.get(time), line.get(time));
        String length = interval >= 0 ? line.get(interval) : file.interval();
        if (length == null || length.isBlank()) {
            length = at.interval();
        } else {
            BarTime.checkInterval(length);
        }
        if (wideCloses == null) {
            bars.accept(longBar(line, at, length));
            return;
        }
        List<Bar> all = new ArrayList<>();
        for (int i = 0; i < wideCloses.length; i++) {
            int column = wideCloses[i];
            if (!line.get(column).isBlank()) { // a market that was closed
                all.add(new Bar(
                        at.time(),
                        checkedSymbol(file.wideSymbols()[i]),
                        length,
                        null,
                        null,
                        null,
                        price(line, column),
                        null,
                        null));
            }
        }
        all.forEach(bars);
    }

    private Bar longBar(List<String> line, BarTime at, String length) throws BadValueException {
        Bar bar = new Bar(
                at.time(),
                symbolOf(line),
                length,
                price(line, open),
                price(line, high),
                price(line, low),
                price(line, close),
                price(line, adjustedClose),
                volume < 0 ? null : Values.volume(header.get(volume), line.get(volume)));
        if (bar.close() == null) {
            throw new BadValueException("it has no " + header.get(close) + ".");
        }
        return bar;
    }

    private String symbolOf(List<String> line) throws BadValueException {
        if (symbol < 0) {
            return checkedSymbol(fileSymbol);
        }
        return checkedSymbol(line.get(symbol));
    }

    private static String checkedSymbol(String text) throws BadValueException {
        String symbol = text.strip();
        if (symbol.isEmpty()) {
            throw new BadValueException("it has no symbol.");
        }
        if (symbol.chars().anyMatch(Character::isISOControl)) {
            throw new BadValueException("the symbol \"" + symbol + "\" has a control character in it.");
        }
        return symbol;
    }

    private BigDecimal price(List<String> line, int column) throws BadValueException {
        return column < 0 ? null : Values.price(header.get(column), line.get(column));
    }
}
