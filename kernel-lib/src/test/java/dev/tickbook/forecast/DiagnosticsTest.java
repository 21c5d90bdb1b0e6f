package dev.tickbook.forecast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tickbook.TickbookException;
import dev.tickbook.forecast.HypothesisTest.Precision;
import java.util.Arrays;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.Table;

/** Diagnostics against R 4.2.2 with stats, forecast 8.20, tseries 0.10-53 and urca 1.3-3. */
class DiagnosticsTest {

    private static final Offset<Double> CLOSE = within(1e-4);
    private static final double[] LYNX = ClassicSeries.lynx().values();
    private static final double[] AIR = ClassicSeries.airPassengers().values();
    private static final double[] NILE = ClassicSeries.nile().values();
    private static final double[] WWW = ClassicSeries.wwwUsage().values();

    private static double[] differences(double[] values) {
        double[] differences = new double[values.length - 1];
        Arrays.setAll(differences, i -> values[i + 1] - values[i]);
        return differences;
    }

    @Test
    void autocorrelations() {
        // acf(lynx, lag.max = 3), pacf(lynx, lag.max = 3)
        assertThat(Diagnostics.acf(LYNX, 3).correlations())
                .containsExactly(new double[] {0.7108187, 0.2144115, -0.1885254}, CLOSE);
        assertThat(Diagnostics.pacf(LYNX, 3).correlations())
                .containsExactly(new double[] {0.7108187, -0.5878918, -0.0390669}, CLOSE);
        // pacf(AirPassengers, lag.max = 3)
        assertThat(Diagnostics.pacf(AIR, 3).correlations())
                .containsExactly(new double[] {0.9480473, -0.2294219, 0.0381478}, CLOSE);
        // x <- Nile; x[c(20, 50, 51)] <- NA; acf(x, na.action = na.pass, lag.max = 3)
        assertThat(Diagnostics.acf(nileWithGaps(), 3).correlations())
                .containsExactly(new double[] {0.4906210, 0.3765541, 0.3041376}, CLOSE);
    }

    @Test
    void theBoundsOfWhiteNoise() {
        Correlogram correlogram = Diagnostics.acf(NILE, Diagnostics.lags(NILE));
        assertThat(correlogram.bound(95)).isCloseTo(0.1959964, CLOSE); // qnorm(0.975) / sqrt(100)
        assertThat(correlogram.table().rowCount()).isEqualTo(20); // 10 · log10(100)
        assertThat(correlogram.table().columnNames()).containsExactly("lag", "correlation", "bound-95");
        assertThat(correlogram.at(1)).isCloseTo(0.4984082, CLOSE);
    }

    @Test
    void ljungBox() {
        // Box.test(diff(Nile), 10, "Ljung-Box"); the same with fitdf = 2
        HypothesisTest raw = Diagnostics.ljungBox(differences(NILE), 10, 0);
        assertThat(raw.statistic()).isCloseTo(30.2600554, CLOSE);
        assertThat(raw.pValue()).isCloseTo(7.76619085e-04, within(1e-8));
        assertThat(Diagnostics.ljungBox(differences(NILE), 10, 2).pValue()).isCloseTo(1.90129769e-04, within(1e-8));
        // Box.test(diff(AirPassengers), 10, "Ljung-Box")
        assertThat(Diagnostics.ljungBox(differences(AIR), 10, 0).statistic()).isCloseTo(61.3281776, CLOSE);
        // x <- Nile; x[c(20, 50, 51)] <- NA; Box.test(x, 5, "Ljung-Box")
        assertThat(Diagnostics.ljungBox(nileWithGaps(), 5, 0).statistic()).isCloseTo(57.2162082, CLOSE);
    }

    private static double[] nileWithGaps() {
        double[] values = NILE.clone();
        values[19] = values[49] = values[50] = Double.NaN;
        return values;
    }

    @Test
    void jarqueBera() {
        // jarque.bera.test(diff(lynx)); diff(AirPassengers); diff(Nile)
        HypothesisTest lynx = Diagnostics.jarqueBera(differences(LYNX));
        assertThat(lynx.statistic()).isCloseTo(10.3269917, CLOSE);
        assertThat(lynx.pValue()).isCloseTo(0.0057217, CLOSE);
        assertThat(lynx.rejects(0.05)).isTrue();
        HypothesisTest air = Diagnostics.jarqueBera(differences(AIR));
        assertThat(air.statistic()).isCloseTo(4.9893900, CLOSE);
        assertThat(air.pValue()).isCloseTo(0.0825216, CLOSE);
        assertThat(Diagnostics.jarqueBera(differences(NILE)).pValue()).isCloseTo(0.6216002, CLOSE);
    }

    @Test
    void kpss() {
        // tseries::kpss.test(WWWusage): KPSS Level = 0.45424, Truncation lag parameter = 3, p-value = 0.05377
        HypothesisTest www = Diagnostics.kpss(WWW, Around.LEVEL);
        assertThat(www.statistic()).isCloseTo(0.4542448, CLOSE);
        assertThat(www.pValue()).isCloseTo(0.0537738, CLOSE);
        assertThat(www.precision()).isEqualTo(Precision.EXACT);
        // kpss.test(AirPassengers), kpss.test(AirPassengers, "Trend")
        HypothesisTest air = Diagnostics.kpss(AIR, Around.LEVEL);
        assertThat(air.statistic()).isCloseTo(2.7394736, CLOSE);
        assertThat(air.lags()).isEqualTo(4);
        assertThat(air.pValueText()).isEqualTo("≤ 0.0100");
        assertThat(air.rejects(0.01)).isTrue();
        HypothesisTest trend = Diagnostics.kpss(AIR, Around.TREND);
        assertThat(trend.statistic()).isCloseTo(0.0961498, CLOSE);
        assertThat(trend.pValueText()).isEqualTo("≥ 0.1000");
        assertThat(trend.rejects(0.10)).isFalse();
        // kpss.test(Nile, "Trend")
        assertThat(Diagnostics.kpss(NILE, Around.TREND).statistic()).isCloseTo(0.2375870, CLOSE);
        // urca::ur.kpss(x, "mu", use.lag = trunc(3 * sqrt(length(x)) / 13)), as forecast::ndiffs does
        assertThat(Diagnostics.kpss(NILE, Around.LEVEL, 2).statistic()).isCloseTo(1.3152265, CLOSE);
        assertThat(Diagnostics.kpss(AIR, Around.LEVEL, 2).statistic()).isCloseTo(4.3422868, CLOSE);
    }

    @Test
    void augmentedDickeyFuller() {
        // tseries::adf.test(Nile); adf.test(WWWusage)
        HypothesisTest nile = Diagnostics.augmentedDickeyFuller(NILE);
        assertThat(nile.statistic()).isCloseTo(-3.3657139, CLOSE);
        assertThat(nile.pValue()).isCloseTo(0.0641954, CLOSE);
        assertThat(nile.lags()).isEqualTo(4);
        HypothesisTest www = Diagnostics.augmentedDickeyFuller(WWW);
        assertThat(www.statistic()).isCloseTo(-2.6420804, CLOSE);
        assertThat(www.pValue()).isCloseTo(0.3106543, CLOSE);
        // adf.test(AirPassengers); adf.test(lynx, k = 0)
        HypothesisTest air = Diagnostics.augmentedDickeyFuller(AIR);
        assertThat(air.statistic()).isCloseTo(-7.3185714, CLOSE);
        assertThat(air.pValueText()).isEqualTo("≤ 0.0100");
        assertThat(Diagnostics.augmentedDickeyFuller(LYNX, Around.TREND, 0).statistic())
                .isCloseTo(-4.2172734, CLOSE);
        // urca::ur.df(AirPassengers, "drift", lags = 2); the same of Nile; its critical values at 1 and 5 percent are
        // -3.46 and -2.88 for 144 values, -3.51 and -2.89 for 100
        HypothesisTest level = Diagnostics.augmentedDickeyFuller(AIR, Around.LEVEL, 2);
        assertThat(level.statistic()).isCloseTo(-1.8108054, CLOSE);
        assertThat(level.rejects(0.10)).isFalse();
        HypothesisTest nileLevel = Diagnostics.augmentedDickeyFuller(NILE, Around.LEVEL, 2);
        assertThat(nileLevel.statistic()).isCloseTo(-3.1588209, CLOSE);
        assertThat(nileLevel.pValue()).isBetween(0.025, 0.05);
    }

    @Test
    void aTrueHypothesisIsRejectedAsOftenAsItsSignificanceSays() {
        Random random = new Random(2);
        int series = 2000;
        int unitRoot = 0;
        int unitRootAboutLevel = 0;
        int stationary = 0;
        int white = 0;
        for (int i = 0; i < series; i++) {
            double[] noise = random.doubles(200).map(u -> random.nextGaussian()).toArray();
            double[] walk = noise.clone();
            Arrays.parallelPrefix(walk, Double::sum);
            unitRoot += Diagnostics.augmentedDickeyFuller(walk, Around.TREND, 1).rejects(0.05) ? 1 : 0;
            unitRootAboutLevel +=
                    Diagnostics.augmentedDickeyFuller(walk, Around.LEVEL, 1).rejects(0.05) ? 1 : 0;
            stationary += Diagnostics.kpss(noise, Around.LEVEL).rejects(0.05) ? 1 : 0;
            white += Diagnostics.ljungBox(noise, 10, 0).rejects(0.05) ? 1 : 0;
        }
        for (int rejected : new int[] {unitRoot, unitRootAboutLevel, stationary, white}) {
            assertThat((double) rejected / series).isCloseTo(0.05, within(0.02));
        }
    }

    @Test
    void theStrengthOfASeason() {
        // forecast:::seas.heuristic(AirPassengers), (sunspots)
        assertThat(Diagnostics.seasonalStrength(ClassicSeries.airPassengers())).isCloseTo(0.9406725, CLOSE);
        assertThat(Diagnostics.seasonalStrength(ClassicSeries.sunspots())).isCloseTo(0.2165467, CLOSE);
    }

    @Test
    void theResidualsOfAModelInOneTable() {
        Table tests = Diagnostics.residualTests(new SeasonalNaive().fit(ClassicSeries.airPassengers()), 12, 0);
        assertThat(tests.stringColumn("test").asList()).containsExactly("Ljung–Box", "Jarque–Bera");
        assertThat(tests.intColumn("lags").get(0)).isEqualTo(24);
        assertThat(tests.booleanColumn("rejected").get(0)).isTrue(); // the trend is left in them
    }

    @Test
    void whatCannotBeExaminedIsSaid() {
        double[] constant = {3, 3, 3, 3, 3, 3};
        assertThatThrownBy(() -> Diagnostics.acf(constant, 2))
                .isInstanceOf(TickbookException.class)
                .hasMessage("The series is constant: nothing in it varies that could be examined.");
        assertThatThrownBy(() -> Diagnostics.kpss(new double[] {1, 2, 3, 4, 5, 6}, Around.TREND))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("a straight line");
        assertThatThrownBy(() -> Diagnostics.augmentedDickeyFuller(new double[] {1, 2, 3, 4, 5, 6}, Around.LEVEL, 0))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("follows its own past exactly");
        assertThatThrownBy(() -> Diagnostics.augmentedDickeyFuller(nileWithGaps()))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("3 of 100 values are missing");
        assertThatThrownBy(() -> Diagnostics.augmentedDickeyFuller(NILE, Around.TREND, 60))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("with 60 lags needs at least 125 values; the series has 100");
        assertThatThrownBy(() -> Diagnostics.jarqueBera(new double[] {1, Double.NaN}))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("needs at least 3 observations");
        assertThatThrownBy(() -> Diagnostics.acf(NILE, 100)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Diagnostics.ljungBox(NILE, 2, 2)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Diagnostics.seasonalStrength(ClassicSeries.nile()))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("100 values and a period of 1");
    }
}
