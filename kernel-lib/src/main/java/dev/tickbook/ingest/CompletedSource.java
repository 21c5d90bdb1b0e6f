package dev.tickbook.ingest;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** A source whose rows have one more value in common; see {@link Source#with}. */
record CompletedSource(Source source, String column, String value) implements Source {

    @Override
    public String name() {
        return source.name();
    }

    @Override
    public Rows open() throws IOException {
        return new ForwardingRows(source.open()) {
            @Override
            public Map<String, String> constants() {
                Map<String, String> all = new LinkedHashMap<>(super.constants());
                all.put(column, value);
                return all;
            }
        };
    }
}
