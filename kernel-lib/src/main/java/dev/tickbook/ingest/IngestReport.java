package dev.tickbook.ingest;

import java.time.Instant;

/**
 * What became of the rows of one source. Every bar that was read is counted once:
 * {@code read = inserted + updated + unchanged}.
 *
 * @param source the file's name
 * @param read bars in the source
 * @param inserted bars that were new
 * @param updated bars that were there with other values
 * @param unchanged bars that were there already, or that the source repeats
 * @param from time of the earliest bar, null if there is none
 * @param to time of the latest bar, null if there is none
 */
public record IngestReport(
        String source, long read, long inserted, long updated, long unchanged, Instant from, Instant to) {

    @Override
    public String toString() {
        return "%s: %,d bars read, %,d inserted, %,d updated, %,d unchanged; %s to %s"
                .formatted(source, read, inserted, updated, unchanged, from, to);
    }
}
