package dev.tickbook.ingest;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** A service that has the past of symbols. {@link Backfill} asks it piece by piece. */
public interface HistoryService {

    /** @return what reports call it */
    String name();

    /**
     * @param symbol as it is stored
     * @param interval length of the bars: 1m, 1h, 1d …
     * @param from the first time at which a bar may open
     * @param to before which bars open
     * @return the bars, asked for when it is opened
     */
    Source bars(String symbol, String interval, Instant from, Instant to);

    /**
     * @param symbol as it is stored
     * @param from the first time
     * @param to before which
     * @return dividends and splits, asked for when it is opened; empty if the service has none of any symbol
     */
    Optional<Source> actions(String symbol, Instant from, Instant to);

    /**
     * @param interval length of the bars
     * @return how much of the past one question may be about
     */
    Duration longestPiece(String interval);
}
