package dev.tickbook.market;

/** Events of the market, told until it is closed; see {@link KnownMarket#subscribe}. */
public interface Subscription extends AutoCloseable {

    /**
     * Ends it. When this returns, no event is being told, nor will one be: it waits for the listener, a minute
     * at most, unless the listener itself calls it.
     */
    @Override
    void close();
}
