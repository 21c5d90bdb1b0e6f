package dev.tickbook.accuracy;

import dev.tickbook.TickbookException;
import java.util.Arrays;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.LongColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * Forecasts of direction: what was said against what came, and whether stated probabilities were worth what they said.
 * Forecasts or outcomes that are NaN are left out.
 */
public final class Direction {

    private static final String[] SIDES = {"down", "unchanged", "up"};

    private Direction() {}

    /**
     * Counts what was said against what came.
     *
     * @param actual what came
     * @param predicted what was said
     * @param base what was there when it was said
     * @return a row per direction that was said (down, unchanged, up): predicted, then the number of times that it went
     *     down, unchanged, up, then right, the share of these that were as said
     */
    public static Table confusion(double[] actual, double[] predicted, double[] base) {
        if (actual.length != predicted.length || actual.length != base.length) {
            throw new TickbookException("Directions are compared in triples, but there are " + actual.length
                    + " actual values, " + predicted.length + " predicted ones and " + base.length + " bases.");
        }
        long[][] counts = new long[3][3];
        for (int i = 0; i < actual.length; i++) {
            if (!Double.isNaN(actual[i] + predicted[i] + base[i])) {
                counts[side(predicted[i] - base[i])][side(actual[i] - base[i])]++;
            }
        }
        Table table = Table.create("Direction", StringColumn.create("predicted", SIDES));
        for (int came = 0; came < 3; came++) {
            int column = came;
            table.addColumns(LongColumn.create(
                    "actual " + SIDES[came],
                    Arrays.stream(counts).mapToLong(row -> row[column]).toArray()));
        }
        double[] right = new double[3];
        for (int said = 0; said < 3; said++) {
            right[said] = new Proportion(
                            counts[said][said], Arrays.stream(counts[said]).sum())
                    .rate();
        }
        return table.addColumns(DoubleColumn.create("right", right));
    }

    /**
     * How often came what was given a probability, per tenth of probability. Well calibrated is where rate and mean
     * probability are equal within the interval.
     *
     * @param probabilities of what was forecast, such as "it rises", from 0 to 1
     * @param came whether it did
     * @return a row per tenth that was used: from, to, count, mean_probability, rate, rate_low, rate_high (Wilson, 95 %)
     */
    public static Table calibration(double[] probabilities, boolean[] came) {
        check(probabilities, came);
        long[] counts = new long[10];
        long[] hits = new long[10];
        double[] sums = new double[10];
        for (int i = 0; i < came.length; i++) {
            if (!Double.isNaN(probabilities[i])) {
                int tenth = Math.min(9, (int) (probabilities[i] * 10));
                counts[tenth]++;
                sums[tenth] += probabilities[i];
                hits[tenth] += came[i] ? 1 : 0;
            }
        }
        Table table = Table.create(
                "Calibration",
                DoubleColumn.create("from"),
                DoubleColumn.create("to"),
                LongColumn.create("count"),
                DoubleColumn.create("mean_probability"),
                DoubleColumn.create("rate"),
                DoubleColumn.create("rate_low"),
                DoubleColumn.create("rate_high"));
        for (int tenth = 0; tenth < 10; tenth++) {
            if (counts[tenth] > 0) {
                Proportion rate = new Proportion(hits[tenth], counts[tenth]);
                double[] row = {sums[tenth] / counts[tenth], rate.rate(), rate.low(), rate.high()};
                table.doubleColumn("from").append(tenth / 10.0);
                table.doubleColumn("to").append((tenth + 1) / 10.0);
                table.longColumn("count").append(counts[tenth]);
                for (int column = 0; column < row.length; column++) {
                    table.doubleColumn(3 + column).append(row[column]);
                }
            }
        }
        return table;
    }

    /**
     * G. W. Brier's score (1950) of stated probabilities.
     *
     * @param probabilities of what was forecast, from 0 to 1
     * @param came whether it did
     * @return the mean squared difference of probability and outcome: 0 is perfect, 0.25 is a coin that says one half
     */
    public static double brier(double[] probabilities, boolean[] came) {
        check(probabilities, came);
        double[] losses = new double[came.length];
        Arrays.setAll(losses, i -> Math.pow(probabilities[i] - (came[i] ? 1 : 0), 2));
        return Measures.mean(losses);
    }

    private static int side(double change) {
        return 1 + (int) Math.signum(change);
    }

    private static void check(double[] probabilities, boolean[] came) {
        if (probabilities.length != came.length) {
            throw new TickbookException("Each probability needs an outcome, but there are " + probabilities.length
                    + " and " + came.length + ".");
        }
        for (double probability : probabilities) {
            if (probability < 0 || probability > 1) {
                throw new TickbookException(
                        "A probability lies between 0 and 1, not at " + probability + ". Divide percentages by 100.");
            }
        }
    }
}
