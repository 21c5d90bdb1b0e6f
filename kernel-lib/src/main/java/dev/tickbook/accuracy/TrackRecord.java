package dev.tickbook.accuracy;

import dev.tickbook.TickbookException;
import dev.tickbook.accuracy.internal.ForecastTable;
import dev.tickbook.db.Query;
import dev.tickbook.market.KnownMarket;
import dev.tickbook.market.PredictionAccuracy;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.InstantColumn;
import tech.tablesaw.api.LongColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/**
 * What stored predictions were worth, as far as it was known at a moment.
 *
 * <pre>{@code
 * TrackRecord record = tb.trackRecord();
 * record.fillActuals();                                         // what came since
 * Accuracy.of(record.forecasts("ALTR")).by("model", "step");
 * Table weekly = record.rolling("ALTR", "auto ARIMA", 28, from, to, Duration.ofDays(7));
 * }</pre>
 *
 * @see dev.tickbook.Tickbook#trackRecord
 */
public final class TrackRecord {

    private final Supplier<Connection> connections;
    private final KnownMarket market;
    private final Instant asOf;

    /**
     * Made by {@link dev.tickbook.Tickbook#trackRecord}.
     *
     * @param connections where a connection comes from
     * @param market answers how good predictions were
     */
    public TrackRecord(Supplier<Connection> connections, KnownMarket market) {
        this(connections, market, null);
    }

    private TrackRecord(Supplier<Connection> connections, KnownMarket market, Instant asOf) {
        this.connections = connections;
        this.market = market;
        this.asOf = asOf;
    }

    /**
     * @param moment predictions that were made later are not there, and what became known later is missing
     * @return the record as it was then
     */
    public TrackRecord asOf(Instant moment) {
        return new TrackRecord(connections, market, moment);
    }

    /**
     * Gives predictions whose target time has passed the close of the daily bar that closed then, and the moment since
     * when it is known. What is given once stays.
     *
     * @return how many were waiting and are no longer
     */
    public long fillActuals() {
        return query("SELECT market.fill_actuals() AS filled")
                .longColumn("filled")
                .getLong(0);
    }

    /**
     * The predictions, as {@link Accuracy} measures them.
     *
     * @param symbols none: all
     * @return a row per prediction, in this order: symbol, model, origin (when it was made), step (1 for the nearest target
     *     of those that were made together), target_time, base, actual (missing where it is not known), predicted, and
     *     per level of confidence in percent, such as 95, {@code lo-95} and {@code hi-95}, {@code lo-unstated} where none was
     *     named
     */
    public Table forecasts(String... symbols) {
        Table rows = query("""
                SELECT symbol, model, made_at AS origin,
                       row_number() OVER (PARTITION BY symbol, model, made_at ORDER BY target_time)::integer AS step, target_time,
                       base_price::double precision AS base,
                       CASE WHEN actual_known_at <= coalesce(CAST(? AS timestamptz), now()) THEN actual END::double precision AS actual,
                       predicted::double precision AS predicted, lower::double precision AS lower, upper::double precision AS upper,
                       (100 * confidence)::double precision AS level
                  FROM market.predictions
                 WHERE made_at <= coalesce(CAST(? AS timestamptz), now()) AND (cardinality(CAST(? AS text[])) = 0 OR symbol = ANY (CAST(? AS text[])))
                 ORDER BY symbol, model, made_at, target_time""", asOf, asOf, symbols, symbols);
        DoubleColumn level = rows.doubleColumn("level");
        Set<Double> levels = new TreeSet<>();
        for (int row = 0; row < rows.rowCount(); row++) {
            if (!Double.isNaN(rows.doubleColumn("lower").getDouble(row))) {
                levels.add(level.getDouble(row)); // NaN is the last
            }
        }
        Table result = rows.rejectColumns("lower", "upper", "level");
        for (double one : levels) {
            String name = Double.isNaN(one) ? "unstated" : ForecastTable.name(one);
            result.addColumns(
                    only(rows.doubleColumn("lower"), level, one).setName("lo-" + name),
                    only(rows.doubleColumn("upper"), level, one).setName("hi-" + name));
        }
        return result.setName("Predictions");
    }

    private static DoubleColumn only(DoubleColumn values, DoubleColumn level, double wanted) {
        double[] kept = values.asDoubleArray();
        Arrays.setAll(kept, i -> Double.compare(level.getDouble(i), wanted) == 0 ? kept[i] : Double.NaN);
        return DoubleColumn.create("", kept);
    }

    /**
     * How good the predictions of a symbol had been at each of many moments, as {@code get_prediction_accuracy} of the
     * database answered then: each row looks back over the same number of days.
     *
     * @param symbol as {@code market.predictions} has it
     * @param model whose predictions; null: of all models
     * @param days how far back each row looks, in days of 24 hours
     * @param from the first moment
     * @param to the last moment, if a whole number of steps leads there
     * @param every the time from one moment to the next
     * @return time, evaluated, hit_rate with its Wilson interval hit_rate_low and hit_rate_high, mae, rmse, mape (a
     *     fraction), directional_accuracy
     */
    public Table rolling(String symbol, String model, int days, Instant from, Instant to, Duration every) {
        if (every.isNegative() || every.isZero()) {
            throw new TickbookException("From one moment to the next it takes some time, not " + every + ".");
        }
        if (to.isBefore(from)) {
            throw new TickbookException(
                    "The first moment, " + from + ", comes after the last one, " + to + ". Exchange them.");
        }
        Table table = measures(symbol, InstantColumn.create("time"));
        Instant end = asOf != null && asOf.isBefore(to) ? asOf : to;
        for (Instant moment = from; !moment.isAfter(end); moment = moment.plus(every)) {
            append(table, moment, market.asOf(moment).predictionAccuracy(symbol, days, model));
        }
        return table;
    }

    /**
     * How good the predictions of symbols were, as {@code get_prediction_accuracy} of the database answers.
     *
     * @param model whose predictions; null: of all models
     * @param days how far back the target times lie, in days of 24 hours
     * @param symbols as {@code market.predictions} has them; none: all of which there are predictions
     * @return a row per symbol, in the order of the names: symbol, then as {@link #rolling}
     */
    public Table bySymbol(String model, int days, String... symbols) {
        Table table = measures(model == null ? "All models" : model, StringColumn.create("symbol"));
        KnownMarket then = asOf == null ? market : market.asOf(asOf);
        for (String symbol : symbols.length == 0 ? predicted(model) : symbols) {
            append(table, symbol, then.predictionAccuracy(symbol, days, model));
        }
        return table;
    }

    private String[] predicted(String model) {
        return query("""
                SELECT DISTINCT symbol FROM market.predictions
                 WHERE made_at <= coalesce(CAST(? AS timestamptz), now()) AND model = coalesce(?, model) ORDER BY symbol""", asOf, model).stringColumn("symbol").asObjectArray();
    }

    private static Table measures(String name, Column<?> key) {
        return Table.create(
                name,
                key,
                LongColumn.create("evaluated"),
                DoubleColumn.create("hit_rate"),
                DoubleColumn.create("hit_rate_low"),
                DoubleColumn.create("hit_rate_high"),
                DoubleColumn.create("mae"),
                DoubleColumn.create("rmse"),
                DoubleColumn.create("mape"),
                DoubleColumn.create("directional_accuracy"));
    }

    private static void append(Table table, Object key, PredictionAccuracy accuracy) {
        Object[] row = {
            key,
            accuracy.evaluated(),
            accuracy.hitRate(),
            accuracy.hitRateLow(),
            accuracy.hitRateHigh(),
            accuracy.mae(),
            accuracy.rmse(),
            accuracy.mape(),
            accuracy.directionalAccuracy()
        };
        for (int column = 0; column < row.length; column++) {
            table.column(column).appendObj(row[column]);
        }
    }

    /**
     * Stores predictions that were made elsewhere, such as a diary that was kept in files. When they were made is taken at
     * its word, so a record is worth what those are who may load one.
     *
     * @param forecasts with the columns symbol, model, origin (when it was made), target_time and predicted, and, where
     *     they are there, base and the interval of one level, such as {@code lo-95} and {@code hi-95}: the widest, if
     *     there are several
     * @return how many were new; a prediction that is there already is left as it is
     * @throws TickbookException if a column is missing or not what it should be, or a row cannot be a prediction; it names
     *     the row, and nothing is stored
     */
    public long load(Table forecasts) {
        for (String column : new String[] {"symbol", "model", "origin", "target_time", "predicted"}) {
            if (!forecasts.containsColumn(column)) {
                throw new TickbookException("The predictions have no column \"" + column + "\". They have: "
                        + String.join(", ", forecasts.columnNames()) + ".");
            }
        }
        if (!(forecasts.column("origin") instanceof InstantColumn made)
                || !(forecasts.column("target_time") instanceof InstantColumn targets)) {
            throw new TickbookException(
                    "Predictions of a series without times cannot be stored: the columns \"origin\" and"
                            + " \"target_time\" must hold instants.");
        }
        Double level = forecasts.columnNames().stream()
                .filter(name -> name.matches("lo-[0-9.]+") && forecasts.containsColumn("hi-" + name.substring(3)))
                .map(name -> Double.valueOf(name.substring(3)))
                .max(Double::compare)
                .orElse(null);
        String interval = level == null ? "" : ForecastTable.name(level);
        double[] predicted = numbers(forecasts, "predicted");
        double[] lower = numbers(forecasts, "lo-" + interval);
        double[] upper = numbers(forecasts, "hi-" + interval);
        for (int row = 0; row < predicted.length; row++) {
            String wrong = !Double.isFinite(predicted[row])
                    ? "predicts no number"
                    : !targets.get(row).isAfter(made.get(row))
                            ? "was made at " + made.get(row) + ", when its target time had come, " + targets.get(row)
                            : lower[row] > upper[row] ? "has an interval from " + lower[row] + " to " + upper[row] : "";
            if (!wrong.isEmpty()) {
                throw new TickbookException("Row " + (row + 1) + " of the predictions, of "
                        + forecasts.column("symbol").getString(row) + " by "
                        + forecasts.column("model").getString(row) + ", " + wrong
                        + ". Leave it out or mend it; none was stored.");
            }
        }
        return new Query(
                        connections,
                        """
                        INSERT INTO market.predictions (symbol, model, made_at, target_time, base_price, predicted, lower, upper, confidence)
                        SELECT symbol, model, made_at, target_time, base, predicted, lower, upper,
                               CASE WHEN lower IS NOT NULL THEN CAST(? AS numeric) END
                          FROM unnest(CAST(? AS text[]), CAST(? AS text[]), CAST(? AS timestamptz[]), CAST(? AS timestamptz[]),
                                      CAST(? AS numeric[]), CAST(? AS numeric[]), CAST(? AS numeric[]), CAST(? AS numeric[]))
                               p (symbol, model, made_at, target_time, base, predicted, lower, upper)
                            ON CONFLICT (symbol, model, made_at, target_time) DO NOTHING""",
                        level == null ? null : level / 100,
                        forecasts.column("symbol").asStringColumn().asObjectArray(),
                        forecasts.column("model").asStringColumn().asObjectArray(),
                        texts(made.asObjectArray()),
                        texts(targets.asObjectArray()),
                        texts(numbers(forecasts, "base")),
                        texts(predicted),
                        texts(lower),
                        texts(upper))
                .execute();
    }

    private static String[] texts(Object[] values) {
        return Arrays.stream(values).map(String::valueOf).toArray(String[]::new);
    }

    /** Null where there is no number. */
    private static String[] texts(double[] values) {
        return Arrays.stream(values)
                .mapToObj(value -> Double.isFinite(value) ? String.valueOf(value) : null)
                .toArray(String[]::new);
    }

    /** NaN where the column is not there. */
    private static double[] numbers(Table table, String column) {
        double[] numbers = new double[table.rowCount()];
        Arrays.setAll(
                numbers,
                row -> table.containsColumn(column)
                        ? Accuracy.column(table, column).getDouble(row)
                        : Double.NaN);
        return numbers;
    }

    private Table query(String sql, Object... parameters) {
        return new Query(connections, sql, parameters).table();
    }
}
