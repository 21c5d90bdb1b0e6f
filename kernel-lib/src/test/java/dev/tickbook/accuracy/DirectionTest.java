package dev.tickbook.accuracy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tickbook.TickbookException;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.Table;

/** Forecasts of direction and of probabilities; what is right is counted by hand. */
class DirectionTest {

    @Test
    void confusionCountsWhatWasSaidAgainstWhatCame() {
        double[] base = {10, 10, 10, 10, 10, 10};
        double[] predicted = {11, 12, 11, 9, 10, 11};
        double[] actual = {12, 9, 10, 9, 10, Double.NaN};
        Table table = Direction.confusion(actual, predicted, base);
        assertThat(table.columnNames())
                .containsExactly("predicted", "actual down", "actual unchanged", "actual up", "right");
        assertThat(table.stringColumn(0).asList()).containsExactly("down", "unchanged", "up");
        assertThat(table.longColumn("actual down").asList()).containsExactly(1L, 0L, 1L);
        assertThat(table.longColumn("actual unchanged").asList()).containsExactly(0L, 1L, 1L);
        assertThat(table.longColumn("actual up").asList()).containsExactly(0L, 0L, 1L);
        assertThat(table.doubleColumn("right").asDoubleArray()[2]).isCloseTo(1 / 3.0, within(1e-12));
    }

    @Test
    void calibrationSetsProbabilitiesAgainstShares() {
        Table table = Direction.calibration(
                new double[] {0.12, 0.18, 0.95, 1, Double.NaN}, new boolean[] {false, true, true, true, true});
        assertThat(table.doubleColumn("from").asDoubleArray()).containsExactly(0.1, 0.9);
        assertThat(table.longColumn("count").asList()).containsExactly(2L, 2L);
        assertThat(table.doubleColumn("mean_probability").get(0)).isCloseTo(0.15, within(1e-12));
        assertThat(table.doubleColumn("rate").asDoubleArray()).containsExactly(0.5, 1.0);
        assertThat(table.doubleColumn("rate_low").get(1)).isCloseTo(new Proportion(2, 2).low(), within(1e-12));
    }

    @Test
    void brierIsTheMeanSquaredError() {
        assertThat(Direction.brier(new double[] {0.8, 0.4}, new boolean[] {true, false}))
                .isCloseTo((0.04 + 0.16) / 2, within(1e-12));
        assertThat(Direction.brier(new double[] {0.5, 0.5}, new boolean[] {true, false}))
                .isEqualTo(0.25);
        assertThatThrownBy(() -> Direction.brier(new double[] {80}, new boolean[] {true}))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("Divide percentages by 100");
    }
}
