package dev.tickbook.ingest.internal;

import dev.tickbook.TickbookException;
import dev.tickbook.ingest.Conventions;
import dev.tickbook.ingest.Conventions.DateOrder;
import dev.tickbook.ingest.MarketStream;
import dev.tickbook.ingest.Rows;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.regex.Matcher;

/** Looks at the first rows to find out what their texts mean, and gives them again. */
final class SampledRows implements Rows {

    private static final int ROWS = 1000;

    private record Seen(String[] values, long line, String raw, String damage) {}

    private final Rows rows;
    private final Queue<Seen> sample = new ArrayDeque<>();
    private Seen present;
    private boolean isOver; // the sample has all there is
    private IOException failure; // after the sample

    SampledRows(Rows rows) throws IOException {
        this.rows = rows;
        int columns = rows.columns().size();
        try {
            while (sample.size() < ROWS) {
                if (!rows.next()) {
                    isOver = true;
                    break;
                }
                String[] values = new String[columns];
                if (rows.damage() == null) {
                    for (int i = 0; i < columns; i++) {
                        values[i] = rows.value(i);
                    }
                }
                sample.add(new Seen(values, rows.line(), rows.raw(), rows.damage()));
            }
        } catch (IOException e) {
            if (sample.isEmpty()) {
                throw e;
            }
            failure = e;
        }
    }

    /**
     * What is not said, found out from the sample.
     *
     * @throws TickbookException if the sample can be read in two ways
     */
    Conventions conventions(String source, MarketStream stream, ColumnMap map) {
        Conventions said = rows.conventions();
        return new Conventions(
                said.zone(),
                said.decimal() != null ? said.decimal() : decimal(source, stream, map),
                said.dates() != null ? said.dates() : dates(source, stream, map));
    }

    /**
     * Refuses bars of which nobody says how long they are, before each of them is rejected.
     *
     * @throws TickbookException if times can be read and none is a date, which would make it a daily bar
     */
    void needLength(String source, int time, int clock, Times times) {
        boolean isUnknown = false;
        for (Seen row : sample) {
            boolean hasClock = clock >= 0 && row.values[clock] != null && !row.values[clock].isBlank();
            try {
                if (row.values[time] != null && times.read("time", row.values[time])) {
                    if (times.isDate && !hasClock) {
                        return;
                    }
                    isUnknown = true;
                }
            } catch (BadValueException e) {
                // is rejected when it is its turn
            }
        }
        if (isUnknown) {
            throw new TickbookException(source + ": the length of its bars is not known, because their times are not"
                    + " dates. Say it with .interval(\"1m\") of a CSV file, or .with(\"interval\", \"1m\") of any source;"
                    + " nothing was stored.");
        }
    }

    private char decimal(String source, MarketStream stream, ColumnMap map) {
        boolean comma = false;
        boolean point = false;
        String unclear = null;
        for (Seen row : sample) {
            for (int i = 0; i < map.places.length; i++) {
                Column column = stream.columns().get(i);
                String text = map.places[i] < 0 ? null : row.values[map.places[i]];
                boolean isNumber = column.kind() == Column.Kind.NUMBER || column.kind() == Column.Kind.WHOLE;
                if (text == null || !isNumber || text.indexOf(',') < 0 && text.indexOf('.') < 0) {
                    continue;
                }
                int lastComma = text.lastIndexOf(',');
                int lastPoint = text.lastIndexOf('.');
                int last = Math.max(lastComma, lastPoint);
                char sign = text.charAt(last);
                boolean alone = text.indexOf(sign) == last;
                if (!alone || lastComma >= 0 && lastPoint >= 0) {
                    boolean isComma = alone == (sign == ','); // one that is there again and again groups thousands
                    comma |= isComma;
                    point |= !isComma;
                } else if (!groups(text, last)) {
                    comma |= sign == ',';
                    point |= sign == '.';
                } else if (sign == ',') {
                    if (column.kind() == Column.Kind.WHOLE) {
                        point = true;
                    } else {
                        unclear = text;
                    }
                }
            }
        }
        if (unclear != null && !comma && !point) {
            throw new TickbookException(
                    source + ": \"" + unclear + "\" can be read with a decimal comma or with a comma"
                            + " between thousands. Say which with .decimal(',') or .decimal('.'); nothing was stored.");
        }
        return comma && !point ? ',' : '.';
    }

    /** Whether a sign can stand between thousands: one to three digits before it, three after. */
    private static boolean groups(String text, int sign) {
        int before = 0;
        while (sign - before > 0 && Character.isDigit(text.charAt(sign - before - 1))) {
            before++;
        }
        int after = 0;
        while (sign + after + 1 < text.length() && Character.isDigit(text.charAt(sign + after + 1))) {
            after++;
        }
        return after == 3 && before >= 1 && before <= 3 && text.charAt(sign - before) != '0';
    }

    private DateOrder dates(String source, MarketStream stream, ColumnMap map) {
        String unclear = null;
        for (Seen row : sample) {
            for (int i = 0; i < map.places.length; i++) {
                Column.Kind kind = stream.columns().get(i).kind();
                String text = map.places[i] < 0 ? null : row.values[map.places[i]];
                if (text == null || kind != Column.Kind.TIME && kind != Column.Kind.DATE) {
                    continue;
                }
                Matcher date = Times.SLASHED.matcher(text.strip());
                if (!date.matches()) {
                    continue;
                }
                int a = Integer.parseInt(date.group(1));
                int b = Integer.parseInt(date.group(2));
                if (a > 12 && b <= 12) {
                    return DateOrder.DAY_FIRST;
                }
                if (b > 12 && a <= 12) {
                    return DateOrder.MONTH_FIRST;
                }
                unclear = a == b || unclear != null ? unclear : text.strip();
            }
        }
        if (unclear != null) {
            throw new TickbookException(source + ": \"" + unclear + "\" may mean two days, and no row of the first "
                    + sample.size() + " tells which number is the day. Say it with .dates(DateOrder.DAY_FIRST) or"
                    + " .dates(DateOrder.MONTH_FIRST); nothing was stored.");
        }
        return null;
    }

    @Override
    public List<String> columns() {
        return rows.columns();
    }

    @Override
    public boolean next() throws IOException {
        present = sample.poll();
        if (present != null) {
            return true;
        }
        if (failure != null) {
            throw failure;
        }
        return !isOver && rows.next();
    }

    @Override
    public String value(int column) {
        return present != null ? present.values[column] : rows.value(column);
    }

    @Override
    public long line() {
        return present != null ? present.line : rows.line();
    }

    @Override
    public String raw() {
        return present != null ? present.raw : rows.raw();
    }

    @Override
    public String damage() {
        return present != null ? present.damage : rows.damage();
    }

    @Override
    public String suggestion(String column) {
        return rows.suggestion(column);
    }

    @Override
    public double fraction() {
        return rows.fraction();
    }

    @Override
    public void close() throws IOException {
        rows.close();
    }
}
