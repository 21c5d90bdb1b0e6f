package dev.tickbook.ingest;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import tech.tablesaw.api.LongColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * What became of the rows of one source. Every row that was read is counted once:
 * {@code read = inserted + updated + unchanged + rejected}.
 *
 * @param source what the source calls itself: the file's name
 * @param stream what the rows are
 * @param symbols whose rows they are, in alphabetical order; empty for a stream without symbols
 * @param read rows of the source
 * @param inserted rows that were new
 * @param updated rows that were there with other values
 * @param unchanged rows that were there already, or that the source repeats
 * @param rejected rows that were not stored; they are in {@code market.ingest_rejects}, with the reason
 * @param from time of the earliest row that is stored, null if there is none
 * @param to time of the latest row that is stored, null if there is none
 * @param cancelled whether the ingestion was cancelled: then the source has more rows
 * @param findings what the checks found, the most rows first
 */
public record IngestReport(
        String source,
        MarketStream stream,
        List<String> symbols,
        long read,
        long inserted,
        long updated,
        long unchanged,
        long rejected,
        Instant from,
        Instant to,
        boolean cancelled,
        List<Finding> findings) {

    private static final int SYMBOLS_NAMED = 5;
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm", Locale.ROOT);

    /**
     * What a check found.
     *
     * @param check its name, for example {@code outlier}
     * @param outcome {@code rejected}: the rows are not stored; {@code flagged}: they are, with a low
     *     {@code quality_score}; {@code noted}: they are, as they are
     * @param symbol whose rows, empty where that is not known
     * @param interval of the bars, empty where that is not known
     * @param rows how many
     * @param firstLine where the first one is in the source
     */
    public record Finding(String check, String outcome, String symbol, String interval, long rows, long firstLine) {}

    /**
     * What the checks found, as a table.
     *
     * @return one row per check, symbol and interval: {@code check}, {@code outcome}, {@code symbol}, {@code interval},
     *     {@code rows} and {@code first_line}, as {@link Finding} has them; no rows where nothing was found
     */
    public Table quality() {
        Table table = Table.create(
                "Quality of " + source,
                StringColumn.create("check"),
                StringColumn.create("outcome"),
                StringColumn.create("symbol"),
                StringColumn.create("interval"),
                LongColumn.create("rows"),
                LongColumn.create("first_line"));
        for (Finding finding : findings) {
            table.stringColumn("check").append(finding.check());
            table.stringColumn("outcome").append(finding.outcome());
            table.stringColumn("symbol").append(finding.symbol());
            table.stringColumn("interval").append(finding.interval());
            table.longColumn("rows").append(finding.rows());
            table.longColumn("first_line").append(finding.firstLine());
        }
        return table;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(String.format(Locale.ROOT, "%s: %,d %s", source, read, stream.rows()));
        if (!symbols.isEmpty()) {
            text.append(" of ")
                    .append(symbols.size() <= SYMBOLS_NAMED ? String.join(", ", symbols) : symbols.size() + " symbols");
        }
        if (from != null) {
            text.append(", ").append(written(from)).append(" to ").append(written(to));
        }
        text.append(
                String.format(Locale.ROOT, "\n%,d inserted, %,d updated, %,d unchanged", inserted, updated, unchanged));
        if (rejected > 0) {
            text.append(String.format(Locale.ROOT, ", %,d rejected (see market.ingest_rejects)", rejected));
        }
        return text.append(cancelled ? "\ncancelled: run it again to go on" : "")
                .toString();
    }

    private static String written(Instant time) {
        String text = TIME.format(time.atOffset(ZoneOffset.UTC));
        return text.endsWith(" 00:00") ? text.substring(0, text.length() - " 00:00".length()) : text;
    }
}
