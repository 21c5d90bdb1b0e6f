package dev.tickbook.accuracy;

import dev.tickbook.TickbookException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.DoublePredicate;
import java.util.stream.IntStream;
import tech.tablesaw.api.BooleanColumn;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.api.Table;

/**
 * Whether accuracy has fallen since a baseline: by more than two standard deviations below its mean there. Of errors and
 * scores, where less is better, a rise above it is the fall; of the bias, which is better near 0, a move to either side.
 *
 * <pre>{@code
 * Table monthly = accuracy.over(ChronoUnit.MONTHS);
 * DriftWarning drift = DriftWarning.of(monthly, "direction", 12);
 * drift.warnings();
 * AccuracyCharts.overTime(drift, "Direction");
 * }</pre>
 *
 * @param measure that was watched
 * @param baseline how many of the first rows are the baseline
 * @param mean of the measure there
 * @param deviation its standard deviation there
 * @param threshold mean − 2 deviations, or mean + 2 where less is better; of the bias both are one
 * @param higherIsBetter whether a fall is a loss
 * @param table the rows that were watched, in the order of time, with a column warning; none in the baseline
 */
public record DriftWarning(
        String measure,
        int baseline,
        double mean,
        double deviation,
        double threshold,
        boolean higherIsBetter,
        Table table) {

    private static final List<String> HIGHER_IS_BETTER =
            List.of("direction", "directional_accuracy", "hit_rate", "coverage", "right");

    /**
     * Watches a measure.
     *
     * @param overTime a row per span of time, with a column {@code time}, as {@link Accuracy#over} and {@link
     *     TrackRecord#rolling} give it; rows where the measure is missing are left out
     * @param measure the column to watch; shares of what was right are better high, all others low
     * @param baseline how many of the first rows to compare with, 3 or more
     * @return the baseline, and what has fallen below it since
     */
    public static DriftWarning of(Table overTime, String measure, int baseline) {
        for (String column : new String[] {"time", measure}) {
            if (!overTime.containsColumn(column)) {
                throw new TickbookException("There is no column \"" + column + "\" to watch. There are: "
                        + String.join(", ", overTime.columnNames()) + ".");
            }
        }
        Table rows = overTime.sortOn("time");
        if (!(rows.column(measure) instanceof NumericColumn<?> measured)) {
            throw new TickbookException("Column \"" + measure + "\" holds no numbers, so it cannot be watched.");
        }
        rows = rows.where(measured.isNotMissing());
        double[] values = ((NumericColumn<?>) rows.column(measure)).asDoubleArray();
        if (baseline < 3 || values.length <= baseline) {
            throw new TickbookException(
                    "Of " + measure + " there are " + values.length + " values. A baseline takes 3 or"
                            + " more, and leaves some to be watched; it cannot be " + baseline + ".");
        }
        double[] first = Arrays.copyOf(values, baseline);
        double mean = Arrays.stream(first).average().orElseThrow();
        double deviation =
                Math.sqrt(Arrays.stream(first).map(v -> (v - mean) * (v - mean)).sum() / (baseline - 1));
        boolean higherIsBetter = HIGHER_IS_BETTER.stream().anyMatch(measure::startsWith);
        double threshold = mean + (higherIsBetter ? -2 : 2) * deviation;
        DoublePredicate tooFar = measure.equals("bias")
                ? value -> Math.abs(value - mean) > 2 * deviation
                : value -> higherIsBetter ? value < threshold : value > threshold;
        BooleanColumn warning = BooleanColumn.create(
                "warning",
                IntStream.range(0, values.length)
                        .mapToObj(i -> i >= baseline && tooFar.test(values[i]))
                        .toArray(Boolean[]::new));
        return new DriftWarning(
                measure,
                baseline,
                mean,
                deviation,
                threshold,
                higherIsBetter,
                rows.copy().addColumns(warning));
    }

    /** @return a sentence per row that fell too far; empty where all is well */
    public List<String> warnings() {
        NumericColumn<?> values = (NumericColumn<?>) table.column(measure);
        return IntStream.range(0, table.rowCount())
                .filter(row -> table.booleanColumn("warning").get(row))
                .mapToObj(row -> String.format(
                        Locale.ROOT,
                        "%s: %s is %.4g, and was %.4g ± %.4g in the baseline",
                        String.valueOf(table.column("time").get(row)).replace("T00:00:00Z", ""),
                        measure,
                        values.getDouble(row),
                        mean,
                        deviation))
                .toList();
    }
}
