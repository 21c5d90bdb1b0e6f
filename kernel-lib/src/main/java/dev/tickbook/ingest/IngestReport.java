package dev.tickbook.ingest;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

/**
 * What became of the rows of one source. Every bar that was read is counted once:
 * {@code read = inserted + updated + unchanged}.
 *
 * @param source the file's name
 * @param symbols whose bars they are, in alphabetical order
 * @param read bars in the source
 * @param inserted bars that were new
 * @param updated bars that were there with other values
 * @param unchanged bars that were there already, or that the source repeats
 * @param from time of the earliest bar, null if there is none
 * @param to time of the latest bar, null if there is none
 */
public record IngestReport(
        String source,
        List<String> symbols,
        long read,
        long inserted,
        long updated,
        long unchanged,
        Instant from,
        Instant to) {

    private static final int SYMBOLS_NAMED = 5;
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm", Locale.ROOT);

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%s: %,d bars of %s, %s to %s\n%,d inserted, %,d updated, %,d unchanged",
                source,
                read,
                symbols.size() <= SYMBOLS_NAMED ? String.join(", ", symbols) : symbols.size() + " symbols",
                written(from),
                written(to),
                inserted,
                updated,
                unchanged);
    }

    private static String written(Instant time) {
        String text = TIME.format(time.atOffset(ZoneOffset.UTC));
        return text.endsWith(" 00:00") ? text.substring(0, text.length() - " 00:00".length()) : text;
    }
}
