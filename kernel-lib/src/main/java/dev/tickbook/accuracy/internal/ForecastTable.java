package dev.tickbook.accuracy.internal;

import dev.tickbook.TickbookException;
import dev.tickbook.forecast.Forecast;
import java.math.BigDecimal;
import java.util.function.Supplier;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.InstantColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/** The tidy table of forecasts, and that of models that made none, filled row by row. */
public final class ForecastTable {

    private final Table forecasts;
    private final Table failures;
    private final double[] levels;

    /**
     * @param timed whether origins and targets are times, not numbers of observations
     * @param levels of the intervals in percent, ascending
     */
    public ForecastTable(boolean timed, double[] levels) {
        this.levels = levels.clone();
        Supplier<Column<?>> time = () -> timed ? InstantColumn.create("") : IntColumn.create("");
        forecasts = Table.create(
                "Forecasts",
                StringColumn.create("symbol"),
                StringColumn.create("model"),
                StringColumn.create("fitted"),
                time.get().setName("origin"),
                IntColumn.create("step"),
                time.get().setName("target_time"),
                DoubleColumn.create("base"),
                DoubleColumn.create("actual"),
                DoubleColumn.create("predicted"));
        for (double level : levels) {
            forecasts.addColumns(DoubleColumn.create("lo-" + name(level)), DoubleColumn.create("hi-" + name(level)));
        }
        forecasts.addColumns(DoubleColumn.create("naive_mae"), DoubleColumn.create("naive_rmse"));
        failures = Table.create(
                "Failures",
                StringColumn.create("symbol"),
                StringColumn.create("model"),
                time.get().setName("origin"),
                StringColumn.create("error"));
    }

    /** A level as column names have it: 95, 99.5. */
    public static String name(double level) {
        return BigDecimal.valueOf(level).stripTrailingZeros().toPlainString();
    }

    /** What was known at an origin, and what a model is to forecast. */
    public record Question(
            String symbol,
            Object origin,
            double[] known,
            int behind,
            Object[] targets,
            double[] actual,
            double naiveMae,
            double naiveRmse) {

        /** The last value that was known; NaN if none was. */
        double base() {
            int last = known.length - 1;
            while (last >= 0 && Double.isNaN(known[last])) {
                last--;
            }
            return last < 0 ? Double.NaN : known[last];
        }
    }

    /** A forecast that says something of each step; a model that is lost for words is as good as one that fails. */
    public static Forecast checked(Forecast forecast, int steps) {
        for (int step = 0; step < steps; step++) {
            if (!Double.isFinite(forecast.mean()[step])) {
                throw new TickbookException(
                        forecast.model() + " forecasts no number " + (step + 1) + " steps ahead. Leave it out.");
            }
        }
        return forecast;
    }

    /** Adds a row per target: the forecast's steps after those that lie before the origin. */
    public void add(Question question, String model, Forecast forecast) {
        for (int i = 0; i < question.targets().length; i++) {
            int step = question.behind() + i;
            int column = 0;
            append(column++, question.symbol());
            append(column++, model);
            append(column++, forecast.model());
            append(column++, question.origin());
            append(column++, i + 1);
            append(column++, question.targets()[i]);
            append(column++, question.base());
            append(column++, question.actual()[i]);
            append(column++, forecast.mean()[step]);
            for (int level = 0; level < levels.length; level++) {
                append(column++, forecast.lower()[level][step]);
                append(column++, forecast.upper()[level][step]);
            }
            append(column++, question.naiveMae());
            append(column, question.naiveRmse());
        }
    }

    /** Adds a model that could not forecast. */
    public void fail(String symbol, String model, Object origin, RuntimeException error) {
        failures.column(0).appendObj(symbol);
        failures.column(1).appendObj(model);
        failures.column(2).appendObj(origin);
        failures.column(3).appendObj(reason(error));
    }

    /** What a person can read of it; what nobody expected is named by its class. */
    public static String reason(RuntimeException error) {
        return error instanceof TickbookException ? error.getMessage() : error.toString();
    }

    private void append(int column, Object value) {
        forecasts.column(column).appendObj(value);
    }

    /** @return all forecasts so far */
    public Table forecasts() {
        return forecasts;
    }

    /** @return all failures so far */
    public Table failures() {
        return failures;
    }
}
