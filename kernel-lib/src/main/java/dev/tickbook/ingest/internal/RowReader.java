package dev.tickbook.ingest.internal;

import dev.tickbook.ingest.Conventions;
import dev.tickbook.ingest.MarketStream;
import dev.tickbook.ingest.Rows;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Reads the rows of a source, checks them, and encodes the good ones, batch by batch. */
public final class RowReader {

    /** A batch is full with this many bytes too, so that long texts do not fill the memory. */
    private static final int MOST_BYTES = 16 << 20;

    private static final long DAY = 86_400_000_000L;
    private static final Set<String> YES = Set.of("true", "t", "yes", "y", "1");
    private static final Set<String> NO = Set.of("false", "f", "no", "n", "0");
    private static final double DOUBTFUL = 0.25;

    // Places of the columns of bars.
    private static final int SYMBOL = 1;
    private static final int INTERVAL = 2;
    private static final int OPEN = 3;
    private static final int HIGH = 4;
    private static final int LOW = 5;
    private static final int CLOSE = 6;
    private static final int VOLUME = 8;
    private static final int VWAP = 9;
    private static final int QUALITY = 13;

    // Places of the columns of insider trades.
    private static final int TYPE = 4;
    private static final int SHARES = 8;
    private static final int VALUE = 10;

    private final MarketStream stream;
    private final SampledRows rows;
    private final ColumnMap map;
    private final int batchRows;
    private final boolean anyPrice;
    private final Column[] columns;
    private final int[] sent;
    private final long[] least;
    private final long[] most;
    private final int timeColumn;
    private final int symbolColumn; // -1 for none
    private final Numbers numbers = new Numbers();
    private final Times times;
    private final Intervals intervals = new Intervals();
    private final Map<String, Map<String, Series>> series = new HashMap<>();
    private final int[] identity;
    private final MessageDigest digest;

    // The present row.
    private final boolean[] present;
    private final long[] longs;
    private final Object[] objects;
    private boolean isDate;
    private boolean isRounded;

    private long batches;
    private int expectedBytes = 1 << 20;
    private IOException failure;
    private boolean atEnd;

    /**
     * Looks at the first rows.
     *
     * @param name of the source, for errors
     * @param stream what the rows are
     * @param source where they come from; the caller closes it
     * @param batchRows most rows in a batch
     * @param anyPrice whether prices may be zero and below
     * @throws IOException if not even the first row can be read
     * @throws dev.tickbook.TickbookException if the columns are not those of the stream
     */
    public RowReader(String name, MarketStream stream, Rows source, int batchRows, boolean anyPrice)
            throws IOException {
        this.stream = stream;
        this.batchRows = batchRows;
        this.anyPrice = anyPrice;
        this.map = new ColumnMap(name, stream, source);
        this.rows = new SampledRows(source);
        Conventions conventions = rows.conventions(name, stream, map);
        this.numbers.decimal(conventions.decimal());
        this.times = new Times(conventions.zone(), conventions.dates());
        this.columns = stream.columns().toArray(Column[]::new);
        int count = columns.length;
        this.present = new boolean[count];
        this.longs = new long[count];
        this.objects = new Object[count];
        this.least = new long[count];
        this.most = new long[count];
        for (int i = 0; i < count; i++) {
            least[i] = columns[i].least() == null ? Long.MIN_VALUE : scaled(columns[i], columns[i].least());
            most[i] = columns[i].most() == null ? Long.MAX_VALUE : scaled(columns[i], columns[i].most());
        }
        this.timeColumn = place(stream.timeColumn());
        this.symbolColumn = stream.columns().stream().map(Column::name).toList().indexOf("symbol");
        this.identity = stream.identity().stream().mapToInt(this::place).toArray();
        this.sent = sent();
        if (stream == MarketStream.PRICES && map.places[INTERVAL] < 0 && map.constants[INTERVAL] == null) {
            rows.needLength(name, map.places[timeColumn], map.clock, times);
        }
        try {
            this.digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static long scaled(Column column, BigDecimal limit) {
        return limit.movePointRight(Math.max(0, column.scale())).longValueExact();
    }

    private int place(String name) {
        for (int i = 0; i < columns.length; i++) {
            if (columns[i].name().equals(name)) {
                return i;
            }
        }
        throw new IllegalArgumentException(stream + " has no column " + name);
    }

    /** What the source has, and what is made of it. */
    private int[] sent() {
        List<Integer> list = new ArrayList<>();
        for (int i = 0; i < columns.length; i++) {
            boolean isMade =
                    stream == MarketStream.PRICES ? i == INTERVAL || i == QUALITY : i == 0 && identity.length > 0;
            if (map.places[i] >= 0 || map.constants[i] != null || isMade) {
                list.add(i);
            }
        }
        return list.stream().mapToInt(Integer::intValue).toArray();
    }

    /** The columns that the batches have, in their order. */
    List<String> columnNames() {
        return Arrays.stream(sent).mapToObj(i -> columns[i].name()).toList();
    }

    /**
     * @return the next rows; null at the end
     * @throws IOException if the source fails; the batches before are good
     */
    Batch next() throws IOException {
        if (failure != null) {
            throw failure;
        }
        if (atEnd) {
            return null;
        }
        Batch batch = new Batch(Math.min(batchRows, 1 << 16), expectedBytes);
        int rejectedText = 0;
        batches++;
        while (batch.read < batchRows && batch.size() + rejectedText < MOST_BYTES) {
            try {
                if (!rows.next()) {
                    atEnd = true;
                    break;
                }
            } catch (IOException e) {
                failure = e;
                if (batch.read == 0) {
                    throw e;
                }
                break;
            }
            batch.read++;
            try {
                if (rows.damage() != null) {
                    throw new BadValueException("damage", rows.damage());
                }
                read();
                accept(batch);
            } catch (BadValueException e) {
                String raw = rows.raw();
                rejectedText += 2 * raw.length() + 64;
                batch.rejects.add(new Reject(rows.line(), e.getMessage(), null, cut(raw)));
                batch.findings.rejected(e.check(), rows.line());
            }
            batch.lastLine = rows.line();
        }
        batch.fraction = rows.fraction();
        expectedBytes = Math.max(expectedBytes, batch.size() + batch.size() / 16);
        return batch.read == 0 ? null : batch;
    }

    private static String cut(String raw) {
        return raw.length() <= Reject.LONGEST_RAW ? raw : raw.substring(0, Reject.LONGEST_RAW);
    }

    private void read() throws BadValueException {
        isRounded = false;
        for (int i : sent) {
            String text = map.places[i] >= 0 ? rows.value(map.places[i]) : map.constants[i];
            if (i == timeColumn && map.clock >= 0 && text != null) {
                String clock = rows.value(map.clock);
                text = clock == null || clock.isBlank() ? text : text.strip() + " " + clock.strip();
            }
            if (text == null || text.isEmpty() || text.isBlank()) {
                text = columns[i].absent();
            }
            present[i] = text != null && value(i, columns[i], isOfSale(i) ? withoutMinus(text) : text);
            if (!present[i]
                    && columns[i].isRequired()
                    && (map.places[i] >= 0 || map.constants[i] != null)
                    && !(stream == MarketStream.PRICES && i == INTERVAL)) {
                throw new BadValueException("missing", "it has no " + columns[i].name() + ".");
            }
        }
    }

    /** Of a sale some sources write the shares and their value with a minus, which its type says already. */
    private boolean isOfSale(int i) {
        return stream == MarketStream.INSIDER_TRADES
                && (i == SHARES || i == VALUE)
                && present[TYPE]
                && "sell".equals(objects[TYPE]);
    }

    private static String withoutMinus(String text) {
        String stripped = text.strip();
        return stripped.startsWith("-") ? stripped.substring(1) : stripped;
    }

    private boolean value(int i, Column column, String text) throws BadValueException {
        switch (column.kind()) {
            case TEXT -> {
                objects[i] = text(column, text);
                return true;
            }
            case TEXTS -> {
                objects[i] = texts(column, text);
                return true;
            }
            case TIME, DATE -> {
                if (!times.read(column.name(), text)) {
                    return false;
                }
                boolean asDate = column.kind() == Column.Kind.DATE;
                longs[i] = asDate ? times.day : times.micros;
                if (i == timeColumn) {
                    isDate = times.isDate;
                }
                return true;
            }
            case NUMBER, WHOLE -> {
                if (!numbers.read(column, text)) {
                    return false;
                }
                objects[i] = numbers.big;
                longs[i] = numbers.unscaled;
                rounding(i, column, text);
                range(i, column, text);
                return true;
            }
            default -> {
                String word = text.strip().toLowerCase(Locale.ROOT);
                if (!YES.contains(word) && !NO.contains(word)) {
                    throw new BadValueException(
                            "type", column.name() + " \"" + Numbers.shown(text) + "\" is neither true nor false.");
                }
                longs[i] = YES.contains(word) ? 1 : 0;
                return true;
            }
        }
    }

    /** A price of few digits, such as 0.00014, is another one when it is rounded; one that vanishes is none. */
    private void rounding(int i, Column column, String text) throws BadValueException {
        boolean isPrice = stream == MarketStream.PRICES && i >= OPEN && i <= CLOSE;
        if (!numbers.isCoarse || !isPrice && !column.leastIsOut()) {
            return;
        }
        if (longs[i] == 0 && !anyPrice) {
            throw new BadValueException(
                    "range",
                    column.name() + " \"" + Numbers.shown(text) + "\" is too small: " + column.scale()
                            + " decimals are stored. Give it for a larger unit, such as 1,000 pieces.");
        }
        isRounded |= isPrice;
    }

    private void range(int i, Column column, String text) throws BadValueException {
        boolean low;
        boolean high;
        if (numbers.big == null) {
            low = longs[i] < least[i] || column.leastIsOut() && longs[i] == least[i];
            high = longs[i] > most[i];
        } else {
            low = column.least() != null && numbers.big.compareTo(column.least()) < 0;
            high = column.most() != null && numbers.big.compareTo(column.most()) > 0;
        }
        if (low) {
            throw new BadValueException(
                    "range",
                    column.name() + " \"" + Numbers.shown(text) + "\" must be "
                            + (column.leastIsOut() ? "more than " : "at least ") + column.least() + ".");
        }
        if (high) {
            throw new BadValueException(
                    "range", column.name() + " \"" + Numbers.shown(text) + "\" must be at most " + column.most() + ".");
        }
    }

    private static String text(Column column, String text) throws BadValueException {
        String stripped = text.strip();
        if (!column.words().isEmpty()) {
            String word = column.words().get(stripped.toLowerCase(Locale.ROOT));
            if (word == null) {
                throw new BadValueException(
                        "type",
                        column.name() + " \"" + Numbers.shown(stripped) + "\" is none of " + column.choices() + ".");
            }
            return word;
        }
        boolean isSymbol = column.name().equals("symbol");
        for (int i = 0; i < stripped.length(); i++) {
            char c = stripped.charAt(i);
            if (c < ' ' && (isSymbol || c == 0) || isSymbol && c >= 0x7F && c < 0xA0) {
                throw new BadValueException(
                        "type",
                        "the " + column.name() + " \"" + Numbers.shown(stripped) + "\" has a control character in it.");
            }
        }
        return stripped;
    }

    private static List<String> texts(Column column, String text) throws BadValueException {
        String inner = text.strip();
        if (inner.length() > 1 && "[{(".indexOf(inner.charAt(0)) >= 0) { // a list, as JSON or PostgreSQL writes it
            inner = inner.substring(1, inner.length() - 1);
        }
        List<String> list = new ArrayList<>();
        for (String each : inner.split("[,;|\\s]+")) {
            String plain = each.replaceAll("^[\"']+|[\"']+$", "");
            if (!plain.isEmpty() && !list.contains(plain)) {
                if (plain.chars().anyMatch(Character::isISOControl)) {
                    throw new BadValueException(
                            "type", column.name() + " \"" + Numbers.shown(plain) + "\" has a control character in it.");
                }
                list.add(plain);
            }
        }
        return list;
    }

    private void accept(Batch batch) throws BadValueException {
        if (stream == MarketStream.PRICES) {
            boolean isNew = checkBar(batch);
            if (!isNew) {
                batch.repeated.set(batch.rows());
            }
        } else {
            if (symbolColumn >= 0) {
                batch.symbols.add((String) objects[symbolColumn]);
            }
            if (identity.length > 0 && !present[0]) {
                present[0] = true;
                objects[0] = null;
                longs[0] = number();
            }
        }
        batch.begin(sent.length);
        for (int i : sent) {
            put(batch, i);
        }
        batch.end(
                rows.line(),
                columns[timeColumn].kind() == Column.Kind.DATE ? longs[timeColumn] * DAY : longs[timeColumn],
                rows.raw());
    }

    private void put(Batch batch, int i) {
        if (!present[i]) {
            batch.putNull();
            return;
        }
        switch (columns[i].kind()) {
            case TEXT -> batch.putText((String) objects[i]);
            case TEXTS -> batch.putTexts(strings(objects[i]));
            case TIME -> batch.putTime(longs[i]);
            case DATE -> batch.putDate(longs[i]);
            case WHOLE -> batch.putWhole(longs[i]);
            case FLAG -> batch.putFlag(longs[i] == 1);
            default -> {
                if (objects[i] != null) {
                    batch.putNumber((BigDecimal) objects[i]);
                } else {
                    batch.putNumber(longs[i], columns[i].scale());
                }
            }
        }
    }

    @SuppressWarnings("unchecked")
    private static List<String> strings(Object list) {
        return (List<String>) list;
    }

    /** A number for a fact that has none, made of what identifies it: the same fact has the same number everywhere. */
    private long number() {
        StringBuilder text = new StringBuilder();
        for (int i : identity) {
            text.append(
                            present[i]
                                    ? columns[i].kind() == Column.Kind.TEXT || columns[i].kind() == Column.Kind.TEXTS
                                            ? objects[i]
                                            : objects[i] != null ? objects[i] : longs[i]
                                    : "")
                    .append('\0');
        }
        byte[] hash = digest.digest(text.toString().getBytes(StandardCharsets.UTF_8));
        long number = 0;
        for (int i = 0; i < Long.BYTES; i++) {
            number = number << 8 | hash[i] & 0xFF;
        }
        return number & Long.MAX_VALUE;
    }

    /** Refuses a bar that cannot be, flags one that is doubtful; false if the source has had one for its place. */
    private boolean checkBar(Batch batch) throws BadValueException {
        if (!present[INTERVAL]) {
            if (!isDate) {
                throw new BadValueException(
                        "missing",
                        "the length of its bar is not known. Name it with .interval(\"1m\"), or"
                                + " .with(\"interval\", \"1m\").");
            }
            objects[INTERVAL] = "1d";
            present[INTERVAL] = true;
        } else {
            objects[INTERVAL] = intervals.read((String) objects[INTERVAL]);
        }
        if (((String) objects[SYMBOL]).isEmpty()) {
            throw new BadValueException("missing", "it has no symbol.");
        }
        checkPrices();
        Series own = series.computeIfAbsent((String) objects[INTERVAL], any -> new HashMap<>())
                .computeIfAbsent((String) objects[SYMBOL], symbol -> new Series(symbol, (String) objects[INTERVAL]));
        if (own.batch != batches) {
            own.batch = batches;
            batch.symbols.add(own.symbol);
        }
        long time = longs[timeColumn];
        long line = rows.line();
        if (!own.isNew(time)) {
            batch.findings.noted("duplicate", own.symbol, own.interval, line);
            return false;
        }
        if (own.isAfterGap(time)) {
            batch.findings.noted("gap", own.symbol, own.interval, line);
        }
        if (own.isOutOfOrder(time)) {
            batch.findings.noted("time order", own.symbol, own.interval, line);
        }
        boolean isStale = own.isStale(price(OPEN), price(HIGH), price(LOW), price(CLOSE), price(VOLUME));
        boolean isOutlier = own.isOutlier(longs[CLOSE] / 10_000.0);
        if (isStale) {
            batch.findings.flagged("stale feed", own.symbol, own.interval, line);
        }
        if (isOutlier) {
            batch.findings.flagged("outlier", own.symbol, own.interval, line);
        }
        if (isRounded) {
            batch.findings.flagged("rounding", own.symbol, own.interval, line);
        }
        if ((isStale || isOutlier || isRounded) && !present[QUALITY]) {
            present[QUALITY] = true;
            objects[QUALITY] = null;
            longs[QUALITY] = Math.round(100 * DOUBTFUL);
        }
        return true;
    }

    private long price(int i) {
        return present[i] ? longs[i] : Long.MIN_VALUE;
    }

    private void checkPrices() throws BadValueException {
        for (int i = OPEN; i <= VWAP; i++) {
            if (present[i] && longs[i] <= 0 && i != VOLUME && !anyPrice) {
                throw new BadValueException(
                        "range",
                        columns[i].name() + " "
                                + BigDecimal.valueOf(longs[i], 4)
                                        .stripTrailingZeros()
                                        .toPlainString()
                                + " is not above zero. For rates and spreads allow it with anyPrice().");
            }
        }
        if (present[HIGH]) {
            notAbove(OPEN, HIGH);
            notAbove(LOW, HIGH);
            notAbove(CLOSE, HIGH);
        }
        if (present[LOW]) {
            notAbove(LOW, OPEN);
            notAbove(LOW, CLOSE);
        }
    }

    private void notAbove(int low, int high) throws BadValueException {
        if (present[low] && present[high] && longs[low] > longs[high]) {
            throw new BadValueException(
                    "high and low",
                    columns[low].name() + " " + BigDecimal.valueOf(longs[low], 4) + " is above " + columns[high].name()
                            + " " + BigDecimal.valueOf(longs[high], 4) + ".");
        }
    }
}
