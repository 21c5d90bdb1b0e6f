package dev.tickbook.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.BooleanColumn;
import tech.tablesaw.api.DateColumn;
import tech.tablesaw.api.DateTimeColumn;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.InstantColumn;
import tech.tablesaw.api.LongColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** Rows of a table in memory. */
class TableSourceTest {

    @Test
    void valuesComeAsTextOfTheirTypeAndMissingOnesAsNone() throws IOException {
        Table table = Table.create(
                "bars",
                InstantColumn.create("time", Arrays.asList(Instant.parse("2024-03-01T14:30:00Z"), null)),
                DateTimeColumn.create("local", Arrays.asList(LocalDateTime.parse("2024-03-01T14:30"), null)),
                DateColumn.create("day", Arrays.asList(LocalDate.parse("2024-03-01"), null)),
                DoubleColumn.create("price", 12_345_678.5, Double.NaN),
                LongColumn.create("volume", 9_000_000_000L, 7),
                BooleanColumn.create("flag", Arrays.asList(true, null)),
                StringColumn.create("symbol", "AAPL", ""));
        TableSource source = TableSource.of(table);
        assertThat(source.name()).isEqualTo("bars");
        assertThat(Read.all(source).get(0))
                .isEqualTo(Map.of(
                        "time", "2024-03-01T14:30:00Z",
                        "local", "2024-03-01T14:30:00",
                        "day", "2024-03-01",
                        "price", "12345678.5",
                        "volume", "9000000000",
                        "flag", "true",
                        "symbol", "AAPL"));
        assertThat(Read.all(source).get(1).values()).containsOnly(null, "7");
        assertThat(TableSource.of(Table.create()).name()).isEqualTo("table");
    }
}
