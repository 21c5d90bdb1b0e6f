package dev.tickbook.accuracy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tickbook.TickbookException;
import java.util.Arrays;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** Whether one model forecasts better than another, against {@code dm.test} of R's forecast 8.20. */
class DieboldMarianoTest {

    private static final Offset<Double> AS_R = within(1e-4);

    /** R: residuals(snaive(AirPassengers))[13:144]. */
    private static final double[] SEASONAL = Series.change(Series.of("AirPassengers"), 12);

    /** R: residuals(naive(AirPassengers))[13:144]. */
    private static final double[] NAIVE = Arrays.copyOfRange(Series.change(Series.of("AirPassengers"), 1), 11, 143);

    @Test
    void statisticAndProbabilityAreRs() {
        // dm.test(e1, e2, h = h, power = p)
        assertIs(DieboldMariano.test(SEASONAL, NAIVE, 1, 1), 2.31716427019, 0.0220459511289);
        assertIs(DieboldMariano.test(SEASONAL, NAIVE, 1), 0.610573436564, 0.542539868829);
        assertIs(DieboldMariano.test(SEASONAL, NAIVE, 3, 1), 1.72975970167, 0.0860285287048);
        assertIs(DieboldMariano.test(SEASONAL, NAIVE, 3, 2), 0.478462172651, 0.633118854326);
    }

    @Test
    void theBetterModelIsOnTheNegativeSide() {
        DieboldMariano test = DieboldMariano.test(SEASONAL, NAIVE, 1, 1);
        DieboldMariano turned = DieboldMariano.test(NAIVE, SEASONAL, 1, 1);
        assertThat(turned.statistic()).isEqualTo(-test.statistic());
        assertThat(turned.pValue()).isEqualTo(test.pValue());
    }

    @Test
    void whatCannotBeComparedIsRefused() {
        assertThatThrownBy(() -> DieboldMariano.test(NAIVE, NAIVE, 1))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("nothing to test");
        assertThatThrownBy(() -> DieboldMariano.test(NAIVE, new double[3], 1))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("one has 132 and the other 3");
        assertThatThrownBy(() -> DieboldMariano.test(new double[] {1, 2, 3}, new double[] {2, 2, 2}, 2))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("more than 3 errors");
        assertThatThrownBy(() -> DieboldMariano.test(new double[] {1, Double.NaN, 3, 4}, new double[] {2, 2, 2, 1}, 1))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("Error 2 of 4");
    }

    private static void assertIs(DieboldMariano test, double statistic, double pValue) {
        assertThat(test.statistic()).isCloseTo(statistic, AS_R);
        assertThat(test.pValue()).isCloseTo(pValue, AS_R);
    }
}
