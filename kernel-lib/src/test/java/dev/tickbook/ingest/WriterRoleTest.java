package dev.tickbook.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tickbook.Tickbook;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whoever has the role tickbook_writer, and owns nothing, can load data. */
class WriterRoleTest {

    @TempDir
    Path folder;

    @Test
    void aWriterLoadsCorrectsAndHasRowsRejected() throws IOException {
        try (Tickbook owner = Tickbook.open()) {
            owner.sql("CREATE ROLE loader LOGIN PASSWORD 'loader' IN ROLE tickbook_writer")
                    .execute();
            try (Tickbook writer = Tickbook.connect(
                    "jdbc:" + owner.psqlUrl().replaceFirst("//[^@/]*@", "//").replaceFirst("\\?.*", ""),
                    "loader",
                    "loader")) {
                IngestReport first =
                        writer.ingest(csv("date,symbol,close\n2024-03-01,A,10\n2024-03-04,A,11\n2024-03-05,A,x\n"));
                assertThat(first.inserted()).isEqualTo(2);
                assertThat(first.rejected()).isOne();
                IngestReport second = writer.ingest(csv("date,symbol,close\n2024-03-01,A,10\n2024-03-04,A,12\n"));
                assertThat(second.updated()).isOne();
                assertThat(second.unchanged()).isOne();
                IngestReport news = writer.ingest(MarketStream.NEWS, csv("date,headline\n2024-03-01,Something\n"));
                assertThat(news.inserted()).isOne();
            }
            assertThat(owner.sql("SELECT line FROM market.ingest_rejects")
                            .table()
                            .rowCount())
                    .isOne();
            assertThat(owner.sql("SELECT close FROM market.market_data ORDER BY time")
                            .table()
                            .doubleColumn("close")
                            .asList())
                    .containsExactly(10.0, 12.0);
        }
    }

    private CsvFile csv(String text) throws IOException {
        return CsvFile.of(Files.writeString(folder.resolve("bars.csv"), text));
    }
}
