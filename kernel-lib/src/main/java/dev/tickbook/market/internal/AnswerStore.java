package dev.tickbook.market.internal;

/** Where answers are kept. What it has under a key is what was put there; it may forget anything at any time. */
interface AnswerStore extends AutoCloseable {

    /** The answer, or null. */
    byte[] get(String key);

    void put(String key, byte[] answer);

    @Override
    default void close() {}
}
