package dev.tickbook.notebook.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tickbook.db.internal.Preview;
import java.time.Instant;
import java.util.Locale;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.InstantColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.LongColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** How a notebook and a terminal show a table. */
class TableViewTest {

    @Test
    void htmlInTheDataIsOnlyText() {
        Table table = Table.create(StringColumn.create("<b>name</b>", "<script>alert(\"x\")</script>"));
        assertThat(TableView.html(table))
                .contains("&lt;b&gt;name&lt;/b&gt;", "&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;")
                .doesNotContain("<script>", "<b>");
    }

    @Test
    void aLongTableIsCutInTheMiddleAndSaysHowLongItIs() {
        Table table = Table.create(IntColumn.create("i", IntStream.rangeClosed(1, 1234)));
        assertThat(TableView.html(table))
                .contains(">10<", ">…<", ">1,225<", ">1,234<", "1,234 rows × 1 column")
                .doesNotContain(">11<", ">1,224<");
        assertThat(TableView.text(table)).contains("…", "1,234 rows × 1 column").doesNotContain("1,224");
    }

    @Test
    void aShortTableIsShownWhole() {
        Table table = Table.create(IntColumn.create("i", IntStream.rangeClosed(1, 20)));
        assertThat(TableView.html(table)).contains(">11<").doesNotContain("…");
    }

    @Test
    void valuesReadTheSameInEveryLocale() {
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.GERMANY);
            Table table = Table.create(
                    InstantColumn.create("time", Instant.parse("2024-03-01T14:30:00Z")),
                    DoubleColumn.create("price", 1234.5),
                    DoubleColumn.create("tiny", 0.0000123456),
                    LongColumn.create("volume", 9_007_199_254_740_993L),
                    StringColumn.create("missing", (String) null));
            assertThat(TableView.html(table))
                    .contains(">2024-03-01 14:30:00<", ">1,234.5<", ">1.235e-05<", ">9,007,199,254,740,993<", "></td>");
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void theNumbersOfAColumnHaveTheSameDecimals() {
        assertThat(TableView.html(Table.create(DoubleColumn.create("price", 60.2, 60.25, 1060))))
                .contains(">60.20<", ">60.25<", ">1,060.00<");
    }

    @Test
    void aColumnOfMidnightsShowsDates() {
        Instant midnight = Instant.parse("2024-03-01T00:00:00Z");
        assertThat(TableView.html(Table.create(InstantColumn.create("day", midnight))))
                .contains(">2024-03-01<");
        assertThat(TableView.html(Table.create(InstantColumn.create("t", midnight, midnight.plusSeconds(60)))))
                .contains(">2024-03-01 00:00:00<", ">2024-03-01 00:01:00<");
    }

    @Test
    void numbersStandOnTheRight() {
        assertThat(TableView.html(Table.create(DoubleColumn.create("price", 1.0))))
                .contains("<td style=\"text-align:right\">1</td>");
        assertThat(TableView.html(Table.create(StringColumn.create("name", "x"))))
                .contains("<td style=\"text-align:left\">x</td>");
    }

    @Test
    void eachColumnSaysWhatItHolds() {
        Table table = Table.create(
                InstantColumn.create("time", Instant.EPOCH),
                DoubleColumn.create("price", 1.5),
                StringColumn.create("symbol", "A"));
        assertThat(TableView.html(table))
                .containsSubsequence("time<br>", "time, UTC", "price<br>", "number", "symbol<br>", "text");
    }

    @Test
    void ofAResultThatIsNotHeldTheEndsAreShownWithItsRealLength() {
        Table ends = Table.create(IntColumn.create("i", IntStream.rangeClosed(1, 20)));
        assertThat(TableView.html(new Preview(ends, 10_000_000)))
                .contains(">10<", ">…<", ">11<", "10,000,000 rows × 1 column");
    }

    @Test
    void aLongTextIsCut() {
        assertThat(TableView.html(Table.create(StringColumn.create("s", "x".repeat(5000)))))
                .contains("x".repeat(200) + "…")
                .doesNotContain("x".repeat(201));
    }

    @Test
    void aRowIsALineOfText() {
        Table table = Table.create(StringColumn.create("two\nlines", "x\ny", "z"));
        assertThat(TableView.text(table).lines())
                .anyMatch(line -> line.contains("two lines"))
                .anyMatch(line -> line.contains("x y"));
    }

    @Test
    void markdownAlignsNumbersAndHidesWhatWouldEndACell() {
        Table table =
                Table.create(StringColumn.create("a|b", "x|y\nz", "<b>"), DoubleColumn.create("price", 1, 1000.5));
        assertThat(TableView.markdown(table))
                .isEqualTo(
                        "| a\\|b | price |\n|---|---:|\n| x\\|y z | 1.0 |\n| &lt;b&gt; | 1,000.5 |\n\n2 rows × 2 columns\n");
    }
}
