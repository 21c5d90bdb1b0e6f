package dev.tickbook.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tickbook.Tickbook;
import dev.tickbook.ingest.internal.TerminalProgress;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How far an ingestion is. */
class ProgressTest {

    @TempDir
    Path folder;

    @Test
    void theListenerHearsOfEachBatchAndOfTheEnd() throws IOException {
        List<Long> rows = new ArrayList<>();
        List<Double> fractions = new ArrayList<>();
        List<IngestReport> reports = new ArrayList<>();
        ByteArrayOutputStream terminal = new ByteArrayOutputStream();
        TerminalProgress bar = new TerminalProgress("BIG.csv", new PrintStream(terminal, true, StandardCharsets.UTF_8));
        try (Tickbook tb = Tickbook.open()) {
            tb.ingestion(MarketStream.PRICES, CsvFile.of(bars(20_000)))
                    .batchRows(5_000)
                    .progress(new IngestProgress() {
                        @Override
                        public void update(long read, double fraction) {
                            rows.add(read);
                            fractions.add(fraction);
                            bar.update(read, fraction);
                        }

                        @Override
                        public void done(IngestReport report) {
                            reports.add(report);
                            bar.done(report);
                        }
                    })
                    .run();
        }
        assertThat(rows).containsExactly(5_000L, 10_000L, 15_000L, 20_000L);
        assertThat(fractions)
                .isSorted()
                .allSatisfy(fraction -> assertThat(fraction).isBetween(0.1, 1.0));
        assertThat(reports)
                .singleElement()
                .satisfies(report -> assertThat(report.inserted()).isEqualTo(20_000));
        assertThat(terminal.toString(StandardCharsets.UTF_8))
                .contains("\rBIG.csv [", "5,000 rows", "100 % 20,000 rows")
                .endsWith(System.lineSeparator());
    }

    private Path bars(int count) throws IOException {
        StringBuilder text = new StringBuilder("date,close\n");
        for (int i = 0; i < count; i++) {
            text.append(LocalDate.of(1970, 1, 1).plusDays(i))
                    .append(",1")
                    .append(i % 10)
                    .append('\n');
        }
        return Files.writeString(folder.resolve("BIG.csv"), text);
    }
}
