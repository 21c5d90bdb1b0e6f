package dev.tickbook.notebook.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** How much of what a cell prints reaches the notebook. */
class LimitedOutputTest {

    private static String printed(int lines) {
        ByteArrayOutputStream target = new ByteArrayOutputStream();
        try (PrintStream out = LimitedOutput.of(new PrintStream(target, true, StandardCharsets.UTF_8))) {
            for (int i = 0; i < lines; i++) {
                out.print(String.format("line %07d\n", i));
            }
        }
        return target.toString(StandardCharsets.UTF_8);
    }

    @Test
    void whatIsShortIsPassedOnAsItIs() {
        assertThat(printed(1_000)).hasSize(13_000).startsWith("line 0000000\n").endsWith("line 0000999\n");
    }

    @Test
    void ofWhatIsLongTheMiddleIsLeftOut() {
        String text = printed(1_000_000);
        assertThat(text).hasSizeLessThan(120_000).startsWith("line 0000000\n").endsWith("line 0999999\n");
        assertThat(text).contains("… 12,890,000 characters are left out …");
    }

    @Test
    void nothingIsLostOrSaidToBeWhereTheEndFits() {
        assertThat(printed(8_000)).hasSize(104_000).doesNotContain("left out").endsWith("line 0007999\n");
    }

    @Test
    void aFloodOfLinesIsSentInFewPieces() {
        AtomicInteger flushes = new AtomicInteger();
        OutputStream browser = new ByteArrayOutputStream() {
            @Override
            public void flush() {
                flushes.incrementAndGet();
            }
        };
        try (PrintStream out = LimitedOutput.of(new PrintStream(browser, false, StandardCharsets.UTF_8))) {
            out.println("first");
            assertThat(flushes).as("what is said first is said at once").hasPositiveValue();
            for (int i = 0; i < 5_000; i++) {
                out.println("line " + i);
            }
        }
        assertThat(browser.toString()).startsWith("first").endsWith("line 4999" + System.lineSeparator());
        assertThat(flushes).hasValueLessThan(1_000);
    }
}
