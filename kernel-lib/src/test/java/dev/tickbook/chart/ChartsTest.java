package dev.tickbook.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tickbook.TickbookException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.OHLCChart;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.style.AxesChartStyler;
import tech.tablesaw.api.DateColumn;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.InstantColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** Charts of tables. */
class ChartsTest {

    private static Table bars() {
        return Table.create(
                DateColumn.create("time", LocalDate.of(2024, 3, 4), LocalDate.of(2024, 3, 1), LocalDate.of(2024, 3, 5)),
                DoubleColumn.create("open", 11.0, 10.0, Double.NaN),
                DoubleColumn.create("high", 12.0, 11.5, Double.NaN),
                DoubleColumn.create("low", 10.5, 9.5, Double.NaN),
                DoubleColumn.create("close", 11.5, 11.0, 12.0),
                StringColumn.create("symbol", "A", "A", "A"));
    }

    @Test
    void aCandlestickDrawsCompleteBarsInTheOrderOfTime() {
        OHLCChart chart = Charts.candlestick(bars(), "A");
        assertThat(chart.getSeries("bars").getCloseData()).containsExactly(11.0, 11.5);
    }

    @Test
    void aLineKeepsItsGaps() {
        XYChart chart = Charts.lines(bars(), "A", "USD", "open", "close");
        assertThat(chart.getSeries("open").getYData()).containsExactly(10.0, 11.0, Double.NaN);
        assertThat(chart.getSeries("close").getYData()).containsExactly(11.0, 11.5, 12.0);
    }

    /** XChart leaves all labels out where two are the same. */
    @Test
    void ticksOfAnAxisAreToldApart() {
        AxesChartStyler few = Charts.lines(bars().first(2), "A", "USD", "close").getStyler();
        Function<Double, String> price = few.getYAxisTickLabelsFormattingFunction();
        assertThat(Stream.of(1.0842, 1.0844, 0.00001, 0.00002, 12_345_678.0, 1250.5, 0.30000000000000004, -1e-17)
                        .map(price))
                .containsExactly("1.0842", "1.0844", "0.00001", "0.00002", "12,345,678", "1,250.5", "0.3", "0");

        InstantColumn seconds = InstantColumn.create("time", Instant.EPOCH, Instant.EPOCH.plusSeconds(20));
        Function<Double, String> second = Charts.lines(
                        Table.create(seconds, DoubleColumn.create("v", 1, 2)), "A", "USD", "v")
                .getStyler()
                .getXAxisTickLabelsFormattingFunction();
        assertThat(second.apply(5000.0)).isEqualTo("00:00:05");

        Table twoDays = bars().where(bars().dateColumn("time").isAfter(LocalDate.of(2024, 3, 2)));
        Function<Double, String> day =
                Charts.lines(twoDays, "A", "USD", "close").getStyler().getXAxisTickLabelsFormattingFunction();
        double midnight = Instant.parse("2024-03-04T00:00:00Z").toEpochMilli();
        assertThat(day.apply(midnight)).isEqualTo("4 Mar 2024");
        assertThat(day.apply(midnight + 43_200_000)).isEqualTo("4 Mar 12:00");
    }

    @Test
    void whatCannotBeDrawnIsNamed() {
        assertThatThrownBy(() -> Charts.candlestick(bars().removeColumns("low"), "A"))
                .isInstanceOf(TickbookException.class)
                .hasMessage("The table has no column \"low\" to draw. It has: time, open, high, close, symbol.");
        assertThatThrownBy(() -> Charts.lines(bars(), "A", "USD", "symbol"))
                .isInstanceOf(TickbookException.class)
                .hasMessage("Column \"symbol\" holds string values; a chart needs numbers.");
        assertThatThrownBy(() -> Charts.candlestick(bars().emptyCopy(), "A"))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("There is no bar to draw in \"A\"");
        assertThatThrownBy(() -> Charts.lines(bars().emptyCopy(), "A", "USD", "close"))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("There is nothing to draw in \"A\"");
    }

    @Test
    void anInteractiveCandlestickBringsItsBarsAndNeedsNoNetwork() {
        String html = Charts.interactive(bars(), "A </script> & \"B\"", "USD</script>")
                .html();
        assertThat(html)
                .contains("[1709251200000,10,11.5,9.5,11],\n[1709510400000,11,12,10.5,11.5]]")
                .contains("alt=\"A &lt;/script&gt; &amp; &quot;B&quot;\"", "\"USD\\u003c/script\\u003e\"")
                .containsOnlyOnce("</script>")
                .doesNotContain("src=\"http");
    }

    @Test
    void moreBarsThanAPageTakesAreRefused() {
        int many = 20_001;
        DoubleColumn price = DoubleColumn.create("price", new double[many]);
        DateColumn days = DateColumn.create("time", many);
        for (int i = 0; i < many; i++) {
            days.set(i, LocalDate.EPOCH.plusDays(i));
        }
        Table bars = Table.create(days);
        for (String name : new String[] {"open", "high", "low", "close"}) {
            bars.addColumns(price.copy().setName(name));
        }
        assertThatThrownBy(() -> Charts.interactive(bars, "A", "USD"))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("\"A\" has 20,001 bars; a page takes up to 20,000");
    }

    @Test
    void barsStandInTheOrderOfTheTable() {
        CategoryChart chart = Charts.bars(bars(), "A", "USD", "time", "open", "close");
        assertThat(chart.getSeries("open").getXData()).isEqualTo(List.of("2024-03-04", "2024-03-01", "2024-03-05"));
    }
}
