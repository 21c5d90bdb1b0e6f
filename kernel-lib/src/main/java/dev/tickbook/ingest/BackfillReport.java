package dev.tickbook.ingest;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import tech.tablesaw.api.LongColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * What became of a backfill.
 *
 * @param service who was asked
 * @param interval length of the bars
 * @param from the first time
 * @param to before which
 * @param symbols what became of each, in the order in which they were named
 */
public record BackfillReport(String service, String interval, Instant from, Instant to, List<OfSymbol> symbols) {

    /**
     * What became of one symbol.
     *
     * @param symbol whose bars
     * @param inserted bars that were new
     * @param updated bars that were there with other values
     * @param unchanged bars that were there already
     * @param rejected bars that were not stored; they are in {@code market.ingest_rejects}
     * @param actions dividends and splits that were new
     * @param problem why there are no more, and what to do; null if there is no problem
     */
    public record OfSymbol(
            String symbol, long inserted, long updated, long unchanged, long rejected, long actions, String problem) {}

    /** @return whether every symbol has all that the service has of it */
    public boolean isComplete() {
        return problems().isEmpty();
    }

    /** @return the symbols that have a problem */
    public List<OfSymbol> problems() {
        return symbols.stream().filter(symbol -> symbol.problem() != null).toList();
    }

    /** @return one row per symbol, with the columns of {@link OfSymbol} */
    public Table table() {
        Table table = Table.create("Backfill from " + service);
        table.addColumns(StringColumn.create("symbol", symbols.stream().map(OfSymbol::symbol)));
        table.addColumns(LongColumn.create("inserted", symbols.stream().mapToLong(OfSymbol::inserted)));
        table.addColumns(LongColumn.create("updated", symbols.stream().mapToLong(OfSymbol::updated)));
        table.addColumns(LongColumn.create("unchanged", symbols.stream().mapToLong(OfSymbol::unchanged)));
        table.addColumns(LongColumn.create("rejected", symbols.stream().mapToLong(OfSymbol::rejected)));
        table.addColumns(LongColumn.create("actions", symbols.stream().mapToLong(OfSymbol::actions)));
        table.addColumns(StringColumn.create(
                "problem", symbols.stream().map(symbol -> symbol.problem() == null ? "" : symbol.problem())));
        return table;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "%s: %,d bars (%s) of %d symbols, %,d of them new",
                service,
                symbols.stream()
                        .mapToLong(s -> s.inserted + s.updated + s.unchanged)
                        .sum(),
                interval,
                symbols.size(),
                symbols.stream().mapToLong(OfSymbol::inserted).sum()));
        for (OfSymbol symbol : problems()) {
            text.append("\n").append(symbol.symbol()).append(": ").append(symbol.problem());
        }
        return text.toString();
    }
}
