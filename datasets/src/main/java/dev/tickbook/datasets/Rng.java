package dev.tickbook.datasets;

/**
 * The generator's own random numbers: SplitMix64, a counter stepped by the golden ratio and mixed. Written out here,
 * with {@link StrictMath} only, so that every JDK and machine draws the same numbers.
 *
 * <p>A stream is keyed by the seed and what it is for, so one symbol's or one day's numbers do not depend on which
 * others were drawn before.
 */
final class Rng {

    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private long state;
    private double spare;
    private boolean hasSpare;

    private Rng(long state) {
        this.state = state;
    }

    static Rng keyed(long seed, Topic topic, long... keys) {
        long state = mix(mix(seed + GOLDEN) ^ topic.key);
        for (long key : keys) {
            state = mix(state + GOLDEN * (key + 1));
        }
        return new Rng(state);
    }

    private static long mix(long value) {
        long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    private long next() {
        state += GOLDEN;
        return mix(state);
    }

    /** Uniform in [0, 1). */
    double uniform() {
        return (next() >>> 11) * 0x1.0p-53;
    }

    double uniform(double from, double to) {
        return from + (to - from) * uniform();
    }

    boolean chance(double probability) {
        return uniform() < probability;
    }

    /** Uniform in 0 … bound-1. */
    int below(int bound) {
        return (int) (((next() >>> 32) * bound) >>> 32);
    }

    int between(int from, int to) {
        return from + below(to - from + 1);
    }

    @SafeVarargs
    final <T> T oneOf(T... choices) {
        return choices[below(choices.length)];
    }

    /** Standard normal, by Marsaglia's polar method. */
    double gaussian() {
        if (hasSpare) {
            hasSpare = false;
            return spare;
        }
        while (true) {
            double x = 2 * uniform() - 1;
            double y = 2 * uniform() - 1;
            double square = x * x + y * y;
            if (square > 0 && square < 1) {
                double scale = StrictMath.sqrt(-2 * StrictMath.log(square) / square);
                spare = y * scale;
                hasSpare = true;
                return x * scale;
            }
        }
    }

    /** What a stream of numbers is for; the keys must never change, or every market does. */
    enum Topic {
        MARKET(1),
        SECTOR(2),
        SYMBOL(3),
        PATH(4),
        DAY(5),
        MINUTES(6),
        DEFECT(7),
        NEWS(8),
        INSIDER(9),
        SENTIMENT(10),
        GOVERNMENT(11),
        OPTIONS(12);

        private final long key;

        Topic(long key) {
            this.key = key;
        }
    }
}
