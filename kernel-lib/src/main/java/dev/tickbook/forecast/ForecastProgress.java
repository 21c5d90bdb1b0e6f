package dev.tickbook.forecast;

/** Hears how far work on many pieces has come. */
@FunctionalInterface
public interface ForecastProgress {

    /**
     * Called after each piece, by one thread at a time.
     *
     * @param done how many pieces are done, those that failed included
     * @param total how many there are
     */
    void at(int done, int total);
}
