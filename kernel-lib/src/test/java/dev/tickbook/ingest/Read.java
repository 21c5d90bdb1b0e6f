package dev.tickbook.ingest;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** All rows of a source, for tests to look at. */
final class Read {

    private Read() {}

    /** Each row as its values by the names of their columns; damaged ones as their line and what is wrong. */
    static List<Map<String, String>> all(Source source) throws IOException {
        List<Map<String, String>> all = new ArrayList<>();
        try (Rows rows = source.open()) {
            while (rows.next()) {
                Map<String, String> row = new LinkedHashMap<>();
                if (rows.damage() != null) {
                    row.put("line " + rows.line(), rows.damage());
                } else {
                    for (int i = 0; i < rows.columns().size(); i++) {
                        row.put(rows.columns().get(i), rows.value(i));
                    }
                }
                all.add(row);
            }
        }
        return all;
    }
}
