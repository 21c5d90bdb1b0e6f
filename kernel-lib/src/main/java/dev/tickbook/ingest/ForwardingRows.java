package dev.tickbook.ingest;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Rows as others have them, but for what is overridden. */
class ForwardingRows implements Rows {

    private final Rows rows;

    ForwardingRows(Rows rows) {
        this.rows = rows;
    }

    @Override
    public List<String> columns() {
        return rows.columns();
    }

    @Override
    public boolean next() throws IOException {
        return rows.next();
    }

    @Override
    public String value(int column) {
        return rows.value(column);
    }

    @Override
    public long line() {
        return rows.line();
    }

    @Override
    public String raw() {
        return rows.raw();
    }

    @Override
    public String damage() {
        return rows.damage();
    }

    @Override
    public String suggestion(String column) {
        return rows.suggestion(column);
    }

    @Override
    public Map<String, String> constants() {
        return rows.constants();
    }

    @Override
    public Conventions conventions() {
        return rows.conventions();
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
