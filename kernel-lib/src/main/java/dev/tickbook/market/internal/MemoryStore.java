package dev.tickbook.market.internal;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;

/** Answers in this process's memory. */
final class MemoryStore implements AnswerStore {

    private static final long BYTES = 64L << 20;

    private final Cache<String, byte[]> answers = Caffeine.newBuilder()
            .maximumWeight(BYTES)
            .weigher((String key, byte[] answer) -> 2 * key.length() + answer.length)
            .build();

    @Override
    public byte[] get(String key) {
        return answers.getIfPresent(key);
    }

    @Override
    public void put(String key, byte[] answer) {
        answers.put(key, answer);
    }
}
