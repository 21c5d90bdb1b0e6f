package dev.tickbook.ingest.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Which bars a source has had, in little memory wherever within a minute they are stamped. */
class SeenTimesTest {

    private static final long MINUTE = 60_000_000;
    private static final int BARS = 2_000_000;

    @Test
    void minutesThatAreStampedAtTheirLastSecondTakeAFewBitsEach() {
        long before = used();
        SeenTimes times = new SeenTimes(MINUTE);
        for (int i = 0; i < BARS; i++) {
            assertNew(times, i * MINUTE + 59_000_000);
        }
        assertThat(used() - before).isLessThan(20_000_000);
        assertThat(times.add(7 * MINUTE + 59_000_000)).isFalse();
        assertThat(times.add(7 * MINUTE)).isTrue();
        assertThat(times.add(7 * MINUTE)).isFalse();
        assertThat(times.add(-3 * MINUTE + 59_000_000)).as("before 1970").isTrue();
        assertThat(times.add(-3 * MINUTE + 59_000_000)).isFalse();
    }

    private static void assertNew(SeenTimes times, long micros) {
        if (!times.add(micros)) {
            throw new AssertionError(micros + " was not there");
        }
    }

    private static long used() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
