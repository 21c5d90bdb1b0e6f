package dev.tickbook.ingest;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A source whose rows have one more value in common; see {@link Source#with}. */
record CompletedSource(Source source, String column, String value) implements Source {

    @Override
    public String name() {
        return source.name();
    }

    @Override
    public Rows open() throws IOException {
        return new CompletedRows(source.open(), column, value);
    }

    private record CompletedRows(Rows rows, String column, String value) implements Rows {

        @Override
        public List<String> columns() {
            return rows.columns();
        }

        @Override
        public boolean next() throws IOException {
            return rows.next();
        }

        @Override
        public String value(int index) {
            return rows.value(index);
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
        public String suggestion(String name) {
            return rows.suggestion(name);
        }

        @Override
        public Map<String, String> constants() {
            Map<String, String> all = new LinkedHashMap<>(rows.constants());
            all.put(column, value);
            return all;
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
}
