package dev.tickbook.db.internal;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/** Two columns may share a name in SQL, not in a table. */
final class ColumnNames {

    private final Set<String> taken = new HashSet<>();

    String unique(String label) {
        String name = label;
        for (int i = 2; !taken.add(name.toLowerCase(Locale.ROOT)); i++) {
            name = label + "_" + i;
        }
        return name;
    }
}
