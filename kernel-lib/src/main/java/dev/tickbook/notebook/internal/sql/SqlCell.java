package dev.tickbook.notebook.internal.sql;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a person wrote below {@code %%sql}.
 *
 * @param text all of it
 * @param keepAs the variable that is to hold the last result, from {@code name << SELECT …}; null to show it
 * @param statements in order, without empty ones
 */
record SqlCell(String text, String keepAs, List<SqlStatement> statements) {

    private static final Pattern KEEP =
            Pattern.compile("\\A(?:\\s|--[^\\n]*\\n)*+([\\p{Alpha}_$][\\p{Alnum}_$]*)\\s*<<");

    static SqlCell parse(String text) {
        Matcher keep = KEEP.matcher(text);
        boolean kept = keep.find();
        return new SqlCell(
                text, kept ? keep.group(1) : null, new SqlSplitter(text, kept ? keep.end() : 0).statements());
    }
}
