package dev.tickbook.ingest;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What became of a {@link RealtimeProducer}: {@code received = inserted + unchanged + rejected}.
 *
 * @param cycles how often every ticker was asked for
 * @param received prices that came
 * @param inserted those that were new
 * @param unchanged those that were there already, as when nothing is traded
 * @param rejected those that are in {@code market.ingest_rejects}
 * @param days of the history that changed
 * @param symbols the tickers that have a history now
 * @param problems the last word about each ticker that had no answer in the last cycle
 */
public record RealtimeReport(
        int cycles,
        long received,
        long inserted,
        long unchanged,
        long rejected,
        long days,
        List<String> symbols,
        Map<String, String> problems) {

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%,d cycles, %,d prices: %,d inserted, %,d unchanged, %,d rejected; %,d days of history changed%s",
                cycles,
                received,
                inserted,
                unchanged,
                rejected,
                days,
                problems.isEmpty() ? "" : "\n" + String.join("\n", problems.values()));
    }
}
