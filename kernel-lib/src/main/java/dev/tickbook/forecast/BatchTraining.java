package dev.tickbook.forecast;

import dev.tickbook.TickbookException;
import dev.tickbook.forecast.internal.ModelFacts;
import dev.tickbook.forecast.internal.ModelStore;
import dev.tickbook.forecast.internal.ModelStore.Trained;
import dev.tickbook.forecast.internal.Parallel;
import dev.tickbook.forecast.internal.Setting;
import dev.tickbook.market.BarQuery;
import dev.tickbook.market.KnownMarket;
import dev.tickbook.market.PredictionAccuracy;
import java.math.BigDecimal;
import java.sql.Connection;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.InstantColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.LongColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * Trains a model for each symbol on its last daily closes, and stores models and predictions.
 *
 * <pre>{@code
 * TrainingReport report = tb.training().run();             // all symbols, where it is due
 * tb.training().symbols("ALTR", "BRCN").horizon(10).run();
 * report.status();                                         // trained, skipped and why, failed and why
 * }</pre>
 *
 * <p>A symbol is skipped where it has too few closes (system property or environment variable {@code
 * ARIMA_MIN_DATA_POINTS}, else 50), where its last bar is older than ten days, or where its model is younger than {@code
 * ARIMA_UPDATE_FREQUENCY} hours (else 24). A symbol that fails is recorded and stops no other. All cores work.
 *
 * <p>What is forecast is the close of the next bars: those of the next trading days of the US exchanges, or of the next days
 * for a symbol that has bars on weekends. A bar closes, and the close is known, at midnight UTC after its day.
 *
 * <p>Predictions are stored with the moment at which they were stored as {@code made_at}, and only of bars that have not
 * closed by then. {@linkplain #asOf As of a moment of the past} nothing is stored: a track record that was made up later
 * is none. The report has the forecasts nevertheless; to judge a model on the past use {@link
 * dev.tickbook.Tickbook#crossValidation}. Unchangeable; each setting gives another.
 *
 * @see dev.tickbook.Tickbook#training
 */
public final class BatchTraining {

    private static final Duration OLDEST_BAR = Duration.ofDays(10);
    private static final int ACCURACY_DAYS = 365;

    private final Function<String, BarQuery> read;
    private final KnownMarket market;
    private final ModelStore store;

    private List<String> symbols = List.of();
    private Forecaster model;
    private int points = 200;
    private int minPoints = Setting.of("ARIMA_MIN_DATA_POINTS", 50);
    private Duration updateEvery = Duration.ofHours(Setting.of("ARIMA_UPDATE_FREQUENCY", 24));
    private int horizon = 5;
    private double level = 95;
    private Instant asOf;
    private ForecastProgress progress = (done, total) -> {};

    private BatchTraining(Function<String, BarQuery> read, KnownMarket market, ModelStore store, Forecaster model) {
        this.read = read;
        this.market = market;
        this.store = store;
        this.model = model;
    }

    /**
     * Made by {@link dev.tickbook.Tickbook#training}.
     *
     * @param read reads bars of a symbol
     * @param market knows which symbols there are, and how predictions did
     * @param connections stores models
     * @param model to train if no other is named
     */
    public BatchTraining(
            Function<String, BarQuery> read, KnownMarket market, Supplier<Connection> connections, Forecaster model) {
        this(read, market, new ModelStore(connections), model);
    }

    private BatchTraining with(Consumer<BatchTraining> change) {
        BatchTraining changed = new BatchTraining(read, market, store, model);
        changed.symbols = symbols;
        changed.points = points;
        changed.minPoints = minPoints;
        changed.updateEvery = updateEvery;
        changed.horizon = horizon;
        changed.level = level;
        changed.asOf = asOf;
        changed.progress = progress;
        change.accept(changed);
        return changed;
    }

    /**
     * @param names none: all that had a daily bar within ten days; a name that comes twice counts once
     * @return the same for these symbols
     */
    public BatchTraining symbols(String... names) {
        return symbols(List.of(names));
    }

    /**
     * @param names none: all that had a daily bar within ten days; a name that comes twice counts once
     * @return the same for these symbols
     */
    public BatchTraining symbols(Collection<String> names) {
        return with(t -> t.symbols = names.stream().distinct().toList());
    }

    /**
     * @param forecaster what is trained; automatic ARIMA if it is not set
     * @return the same with this model
     */
    public BatchTraining model(Forecaster forecaster) {
        return with(t -> t.model = forecaster);
    }

    /**
     * @param closes the last ones that a model is trained on; 200 if it is not set
     * @return the same with so many points
     */
    public BatchTraining points(int closes) {
        return with(t -> t.points = atLeastOne("The number of points", closes));
    }

    /**
     * @param closes without which a symbol is skipped
     * @return the same with this minimum
     */
    public BatchTraining minPoints(int closes) {
        return with(t -> t.minPoints = atLeastOne("The least number of points", closes));
    }

    /**
     * @param age at which a model is trained again; {@link Duration#ZERO}: always
     * @return the same with this age
     */
    public BatchTraining updateEvery(Duration age) {
        return with(t -> t.updateEvery = age);
    }

    /**
     * @param bars how many are forecast; 5 if it is not set
     * @return the same with this horizon
     */
    public BatchTraining horizon(int bars) {
        return with(t -> t.horizon = atLeastOne("A horizon", bars));
    }

    /**
     * @param percent level of the prediction intervals, between 0 and 100; 95 if it is not set
     * @return the same with this level
     */
    public BatchTraining level(double percent) {
        if (!(percent > 0 && percent < 100)) {
            throw new TickbookException(
                    "The level of an interval lies between 0 and 100 percent, not at " + percent + ".");
        }
        if (BigDecimal.valueOf(percent).stripTrailingZeros().scale() > 2) {
            throw new TickbookException("Predictions are stored with levels of two decimals, and " + percent
                    + " percent has more. Round it.");
        }
        return with(t -> t.level = percent);
    }

    /**
     * @param moment closes are read as they were known then, every symbol is trained, and nothing is stored
     * @return the same as of that moment
     */
    public BatchTraining asOf(Instant moment) {
        return with(t -> t.asOf = moment);
    }

    /**
     * @param listener hears of each symbol that is done
     * @return the same with this listener
     */
    public BatchTraining onProgress(ForecastProgress listener) {
        return with(t -> t.progress = listener);
    }

    /**
     * How the last training of this model ended, of each symbol, and what its predictions were worth.
     *
     * @return symbol, status, reason, fitted, observations, last_bar and age_hours of the last model that was trained; then,
     *     of predictions in the year before now, evaluated, hit_rate, directional_accuracy, mape; ordered by symbol
     */
    public Table status() {
        return store.status(model.name(), ACCURACY_DAYS);
    }

    /** How one symbol ended. */
    private record Outcome(
            String symbol,
            String status,
            String reason,
            String fitted,
            int observations,
            Instant lastBar,
            Instant trainedAt,
            Trained trained,
            int stored) {

        static Outcome without(String symbol, String status, String reason) {
            return new Outcome(symbol, status, reason, null, 0, null, null, null, 0);
        }
    }

    /**
     * Trains what is due.
     *
     * @return how each symbol ended, and what the models say
     * @throws TickbookException if the server fails, or there is no symbol at all; what concerns a symbol is in the report
     */
    public TrainingReport run() {
        Instant now = store.now();
        Instant moment = asOf == null ? now : asOf;
        if (moment.isAfter(now)) {
            throw new TickbookException("Nobody knows yet what will be known at " + moment + "; it is " + now
                    + ". Train as of a moment that has passed.");
        }
        List<String> names = symbols.isEmpty()
                ? market.asOf(moment).state().stringColumn("symbol").asList()
                : symbols;
        if (names.isEmpty()) {
            throw new TickbookException("No symbol has a daily bar that closed within ten days before " + moment
                    + ". Load newer bars, or train as of an earlier moment.");
        }
        if (asOf == null) {
            store.fillActuals(model.name()); // so that the report knows how yesterday's predictions did
        }
        Map<String, Instant> lastTrained = asOf == null ? store.lastTrained(model.name()) : Map.of();
        List<Instant> sessions = store.sessionCloses(
                moment.minus(OLDEST_BAR).minus(Duration.ofDays(4)), moment.plus(Duration.ofDays(2L * horizon + 30)));
        List<Outcome> outcomes = Parallel.map(
                names.size(), i -> outcome(names.get(i), moment, lastTrained.get(names.get(i)), sessions), progress);
        return new TrainingReport(
                moment,
                status(outcomes, moment),
                forecasts(outcomes),
                outcomes.stream().mapToInt(Outcome::stored).sum());
    }

    private Outcome outcome(String symbol, Instant moment, Instant lastTrained, List<Instant> sessions) {
        try {
            if (lastTrained != null && lastTrained.plus(updateEvery).isAfter(moment)) {
                return new Outcome(
                        symbol,
                        "skipped",
                        "its model is younger than " + updateEvery.toHours() + " hours",
                        null,
                        0,
                        null,
                        lastTrained,
                        null,
                        0);
            }
            Outcome outcome = train(symbol, moment, sessions);
            if (asOf == null && outcome.trained() == null) {
                store.note(symbol, model.name(), outcome.status(), outcome.reason());
            }
            return outcome;
        } catch (RuntimeException e) {
            String reason = e instanceof TickbookException ? e.getMessage() : e.toString();
            if (asOf == null) {
                note(symbol, reason);
            }
            return Outcome.without(symbol, "failed", reason);
        }
    }

    /** A server that does not take the note does not take the others' either; then their reasons say so. */
    private void note(String symbol, String reason) {
        try {
            store.note(symbol, model.name(), "failed", reason);
        } catch (TickbookException e) {
            // the report has what failed first
        }
    }

    private Outcome train(String symbol, Instant moment, List<Instant> sessions) {
        Table bars = read.apply(symbol).asOf(moment).last(points).table();
        int count = bars.rowCount();
        if (count < minPoints) {
            return Outcome.without(symbol, "skipped", count + " closes, and " + minPoints + " are needed");
        }
        InstantColumn times = bars.instantColumn("time");
        Instant last = times.get(count - 1);
        if (last.plus(Duration.ofDays(1)).isBefore(moment.minus(OLDEST_BAR))) {
            return Outcome.without(
                    symbol,
                    "skipped",
                    "its last bar is of " + last.toString().substring(0, 10) + ", more than ten days before");
        }
        List<Instant> targets = new ArrayList<>();
        int behind = 0;
        for (Instant close : tradesOnWeekends(times) ? days(last) : sessions) {
            // The bar itself closes a day after it opens; what closes after it is a step ahead.
            if (close.isAfter(last.plus(Duration.ofDays(1))) && targets.size() < horizon) {
                if (close.isAfter(moment)) {
                    targets.add(close);
                } else {
                    behind++;
                }
            }
        }
        double[] closes = bars.doubleColumn("close").asDoubleArray();
        FittedModel fitted = model.fit(new TimeSeries(closes, 1));
        Forecast forecast = fitted.forecast(behind + horizon, level);
        for (double predicted : forecast.mean()) {
            if (!Double.isFinite(predicted)) {
                throw new TickbookException(fitted.name() + " forecasts " + predicted + ", which is no price.");
            }
        }
        Trained trained = new Trained(
                symbol,
                model.name(),
                moment,
                times.get(0),
                last,
                count,
                closes[count - 1],
                fitted,
                ModelFacts.of(fitted, closes),
                level,
                targets,
                forecast,
                behind);
        int stored = asOf == null ? store.store(trained) : 0;
        return new Outcome(symbol, "trained", null, fitted.name(), count, last, moment, trained, stored);
    }

    private static boolean tradesOnWeekends(InstantColumn times) {
        for (Instant time : times) {
            if (time.atOffset(ZoneOffset.UTC).getDayOfWeek().compareTo(DayOfWeek.FRIDAY) > 0) {
                return true;
            }
        }
        return false;
    }

    /** When the bars of the days after a bar close. */
    private List<Instant> days(Instant last) {
        List<Instant> closes = new ArrayList<>();
        for (int day = 2; day <= OLDEST_BAR.toDays() + horizon + 2; day++) {
            closes.add(last.plus(Duration.ofDays(day)));
        }
        return closes;
    }

    private Table status(List<Outcome> outcomes, Instant moment) {
        Table table = Table.create(
                "Training",
                StringColumn.create("symbol"),
                StringColumn.create("status"),
                StringColumn.create("reason"),
                StringColumn.create("fitted"),
                IntColumn.create("observations"),
                InstantColumn.create("last_bar"),
                DoubleColumn.create("age_hours"),
                LongColumn.create("evaluated"),
                DoubleColumn.create("hit_rate"),
                DoubleColumn.create("directional_accuracy"),
                DoubleColumn.create("mape"));
        for (Outcome outcome : outcomes) {
            PredictionAccuracy accuracy =
                    market.asOf(moment).predictionAccuracy(outcome.symbol(), ACCURACY_DAYS, model.name());
            Object[] row = {
                outcome.symbol(),
                outcome.status(),
                outcome.reason(),
                outcome.fitted(),
                outcome.observations() == 0 ? null : outcome.observations(),
                outcome.lastBar(),
                outcome.trainedAt() == null ? null : hours(Duration.between(outcome.trainedAt(), moment)),
                accuracy.evaluated(),
                accuracy.hitRate(),
                accuracy.directionalAccuracy(),
                accuracy.mape()
            };
            append(table, row);
        }
        return table;
    }

    private Table forecasts(List<Outcome> outcomes) {
        Table table = Table.create(
                "Forecasts",
                StringColumn.create("symbol"),
                StringColumn.create("model"),
                StringColumn.create("fitted"),
                InstantColumn.create("origin"),
                IntColumn.create("step"),
                InstantColumn.create("target_time"),
                DoubleColumn.create("base"),
                DoubleColumn.create("predicted"),
                DoubleColumn.create("lo-" + levelName()),
                DoubleColumn.create("hi-" + levelName()));
        for (Outcome outcome : outcomes) {
            Trained t = outcome.trained();
            for (int i = 0; t != null && i < t.targets().size(); i++) {
                int step = t.behind() + i;
                append(
                        table,
                        t.symbol(),
                        t.model(),
                        t.fitted().name(),
                        t.dataAsOf(),
                        i + 1,
                        t.targets().get(i),
                        t.base(),
                        t.forecast().mean()[step],
                        t.forecast().lower()[0][step],
                        t.forecast().upper()[0][step]);
            }
        }
        return table;
    }

    private String levelName() {
        return BigDecimal.valueOf(level).stripTrailingZeros().toPlainString();
    }

    private static void append(Table table, Object... row) {
        for (int column = 0; column < row.length; column++) {
            if (row[column] == null) {
                table.column(column).appendMissing();
            } else {
                table.column(column).appendObj(row[column]);
            }
        }
    }

    private static double hours(Duration age) {
        return age.toMinutes() / 60.0;
    }

    private static int atLeastOne(String what, int value) {
        if (value < 1) {
            throw new TickbookException(what + " is 1 or more, not " + value + ".");
        }
        return value;
    }
}
