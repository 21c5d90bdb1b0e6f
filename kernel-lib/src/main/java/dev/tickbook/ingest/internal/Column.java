package dev.tickbook.ingest.internal;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A column of a stream: its name in the table, its type, and what its values must be. Immutable: each method returns a
 * changed copy.
 *
 * @param name in the table
 * @param kind its type
 * @param precision digits of a number, as in {@code numeric(precision, scale)}; 0: as many as there are
 * @param scale digits after the decimal point; -1: as many as there are
 * @param isRequired whether each row must have a value
 * @param least the smallest value, null for none
 * @param leastIsOut whether that value itself is too small
 * @param most the largest value, null for none
 * @param words the values that a text can have, by all that is written for them in lower case; empty: any
 * @param absent the value of a row that has none, null for NULL
 * @param aliases other names, as {@link #canonical} has them, the better ones first
 */
public record Column(
        String name,
        Kind kind,
        int precision,
        int scale,
        boolean isRequired,
        BigDecimal least,
        boolean leastIsOut,
        BigDecimal most,
        Map<String, String> words,
        String absent,
        List<String> aliases) {

    /** The types there are. */
    public enum Kind {
        TEXT,
        TEXTS,
        TIME,
        DATE,
        NUMBER,
        WHOLE,
        FLAG
    }

    private static Column of(String name, Kind kind, int precision, int scale) {
        return new Column(name, kind, precision, scale, false, null, false, null, Map.of(), null, List.of());
    }

    public static Column text(String name) {
        return of(name, Kind.TEXT, 0, 0);
    }

    /** Several texts in one value, between commas, semicolons or spaces. */
    public static Column texts(String name) {
        return of(name, Kind.TEXTS, 0, 0);
    }

    public static Column time(String name) {
        return of(name, Kind.TIME, 0, 0);
    }

    public static Column date(String name) {
        return of(name, Kind.DATE, 0, 0);
    }

    public static Column number(String name, int precision, int scale) {
        return of(name, Kind.NUMBER, precision, scale);
    }

    public static Column number(String name) {
        return of(name, Kind.NUMBER, 0, -1);
    }

    public static Column whole(String name) {
        return of(name, Kind.WHOLE, 19, 0);
    }

    public static Column flag(String name) {
        return of(name, Kind.FLAG, 0, 0);
    }

    public Column required() {
        return new Column(name, kind, precision, scale, true, least, leastIsOut, most, words, absent, aliases);
    }

    public Column atLeast(long value) {
        BigDecimal limit = BigDecimal.valueOf(value);
        return new Column(name, kind, precision, scale, isRequired, limit, false, most, words, absent, aliases);
    }

    public Column above(long value) {
        BigDecimal limit = BigDecimal.valueOf(value);
        return new Column(name, kind, precision, scale, isRequired, limit, true, most, words, absent, aliases);
    }

    public Column atMost(long value) {
        BigDecimal limit = BigDecimal.valueOf(value);
        return new Column(name, kind, precision, scale, isRequired, least, leastIsOut, limit, words, absent, aliases);
    }

    /** One of the values there are, and what else is written for it. */
    public Column word(String value, String... alsoWritten) {
        Map<String, String> more = new LinkedHashMap<>(words);
        Stream.concat(Stream.of(value), Arrays.stream(alsoWritten)).forEach(w -> more.put(w, value));
        return new Column(name, kind, precision, scale, isRequired, least, leastIsOut, most, more, absent, aliases);
    }

    public Column otherwise(String value) {
        return new Column(name, kind, precision, scale, isRequired, least, leastIsOut, most, words, value, aliases);
    }

    public Column aka(String... others) {
        return new Column(
                name, kind, precision, scale, isRequired, least, leastIsOut, most, words, absent, List.of(others));
    }

    /** A name with nothing but its letters and digits, in lower case: {@code adjclose} for {@code Adj. Close*}. */
    static String canonical(String header) {
        return header.codePoints()
                .filter(Character::isLetterOrDigit)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString()
                .toLowerCase(Locale.ROOT);
    }

    /** The values there are, for a message. */
    String choices() {
        return words.values().stream().distinct().collect(Collectors.joining(", "));
    }
}
