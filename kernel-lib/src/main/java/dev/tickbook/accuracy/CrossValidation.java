package dev.tickbook.accuracy;

import dev.tickbook.TickbookException;
import dev.tickbook.accuracy.internal.BarClose;
import dev.tickbook.accuracy.internal.ForecastTable;
import dev.tickbook.accuracy.internal.ForecastTable.Question;
import dev.tickbook.forecast.Forecast;
import dev.tickbook.forecast.ForecastProgress;
import dev.tickbook.forecast.Forecaster;
import dev.tickbook.forecast.TimeSeries;
import dev.tickbook.forecast.internal.Parallel;
import dev.tickbook.market.BarQuery;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.function.Supplier;
import tech.tablesaw.api.Table;

/**
 * Rolling-origin cross-validation: models are fitted to what was known at a moment, forecast what followed, and again at
 * the next moment.
 *
 * <pre>{@code
 * CrossValidated tried = tb.crossValidation("ALTR", "BRCN")
 *         .models(new AutoArima(), Baselines.naive())
 *         .window(200).horizon(5).origins(20).every(5)
 *         .run();
 * tried.accuracy().by("model", "step");
 * }</pre>
 *
 * <p>Closes are read as of each origin, so that no model sees a bar that had not closed, nor a correction that had not been
 * made. What came is what is known of it now. Origins are the moments at which bars closed. A model that fails at an
 * origin is recorded and stops no other. All cores work; the result is the same however many there are. Unchangeable; each
 * setting gives another.
 *
 * @see dev.tickbook.Tickbook#crossValidation
 */
public final class CrossValidation {

    private static final int ORIGINS = 20;

    private final Function<String, BarQuery> read; // null for a series that is in no database
    private final List<String> names;
    private final TimeSeries series;

    private List<Forecaster> models = List.of();
    private String interval = "1d";
    private int period = 1;
    private int window = Integer.MAX_VALUE;
    private int horizon = 1;
    private int origins; // 0: not set
    private int every = 1;
    private Instant from;
    private Instant to;
    private double[] levels = {80, 95};
    private ForecastProgress progress = (done, total) -> {};

    private CrossValidation(Function<String, BarQuery> read, List<String> names, TimeSeries series) {
        this.read = read;
        this.names = names;
        this.series = series;
    }

    private CrossValidation(CrossValidation other) {
        this(other.read, other.names, other.series);
        models = other.models;
        interval = other.interval;
        period = other.period;
        window = other.window;
        horizon = other.horizon;
        origins = other.origins;
        every = other.every;
        from = other.from;
        to = other.to;
        levels = other.levels;
        progress = other.progress;
    }

    private CrossValidation with(Consumer<CrossValidation> change) {
        CrossValidation changed = new CrossValidation(this);
        change.accept(changed);
        return changed;
    }

    /**
     * Made by {@link dev.tickbook.Tickbook#crossValidation}.
     *
     * @param read reads bars of a symbol
     * @param symbols whose closes are forecast; one that comes twice counts once
     */
    public CrossValidation(Function<String, BarQuery> read, String... symbols) {
        this(read, Arrays.stream(symbols).distinct().toList(), null);
        if (symbols.length == 0) {
            throw new TickbookException("Name at least one symbol whose closes are to be forecast.");
        }
    }

    /**
     * Of a series that is in no database.
     *
     * @param name what the table calls it
     * @param series its observations; NaN is a missing one
     * @return the cross-validation, to be told its models
     */
    public static CrossValidation of(String name, TimeSeries series) {
        return new CrossValidation(null, List.of(name), series).period(series.period());
    }

    /**
     * @param forecasters to compare, each with another name; {@link Forecaster#named} gives one
     * @return the same with these models
     */
    public CrossValidation models(Forecaster... forecasters) {
        Set<String> known = new HashSet<>();
        for (Forecaster model : forecasters) {
            if (!known.add(model.name())) {
                throw new TickbookException("Two models are called \"" + model.name()
                        + "\". Give one another name with named(), or the table could not tell them apart.");
            }
        }
        return with(c -> c.models = List.of(forecasters));
    }

    /**
     * @param length of the bars: 1m, 1h, 1d …; days if it is not set
     * @return the same with these bars
     */
    public CrossValidation interval(String length) {
        BarClose.of(Instant.EPOCH, length); // says what is wrong with it
        return with(c -> c.interval = length);
    }

    /**
     * @param bars in a season; 1, for none, if it is not set, and for a series its own
     * @return the same with this season
     */
    public CrossValidation period(int bars) {
        return with(c -> c.period = atLeastOne("A season", bars));
    }

    /**
     * @param observations the last ones known, to which models are fitted; all that are known if it is not set
     * @return the same with this window
     */
    public CrossValidation window(int observations) {
        return with(c -> c.window = atLeastOne("A window", observations));
    }

    /**
     * @param steps ahead that are forecast; 1 if it is not set
     * @return the same with this horizon
     */
    public CrossValidation horizon(int steps) {
        return with(c -> c.horizon = atLeastOne("A horizon", steps));
    }

    /**
     * @param count of origins, the latest whose targets are all known; if it is not set 20, or all from {@link #from} on.
     *     Between from and {@link #to} the last targets of the last origins may be missing
     * @return the same with so many origins
     */
    public CrossValidation origins(int count) {
        return with(c -> c.origins = atLeastOne("The number of origins", count));
    }

    /**
     * @param steps from one origin to the next; 1 if it is not set
     * @return the same with this distance
     */
    public CrossValidation every(int steps) {
        return with(c -> c.every = atLeastOne("The distance of origins", steps));
    }

    /**
     * @param moment the earliest origin; for symbols
     * @return the same from there on
     */
    public CrossValidation from(Instant moment) {
        return with(c -> c.from = moment);
    }

    /**
     * @param day its midnight, UTC, is the earliest origin; for symbols
     * @return the same from there on
     */
    public CrossValidation from(LocalDate day) {
        return from(day.atStartOfDay().toInstant(ZoneOffset.UTC));
    }

    /**
     * @param moment the latest origin; for symbols
     * @return the same up to there
     */
    public CrossValidation to(Instant moment) {
        return with(c -> c.to = moment);
    }

    /**
     * @param day its midnight, UTC, is the latest origin; for symbols
     * @return the same up to there
     */
    public CrossValidation to(LocalDate day) {
        return to(day.atStartOfDay().toInstant(ZoneOffset.UTC));
    }

    /**
     * @param percent levels of the prediction intervals, between 0 and 100; 80 and 95 if they are not set
     * @return the same with these intervals
     */
    public CrossValidation levels(double... percent) {
        for (double level : percent) {
            if (!(level > 0 && level < 100)) {
                throw new TickbookException(
                        "The level of an interval lies between 0 and 100 percent, not at " + level + ".");
            }
        }
        return with(c -> c.levels = Arrays.stream(percent).sorted().distinct().toArray());
    }

    /**
     * @param listener hears of each origin of each symbol that is done
     * @return the same with this listener
     */
    public CrossValidation onProgress(ForecastProgress listener) {
        return with(c -> c.progress = listener);
    }

    /**
     * Fits all models at all origins.
     *
     * @return their forecasts, and what failed
     * @throws TickbookException if there is no model, a symbol has no bars, or too few for a single origin
     */
    public CrossValidated run() {
        if (models.isEmpty()) {
            throw new TickbookException("There is no model to validate. Name some with models().");
        }
        List<Supplier<Question>> questions = new ArrayList<>();
        for (String name : names) {
            questions.addAll(series == null ? ofSymbol(name) : ofSeries(name));
        }
        List<Consumer<ForecastTable>> answers =
                Parallel.map(questions.size(), i -> answer(questions.get(i).get()), progress);
        ForecastTable table = new ForecastTable(series == null, levels);
        answers.forEach(answer -> answer.accept(table));
        return new CrossValidated(table.forecasts(), table.failures());
    }

    /** What each model says; a model that fails says why. */
    private Consumer<ForecastTable> answer(Question question) {
        List<Consumer<ForecastTable>> rows = new ArrayList<>();
        TimeSeries known = new TimeSeries(question.known(), period);
        for (Forecaster model : models) {
            try {
                int steps = question.behind() + question.targets().length;
                Forecast forecast = ForecastTable.checked(model.fit(known).forecast(steps, levels), steps);
                rows.add(table -> table.add(question, model.name(), forecast));
            } catch (RuntimeException e) {
                rows.add(table -> table.fail(question.symbol(), model.name(), question.origin(), e));
            }
        }
        return table -> rows.forEach(row -> row.accept(table));
    }

    /** The questions of a series: what was known is its beginning. */
    private List<Supplier<Question>> ofSeries(String name) {
        if (from != null || to != null) {
            throw new TickbookException(
                    "A series has no times: say with origins() and every() where to forecast from.");
        }
        double[] values = series.values();
        List<Supplier<Question>> questions = new ArrayList<>();
        for (int last : lastKnown(name, values.length, index -> true)) {
            Object[] targets = new Object[horizon];
            Arrays.setAll(targets, step -> last + 2 + step);
            questions.add(() -> question(
                    name,
                    last + 1,
                    Arrays.copyOfRange(values, Math.max(0, last + 1 - window), last + 1),
                    0,
                    targets,
                    Arrays.copyOfRange(values, last + 1, last + 1 + horizon)));
        }
        return questions;
    }

    /** The questions of a symbol: what was known is read as of the origin, what came as it is known now. */
    private List<Supplier<Question>> ofSymbol(String symbol) {
        Table bars = read.apply(symbol).interval(interval).asOf(Instant.now()).table();
        if (bars.isEmpty()) {
            throw new TickbookException(
                    "There are no bars of " + symbol + " with interval " + interval + ". Check both, or load some.");
        }
        Instant[] opens = bars.instantColumn("time").asObjectArray();
        double[] closes = bars.doubleColumn("close").asDoubleArray();
        List<Supplier<Question>> questions = new ArrayList<>();
        for (int last : lastKnown(symbol, opens.length, index -> isWithin(BarClose.of(opens[index], interval)))) {
            Instant origin = BarClose.of(opens[last], interval);
            Object[] targets = new Object[Math.min(horizon, opens.length - 1 - last)];
            Arrays.setAll(targets, step -> BarClose.of(opens[last + 1 + step], interval));
            double[] actual = Arrays.copyOfRange(closes, last + 1, last + 1 + targets.length);
            questions.add(() -> {
                BarQuery then = read.apply(symbol).interval(interval).asOf(origin);
                Table known = (window == Integer.MAX_VALUE ? then : then.last(window)).table();
                // A bar that had been withdrawn by then is one more step to go.
                Instant lastOpen = known.isEmpty()
                        ? Instant.MIN
                        : known.instantColumn("time").get(known.rowCount() - 1);
                int behind = 0;
                while (behind <= last && opens[last - behind].isAfter(lastOpen)) {
                    behind++;
                }
                return question(symbol, origin, known.doubleColumn("close").asDoubleArray(), behind, targets, actual);
            });
        }
        return questions;
    }

    private boolean isWithin(Instant origin) {
        return (from == null || !origin.isBefore(from)) && (to == null || !origin.isAfter(to));
    }

    private Question question(
            String symbol, Object origin, double[] known, int behind, Object[] targets, double[] actual) {
        return new Question(
                symbol,
                origin,
                known,
                behind,
                targets,
                actual,
                Measures.naiveMae(known, period),
                Measures.naiveRmse(known, period));
    }

    /** The numbers, from 0, of the last observations known at each origin, the earliest first. */
    private List<Integer> lastKnown(String name, int length, IntPredicate isOrigin) {
        int wanted = origins > 0 ? origins : from == null ? ORIGINS : Integer.MAX_VALUE;
        List<Integer> found = new ArrayList<>();
        int leastAfter = from == null && to == null ? horizon : 1;
        for (int last = length - 1 - leastAfter; last >= 0 && found.size() < wanted; last--) {
            boolean inStep = found.isEmpty() || found.get(found.size() - 1) - last == every;
            if (inStep && isOrigin.test(last)) {
                found.add(last);
            }
        }
        if (found.isEmpty()) {
            throw new TickbookException(name + " has " + length + " observations, and none of them has " + leastAfter
                    + " more after it" + (from == null && to == null ? "" : " and lies between from() and to()")
                    + ". Shorten the horizon, or choose another range.");
        }
        Collections.reverse(found);
        return found;
    }

    private static int atLeastOne(String what, int value) {
        if (value < 1) {
            throw new TickbookException(what + " is 1 or more, not " + value + ".");
        }
        return value;
    }
}
