package dev.tickbook.ingest.internal;

import java.util.Arrays;

/**
 * The bars of one symbol and length as a source gives them: what was there already, gaps, feeds that stand still, and
 * outliers. An outlier is a bar whose logarithmic return is farther from the median of the returns before it than ten
 * times their spread (1.4826 × the median absolute deviation, which is the standard deviation of normal returns) and five
 * percent. What comes after it is measured from the last bar that was none; three in a row are a new level.
 */
final class Series {

    private static final int WINDOW = 64;
    private static final int ENOUGH = 20;
    private static final int REVIEW_EVERY = 16;
    private static final double SPREADS = 10 * 1.4826;
    private static final double SMALLEST = 0.05;
    private static final int NEW_LEVEL_AFTER = 3;
    private static final int STALE_AFTER = 10;
    private static final long DAY = 86_400_000_000L;

    final String symbol;
    final String interval;
    private final long step;
    private final SeenTimes seen;

    private boolean any;
    private long lastTime;
    private int direction; // of time: 1, or -1 for files with the newest bar first
    private double lastClose = Double.NaN;
    private double[] returns;
    private int count;
    private double median;
    private double spread;
    private int outliers; // in a row
    private final long[] lastBar = new long[5];
    private int repetitions;

    /** Number of the batch that this series was last in. */
    long batch;

    Series(String symbol, String interval) {
        this.symbol = symbol;
        this.interval = interval;
        this.step = Intervals.micros(interval);
        this.seen = new SeenTimes(step);
    }

    /** Whether the source has not had this bar yet. */
    boolean isNew(long time) {
        return seen.add(time);
    }

    /** Whether the bar comes after a pause: of trading hours within a day, or of more than a long weekend. */
    boolean isAfterGap(long time) {
        long pause = Math.abs(time - lastTime);
        if (!any || step == 0) {
            return false;
        }
        if (step < DAY) {
            return pause > step && Math.floorDiv(time, DAY) == Math.floorDiv(lastTime, DAY);
        }
        return pause > (step == DAY ? 4 * DAY : step);
    }

    /** Whether the bar goes against the order of the ones before; to be asked once per bar. */
    boolean isOutOfOrder(long time) {
        int way = Long.compare(time, lastTime);
        boolean against = any && direction != 0 && way != direction;
        if (any && direction == 0) {
            direction = way;
        }
        any = true;
        lastTime = time;
        return against;
    }

    /** Whether these values have come so often that nobody may be sending new ones. */
    boolean isStale(long open, long high, long low, long close, long volume) {
        boolean same = lastBar[0] == open
                && lastBar[1] == high
                && lastBar[2] == low
                && lastBar[3] == close
                && lastBar[4] == volume;
        lastBar[0] = open;
        lastBar[1] = high;
        lastBar[2] = low;
        lastBar[3] = close;
        lastBar[4] = volume;
        repetitions = same ? repetitions + 1 : 0;
        return repetitions >= STALE_AFTER;
    }

    boolean isOutlier(double close) {
        if (!(close > 0)) {
            return false;
        }
        if (Double.isNaN(lastClose)) {
            lastClose = close;
            return false;
        }
        double change = Math.log(close / lastClose);
        if (count >= ENOUGH
                && Math.abs(change - median) > Math.max(SPREADS * spread, SMALLEST)
                && ++outliers < NEW_LEVEL_AFTER) {
            return true;
        }
        boolean isNewLevel = outliers >= NEW_LEVEL_AFTER;
        outliers = 0;
        lastClose = close;
        if (!isNewLevel) {
            learn(change);
        }
        return false;
    }

    private void learn(double change) {
        if (returns == null) {
            returns = new double[WINDOW];
        }
        returns[count++ % WINDOW] = change;
        if (count < ENOUGH || count % REVIEW_EVERY != 0 && count != ENOUGH) {
            return;
        }
        double[] sorted = Arrays.copyOf(returns, Math.min(count, WINDOW));
        Arrays.sort(sorted);
        median = sorted[sorted.length / 2];
        for (int i = 0; i < sorted.length; i++) {
            sorted[i] = Math.abs(sorted[i] - median);
        }
        Arrays.sort(sorted);
        spread = sorted[sorted.length / 2];
    }
}
