package dev.tickbook.notebook.internal.sql;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * One statement of a cell.
 *
 * @param text for the driver: a ? for each parameter, other question marks doubled
 * @param parameters names of the Java variables to bind, in order; a name that is used twice is there twice
 * @param words the keywords and names outside quotes, in upper case, in order
 * @param places for each character of what the server gets, where it is in the cell, counted from 0; the server counts
 *     a character that takes two in Java as one
 */
record SqlStatement(String text, List<String> parameters, List<String> words, int[] places) {

    private static final List<String> CHANGES = List.of("INSERT", "UPDATE", "DELETE", "MERGE");

    private static final List<String> DECORATION =
            List.of("OR", "REPLACE", "TEMP", "TEMPORARY", "UNLOGGED", "UNIQUE", "MATERIALIZED");

    /** What it does, in a word: SELECT, CREATE … */
    String verb() {
        return words.isEmpty() ? "" : words.get(0);
    }

    /** Whether it is a query as COPY takes them: it may change rows only through functions. */
    boolean isPlainQuery() {
        return switch (verb()) {
            case "SELECT", "VALUES" -> true;
            case "WITH" -> words.stream().noneMatch(CHANGES::contains);
            default -> false;
        };
    }

    /** Whether the rows come from the client, or go to it, past the driver's results. */
    boolean copiesToOrFromClient() {
        return verb().equals("COPY") && (words.contains("STDIN") || words.contains("STDOUT"));
    }

    /** Whether it may return rows that the driver should fetch by and by, which needs a transaction, and is allowed in one. */
    boolean mayReturnManyRows() {
        return CHANGES.contains(verb())
                || List.of("WITH", "SELECT", "VALUES", "TABLE", "").contains(verb());
    }

    /** From a position in what the server got to one in the cell, both counted from 1; 0 where there is none. */
    int place(int position) {
        return position < 1 || places.length == 0 ? 0 : places[Math.min(position, places.length) - 1] + 1;
    }

    /** Such as CREATE TABLE: what people call it. */
    String title() {
        List<String> telling = words.stream()
                .filter(word -> !DECORATION.contains(word))
                .limit(2)
                .toList();
        boolean twoWords =
                List.of("CREATE", "DROP", "ALTER", "REFRESH", "COMMENT").contains(verb());
        return twoWords ? String.join(" ", telling) : verb();
    }

    static String word(String text) {
        return text.toUpperCase(Locale.ROOT);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SqlStatement s
                && text.equals(s.text)
                && parameters.equals(s.parameters)
                && words.equals(s.words)
                && Arrays.equals(places, s.places);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }
}
