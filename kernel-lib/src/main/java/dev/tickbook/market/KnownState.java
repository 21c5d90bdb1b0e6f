package dev.tickbook.market;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * All that was known of a symbol at a moment.
 *
 * @param at the moment, UTC
 * @param symbol the symbol
 * @param bar the last daily bar that had closed
 * @param indicators of the last 250 such bars, adjusted for splits in force: bars, sma_20, sma_50, sma_200, ema_12,
 *     ema_26, macd, macd_signal, macd_histogram, rsi_14, bollinger_middle, bollinger_upper, bollinger_lower, atr_14; NaN
 *     where there were too few bars
 * @param json all of it as the database gives it: these and corporate_actions, news, insider_trades, sentiment,
 *     government_events and predictions, each the latest first
 */
public record KnownState(Instant at, String symbol, Optional<Bar> bar, Map<String, Double> indicators, String json) {

    public KnownState {
        indicators = Map.copyOf(indicators);
    }
}
