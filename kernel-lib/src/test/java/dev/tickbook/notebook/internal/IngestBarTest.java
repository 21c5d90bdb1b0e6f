package dev.tickbook.notebook.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What a notebook shows while rows come in. */
class IngestBarTest {

    private final FakeShell shell = new FakeShell();
    private final IngestBar bar = new IngestBar(shell, "bars.csv");

    @Test
    void whatIsDoneInAMomentShowsNothing() {
        bar.update(1_000, 0.5);
        bar.done(null);
        assertThat(shell.shown).isEmpty();
    }

    @Test
    void whatTakesLongerShowsABarThatGoesWhenItIsDone() throws InterruptedException {
        Thread.sleep(510);
        bar.update(1_000, 0.25);
        Thread.sleep(110);
        bar.update(2_000, Double.NaN);
        bar.done(null);
        assertThat(shell.shown)
                .extracting(Object::toString)
                .containsExactly("bars.csv: 1,000 of 4,000 rows", "bars.csv: 2,000 rows", "");
    }
}
