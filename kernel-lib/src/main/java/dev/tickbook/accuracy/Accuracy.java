package dev.tickbook.accuracy;

import dev.tickbook.TickbookException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.math3.distribution.NormalDistribution;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.InstantColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.LongColumn;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;
import tech.tablesaw.selection.Selection;

/**
 * The measures of a table of forecasts, by whatever its columns are: model, symbol, step, regime, month.
 *
 * <pre>{@code
 * Accuracy accuracy = Accuracy.of(tried.forecasts());
 * accuracy.by("model");                       // a row per model
 * accuracy.by("model", "step");               // … and step ahead
 * accuracy.over(ChronoUnit.MONTHS, "model");  // … and month
 * accuracy.compare("auto ARIMA", "naive");    // is the difference more than luck?
 * }</pre>
 *
 * <p>A table of forecasts has a row per forecast and target, as {@link CrossValidation} and {@link TrackRecord} give it: the
 * columns actual (missing: not known yet, not judged) and predicted, and, where there are any, base, {@code lo-95} and
 * {@code hi-95} with any level in percent, naive_mae and naive_rmse.
 */
public final class Accuracy {

    private static final String[] REQUIRED = {"actual", "predicted"};

    private final Table forecasts;

    private Accuracy(Table forecasts) {
        this.forecasts = forecasts;
    }

    /**
     * @param forecasts as above
     * @return their measures
     * @throws TickbookException if a column is missing that all measures need
     */
    public static Accuracy of(Table forecasts) {
        require(forecasts, REQUIRED);
        return new Accuracy(forecasts);
    }

    /**
     * Measures groups of forecasts.
     *
     * @param columns that a group has in common; none: all forecasts together
     * @return a row per group, ordered by these columns: the columns, then forecasts (how many were judged), mae, rmse and
     *     bias (predicted − actual) in the unit of the values, mape and smape as fractions; where the table has what they
     *     need: mase, rmsse, direction (share of right ones) with its Wilson interval direction_low and direction_high, per
     *     level coverage-95 and width-95, and crps, of normal distributions as wide as the widest intervals
     */
    public Table by(String... columns) {
        require(forecasts, columns);
        Table sorted = columns.length == 0 ? forecasts : forecasts.sortOn(columns);
        List<Selection> groups = groups(sorted, columns);
        Table result = Table.create("Accuracy");
        for (String column : columns) {
            Column<?> key = sorted.column(column).emptyCopy();
            groups.forEach(group -> key.appendObj(sorted.column(column).get(group.get(0))));
            result.addColumns(key);
        }
        List<Map<String, Number>> measures =
                groups.stream().map(group -> measures(sorted.where(group))).toList();
        if (measures.isEmpty()) {
            return result;
        }
        for (String name : measures.get(0).keySet()) {
            result.addColumns(
                    name.equals("forecasts")
                            ? LongColumn.create(
                                    name,
                                    measures.stream()
                                            .mapToLong(m -> m.get(name).longValue())
                                            .toArray())
                            : DoubleColumn.create(
                                    name,
                                    measures.stream()
                                            .mapToDouble(m -> m.get(name).doubleValue())));
        }
        return result;
    }

    /**
     * Accuracy over time: measures per day, week or month of the targets. A daily bar closes at midnight after its day; a
     * target at midnight is one of the day that ends there.
     *
     * @param unit {@link ChronoUnit#DAYS}, {@code WEEKS} (from Monday), {@code MONTHS} or {@code YEARS}, in UTC
     * @param columns that a group has in common besides
     * @return as {@link #by}, after the columns and before the measures with time, the start of the span
     */
    public Table over(ChronoUnit unit, String... columns) {
        require(forecasts, "target_time");
        if (!(forecasts.column("target_time") instanceof InstantColumn targets)) {
            throw new TickbookException(
                    "These forecasts are of a series without times. Ask by(\"origin\") for their accuracy over time.");
        }
        InstantColumn starts = InstantColumn.create("time", targets.size());
        for (int row = 0; row < targets.size(); row++) {
            starts.set(row, start(targets.get(row).minusNanos(1), unit)); // midnight ends the day before
        }
        String[] keys = Arrays.copyOf(columns, columns.length + 1);
        keys[columns.length] = "time";
        return new Accuracy(forecasts.copy().addColumns(starts)).by(keys);
    }

    /**
     * Whether one model is better than another: the {@linkplain DieboldMariano Diebold–Mariano test} of squared errors at
     * the targets that both have forecast the same number of steps ahead. Where one was forecast twice, the later forecast
     * counts.
     *
     * @param first a model
     * @param second another
     * @return a row per symbol and step, where both made enough forecasts: symbol, step, forecasts, rmse of the first and
     *     of the second model, statistic (below 0 where the first is better), p_value; the last two are missing where the
     *     losses differ by the same amount each time, as they do between equal forecasts
     */
    public Table compare(String first, String second) {
        require(forecasts, "symbol", "model", "origin", "step");
        if (first.equals(second)) {
            throw new TickbookException(first + " cannot be compared with itself. Name two models.");
        }
        Table result = Table.create(
                first + " against " + second,
                StringColumn.create("symbol"),
                IntColumn.create("step"),
                LongColumn.create("forecasts"),
                DoubleColumn.create("rmse of " + first),
                DoubleColumn.create("rmse of " + second),
                DoubleColumn.create("statistic"),
                DoubleColumn.create("p_value"));
        // Models of one evening are trained one after the other: their origins differ, their targets do not.
        String target = forecasts.containsColumn("target_time") ? "target_time" : "origin";
        Table sorted = forecasts.sortOn("symbol", "step", target, "origin");
        for (Selection group : groups(sorted, "symbol", "step")) {
            Table rows = sorted.where(group);
            Map<Object, Double> one = errors(rows, first, target);
            Map<Object, Double> other = errors(rows, second, target);
            one.keySet().retainAll(other.keySet());
            other.keySet().retainAll(one.keySet());
            double[] mine = doubles(one.values());
            double[] theirs = doubles(other.values());
            int step = (int) column(rows, "step").getDouble(0);
            if (mine.length <= step + 1) {
                continue;
            }
            double statistic = Double.NaN;
            double pValue = Double.NaN;
            try {
                DieboldMariano test = DieboldMariano.test(mine, theirs, step);
                statistic = test.statistic();
                pValue = test.pValue();
            } catch (TickbookException e) {
                // their losses differ by the same amount each time, and other symbols have something to test
            }
            result.stringColumn(0).append(rows.stringColumn("symbol").get(0));
            result.intColumn(1).append(step);
            result.longColumn(2).append(mine.length);
            result.doubleColumn(3).append(Measures.rmse(mine, new double[mine.length]));
            result.doubleColumn(4).append(Measures.rmse(theirs, new double[theirs.length]));
            result.doubleColumn(5).append(statistic);
            result.doubleColumn(6).append(pValue);
        }
        if (result.isEmpty()) {
            throw new TickbookException("There are not enough targets that both " + first + " and " + second
                    + " have forecast. The table has these models: "
                    + String.join(", ", forecasts.stringColumn("model").unique().asSet()) + ".");
        }
        return result;
    }

    /**
     * What was said of the direction against what came; see {@link Direction#confusion}.
     *
     * @return a row per direction that was said
     */
    public Table confusion() {
        require(forecasts, "base");
        return Direction.confusion(column("actual"), column("predicted"), column("base"));
    }

    /**
     * Whether the probability of rising, that the forecasts' intervals imply, is worth what it says. It is that of a normal
     * distribution around the point forecast, as wide as the widest interval.
     *
     * @return as {@link Direction#calibration}
     */
    public Table calibration() {
        Table known = forecasts.dropWhere(column(forecasts, "actual").isMissing());
        require(known, "base");
        double[] deviation = deviation(known);
        if (deviation == null) {
            throw new TickbookException("These forecasts have no intervals, so they state no probabilities.");
        }
        double[] base = column(known, "base").asDoubleArray();
        double[] predicted = column(known, "predicted").asDoubleArray();
        double[] actual = column(known, "actual").asDoubleArray();
        NormalDistribution normal = new NormalDistribution(null, 0, 1);
        double[] probability = new double[actual.length];
        boolean[] rose = new boolean[actual.length];
        for (int i = 0; i < actual.length; i++) {
            double z = (predicted[i] - base[i]) / deviation[i];
            probability[i] = Double.isNaN(z) ? Double.NaN : normal.cumulativeProbability(z);
            rose[i] = actual[i] > base[i];
        }
        return Direction.calibration(probability, rose);
    }

    /**
     * The rows that are judged here.
     *
     * @return a copy
     */
    public Table forecasts() {
        return forecasts.copy();
    }

    private static Map<String, Number> measures(Table rows) {
        double[] actual = column(rows, "actual").asDoubleArray();
        double[] predicted = column(rows, "predicted").asDoubleArray();
        Map<String, Number> found = new LinkedHashMap<>();
        long judged = 0;
        for (int i = 0; i < actual.length; i++) {
            judged += Double.isNaN(actual[i] + predicted[i]) ? 0 : 1;
        }
        found.put("forecasts", judged);
        found.put("mae", Measures.mae(actual, predicted));
        found.put("rmse", Measures.rmse(actual, predicted));
        found.put("bias", Measures.bias(actual, predicted));
        found.put("mape", Measures.mape(actual, predicted));
        found.put("smape", Measures.smape(actual, predicted));
        if (rows.containsColumn("naive_mae") && rows.containsColumn("naive_rmse")) {
            // Each error in units of what was known at its origin.
            found.put("mase", Measures.mae(scaled(rows, actual, "naive_mae"), scaled(rows, predicted, "naive_mae")));
            found.put(
                    "rmsse", Measures.rmse(scaled(rows, actual, "naive_rmse"), scaled(rows, predicted, "naive_rmse")));
        }
        if (rows.containsColumn("base")) {
            Proportion right =
                    directions(actual, predicted, column(rows, "base").asDoubleArray());
            found.put("direction", right.rate());
            found.put("direction_low", right.low());
            found.put("direction_high", right.high());
        }
        for (String level : levels(rows)) {
            double[] lower = column(rows, "lo-" + level).asDoubleArray();
            double[] upper = column(rows, "hi-" + level).asDoubleArray();
            found.put(
                    "coverage-" + level, Measures.coverage(actual, lower, upper).rate());
            found.put("width-" + level, Measures.width(lower, upper));
        }
        double[] deviation = deviation(rows);
        if (deviation != null) {
            found.put("crps", Measures.crpsNormal(actual, predicted, deviation));
        }
        return found;
    }

    private static Proportion directions(double[] actual, double[] predicted, double[] base) {
        int right = 0;
        int judged = 0;
        for (int i = 0; i < actual.length; i++) {
            if (!Double.isNaN(actual[i] + predicted[i] + base[i])) {
                judged++;
                right += Math.signum(actual[i] - base[i]) == Math.signum(predicted[i] - base[i]) ? 1 : 0;
            }
        }
        return new Proportion(right, judged);
    }

    private static double[] scaled(Table rows, double[] values, String unit) {
        double[] units = column(rows, unit).asDoubleArray();
        double[] result = new double[values.length];
        Arrays.setAll(result, i -> values[i] / units[i]);
        return result;
    }

    /** The standard deviations that the widest intervals would have if they were normal; null without intervals. */
    private static double[] deviation(Table rows) {
        double widest = Double.NaN;
        String name = null;
        for (String level : levels(rows)) {
            double percent = percent(level);
            if (!Double.isNaN(percent) && !(percent <= widest)) {
                widest = percent;
                name = level;
            }
        }
        if (name == null) {
            return null;
        }
        double reach = new NormalDistribution(null, 0, 1).inverseCumulativeProbability(0.5 + widest / 200);
        double[] lower = column(rows, "lo-" + name).asDoubleArray();
        double[] upper = column(rows, "hi-" + name).asDoubleArray();
        double[] deviation = new double[lower.length];
        Arrays.setAll(deviation, i -> (upper[i] - lower[i]) / (2 * reach));
        return deviation;
    }

    private static List<String> levels(Table rows) {
        return rows.columnNames().stream()
                .filter(name -> name.startsWith("lo-") && rows.containsColumn("hi-" + name.substring(3)))
                .map(name -> name.substring(3))
                .toList();
    }

    private static double percent(String level) {
        try {
            double percent = Double.parseDouble(level);
            return percent > 0 && percent < 100 ? percent : Double.NaN;
        } catch (NumberFormatException e) {
            return Double.NaN; // intervals that do not say how sure they are
        }
    }

    /** Rows with the same values in the columns, in the order of their first one. */
    private static List<Selection> groups(Table table, String... columns) {
        Map<List<Object>, Selection> groups = new LinkedHashMap<>();
        for (int row = 0; row < table.rowCount(); row++) {
            List<Object> key = new ArrayList<>();
            for (String column : columns) {
                key.add(table.column(column).get(row));
            }
            groups.computeIfAbsent(key, any -> Selection.with()).add(row);
        }
        return List.copyOf(groups.values());
    }

    private static Map<Object, Double> errors(Table rows, String model, String target) {
        Map<Object, Double> errors = new LinkedHashMap<>();
        for (int row = 0; row < rows.rowCount(); row++) {
            double error = column(rows, "actual").getDouble(row)
                    - column(rows, "predicted").getDouble(row);
            if (rows.stringColumn("model").get(row).equals(model) && !Double.isNaN(error)) {
                errors.put(rows.column(target).get(row), error);
            }
        }
        return errors;
    }

    private static double[] doubles(Collection<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private static Instant start(Instant time, ChronoUnit unit) {
        LocalDate day = time.atOffset(ZoneOffset.UTC).toLocalDate();
        LocalDate first = switch (unit) {
            case DAYS -> day;
            case WEEKS -> day.minusDays(day.getDayOfWeek().getValue() - 1L);
            case MONTHS -> day.with(TemporalAdjusters.firstDayOfMonth());
            case YEARS -> day.with(TemporalAdjusters.firstDayOfYear());
            default ->
                throw new TickbookException(
                        "Accuracy over time is measured per DAYS, WEEKS, MONTHS or YEARS, not " + unit + ".");
        };
        return first.atStartOfDay().toInstant(ZoneOffset.UTC);
    }

    private double[] column(String name) {
        return column(forecasts, name).asDoubleArray();
    }

    static NumericColumn<?> column(Table table, String name) {
        if (table.column(name) instanceof NumericColumn<?> numbers) {
            return numbers;
        }
        throw new TickbookException("Column \"" + name + "\" of the forecasts holds no numbers.");
    }

    private static void require(Table table, String... columns) {
        for (String column : columns) {
            if (!table.containsColumn(column)) {
                throw new TickbookException("The forecasts have no column \"" + column + "\". They have: "
                        + String.join(", ", table.columnNames()) + ".");
            }
        }
    }
}
