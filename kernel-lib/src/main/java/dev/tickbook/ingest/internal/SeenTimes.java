package dev.tickbook.ingest.internal;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Which bars of a series a source has had already, one bit for each: a million minute bars take about half a megabyte.
 * Bars may be stamped anywhere within their length, as at the last second of a minute: what the first time is off counts
 * for all. Times that are off by something else are few, and kept one by one.
 */
final class SeenTimes {

    private static final int BITS = 1 << 12;

    private final long step;
    private long offset = -1; // of the first time from a multiple of the step
    private final Map<Long, long[]> pages = new HashMap<>();
    private Set<Long> others;
    private long lastNumber = Long.MIN_VALUE;
    private long[] lastPage;

    /** @param step length of the bars in microseconds; 0 where that depends on the calendar */
    SeenTimes(long step) {
        this.step = step > 0 ? step : 86_400_000_000L;
    }

    /** Notes a time; false if it was there. */
    boolean add(long micros) {
        if (offset < 0) {
            offset = Math.floorMod(micros, step);
        }
        long index = Math.floorDiv(micros - offset, step);
        if (index * step != micros - offset) {
            others = others == null ? new HashSet<>() : others;
            return others.add(micros);
        }
        long number = Math.floorDiv(index, BITS);
        if (number != lastNumber) {
            lastPage = pages.computeIfAbsent(number, any -> new long[BITS / Long.SIZE]);
            lastNumber = number;
        }
        int bit = (int) Math.floorMod(index, (long) BITS);
        long mask = 1L << bit;
        boolean isNew = (lastPage[bit / Long.SIZE] & mask) == 0;
        lastPage[bit / Long.SIZE] |= mask;
        return isNew;
    }
}
