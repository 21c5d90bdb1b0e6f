package dev.tickbook.market;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/** What a {@link Subscription} tells of: rows that came in, or a time in which some may have come in unheard. */
public sealed interface MarketEvent {

    /**
     * Rows were inserted and are visible. A statement makes one event; the rows themselves are read from the table.
     *
     * @param table of schema {@code market}: stock_prices_realtime, predictions or block_predictions
     * @param rows how many
     * @param firstId the lowest realtime_id or prediction_id; null for block_predictions
     * @param lastId the highest; rows of others may have numbers in between
     * @param symbols whose rows; empty where there are more than 50
     */
    record Inserted(String table, long rows, Long firstId, Long lastId, List<String> symbols) implements MarketEvent {
        public Inserted {
            symbols = List.copyOf(symbols);
        }
    }

    /**
     * The connection was lost; events between these times may be missing. What was heard before and what is heard after
     * is whole.
     *
     * <p>The queries give the rows of that time, and of the minute before, for transactions that took so long to commit:
     * so some that were heard of as well. Prices are found by when they were received, predictions by when they were made.
     *
     * @param from the last time at which the connection is known to have worked, the server's clock, UTC
     * @param to when it worked again
     * @param queries by table, the SELECT that reads what came in, for {@link dev.tickbook.Tickbook#sql}
     */
    record Gap(Instant from, Instant to, Map<String, String> queries) implements MarketEvent {
        public Gap {
            queries = Map.copyOf(queries);
        }
    }
}
