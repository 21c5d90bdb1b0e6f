package dev.tickbook.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tickbook.TickbookException;
import dev.tickbook.chart.internal.ChartPanel;
import dev.tickbook.forecast.Diagnostics;
import dev.tickbook.forecast.FittedModel;
import dev.tickbook.forecast.Forecast;
import dev.tickbook.forecast.Naive;
import dev.tickbook.forecast.TimeSeries;
import java.awt.image.BufferedImage;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.internal.chartpart.Chart;
import tech.tablesaw.api.DateColumn;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** Charts of models and forecasts. */
class ForecastChartsTest {

    private static final double[] WALK = {1, 3, 2, Double.NaN, 4, 3, 5, 6};
    private static final TimeSeries SERIES = new TimeSeries(WALK, 1);
    private static final Forecast FORECAST = new Naive().fit(SERIES).forecast(3, 80, 95);

    @Test
    void aFanShowsSeriesForecastIntervalsAndWhatCame() {
        XYChart chart = ForecastCharts.fan(SERIES, FORECAST, "A walk", "USD", 7, 6.5);
        assertThat(chart.getSeriesCollection())
                .extracting(XYSeries::getName)
                .containsExactly("95 %", "80 %", "observed", "naive", "what came");
        assertThat(chart.getSeries("observed").getYData()).containsExactly(WALK);
        assertThat(chart.getSeries("observed").getXData()).containsExactly(-7, -6, -5, -4, -3, -2, -1, 0);
        assertThat(chart.getSeries("naive").getXData()).containsExactly(1, 2, 3);
        assertThat(chart.getSeries("naive").getYData()).containsExactly(6, 6, 6);
        assertThat(chart.getSeries("what came").getXData()).containsExactly(1, 2);
        double[] band = chart.getSeries("95 %").getYData(); // there along the upper ends, back along the lower, closed
        assertThat(band).hasSize(7);
        assertThat(band[2]).isEqualTo(FORECAST.upper()[1][2]);
        assertThat(band[3]).isEqualTo(FORECAST.lower()[1][2]);
        assertThat(band[6]).isEqualTo(band[0]);
        assertThat(chart.getYAxisTitle()).isEqualTo("USD");
        assertThat(chart.getXAxisTitle()).isEqualTo("steps from the last observation");
    }

    @Test
    void aFanOverTimeTakesTheTimesOfTheSteps() {
        Table history = Table.create(
                DateColumn.create(
                        "time",
                        IntStream.range(0, WALK.length)
                                .mapToObj(day -> LocalDate.of(2024, 3, 1).plusDays(day))),
                DoubleColumn.create("close", WALK));
        List<Instant> times = List.of(
                Instant.parse("2024-03-11T00:00:00Z"),
                Instant.parse("2024-03-12T00:00:00Z"),
                Instant.parse("2024-03-13T00:00:00Z"));
        XYChart chart = ForecastCharts.fan(history, "close", FORECAST, times, "A walk", "USD");
        assertThat(chart.getSeries("naive").getXData()[0])
                .isEqualTo(times.get(0).toEpochMilli());
        assertThatThrownBy(() -> ForecastCharts.fan(history, "close", FORECAST, times.subList(1, 3), "A walk", "USD"))
                .isInstanceOf(TickbookException.class)
                .hasMessage("The forecast of naive has 3 steps, but there are 2 times. Give a time for each step.");
        assertThatThrownBy(() -> ForecastCharts.fan(history, "open", FORECAST, times, "A walk", "USD"))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("The table has no column \"open\"");
    }

    @Test
    void aCorrelogramHasABarPerLagAndTheBoundsOfWhiteNoise() {
        double[] noise = new Random(1).doubles(100).toArray();
        XYChart chart = ForecastCharts.correlogram(Diagnostics.acf(noise, 5), "Noise");
        double[] bars = chart.getSeries("correlation").getYData();
        assertThat(bars).hasSize(15);
        assertThat(bars[1]).isEqualTo(Diagnostics.acf(noise, 5).at(1));
        assertThat(chart.getSeries("95 % of white noise").getYData()[0]).isCloseTo(0.196, within(1e-3));
        assertThat(ForecastCharts.correlogram(Diagnostics.pacf(noise, 5), "Noise")
                        .getYAxisTitle())
                .isEqualTo("partial autocorrelation");
    }

    @Test
    void theResidualsOfAModelAreOnePictureOfFour() {
        double[] walk = new double[200];
        Random random = new Random(1);
        for (int i = 1; i < walk.length; i++) {
            walk[i] = walk[i - 1] + random.nextGaussian();
        }
        FittedModel model = new Naive().fit(new TimeSeries(walk, 1));
        Chart<?, ?> picture = ForecastCharts.residuals(model, "USD");
        assertThat(((ChartPanel) picture).charts().stream().map(chart -> chart.getTitle()))
                .containsExactly("Residuals of naive", "Autocorrelation of the residuals", "Distribution", "Quantiles");
        BufferedImage image = BitmapEncoder.getBufferedImage(picture);
        assertThat(image.getWidth()).isEqualTo(picture.getWidth());
        int quarter = image.getWidth() / 2;
        for (int x : new int[] {0, quarter}) {
            for (int y : new int[] {0, image.getHeight() / 2}) {
                assertThat(coloured(image.getSubimage(x, y, quarter, image.getHeight() / 2)))
                        .isGreaterThan(500);
            }
        }
    }

    /** How many pixels are blue rather than grey: data. */
    private static long coloured(BufferedImage image) {
        return IntStream.range(0, image.getWidth() * image.getHeight())
                .map(pixel -> image.getRGB(pixel % image.getWidth(), pixel / image.getWidth()))
                .filter(colour -> (colour & 0xFF) - (colour >> 16 & 0xFF) > 32)
                .count();
    }

    @Test
    void modelsAreComparedByOneMeasure() {
        Table table = Table.create(
                StringColumn.create("model", "naive", "failed", "drift"),
                DoubleColumn.create("mase", 1.0, Double.NaN, 0.9));
        CategoryChart chart = ForecastCharts.compared(table, "model", "mase", "Models", "MASE");
        assertThat(chart.getSeries("mase").getXData()).isEqualTo(List.of("naive", "drift"));
        assertThatThrownBy(() -> ForecastCharts.compared(table, "mase", "model", "Models", "MASE"))
                .isInstanceOf(TickbookException.class)
                .hasMessage("Column \"model\" holds no numbers, but string values.");
    }

    @Test
    void whatCannotBeDrawnIsSaid() {
        assertThatThrownBy(() -> ForecastCharts.fan(SERIES, FORECAST, "A walk", "USD", 1, 2, 3, 4))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("has 3 steps, but 4 values came after");
        FittedModel exact = new Naive().fit(new TimeSeries(new double[] {5, 5, 5, 5, 5, 5}, 1));
        assertThatThrownBy(() -> ForecastCharts.residuals(exact, "USD"))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("left 5 residuals, all the same");
    }
}
