package dev.tickbook.accuracy;

import dev.tickbook.TickbookException;
import dev.tickbook.forecast.internal.Parallel;
import dev.tickbook.market.BarQuery;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import tech.tablesaw.api.InstantColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * What kind of market it was when a forecast was made, as it was known then: never from a bar that came later.
 *
 * <pre>{@code
 * Table labelled = Regime.volatility(20, 250).label(tried.forecasts(), tb::read);
 * Accuracy.of(labelled).by("model", "volatility");
 * }</pre>
 */
public final class Regime {

    /** What is said where too few bars were known. */
    private static final String UNKNOWN = "unknown";

    private final String name;
    private final int bars;
    private final Function<double[], String> kind;

    private Regime(String name, int bars, Function<double[], String> kind) {
        this.name = name;
        this.bars = bars;
        this.kind = kind;
    }

    /**
     * Calm, normal or turbulent: the volatility of the last days, against what it was on each day of a longer past. Each of
     * the three is a third of that past.
     *
     * @param window returns of which a volatility is the standard deviation, at least 2
     * @param history days with whose volatilities the last one is compared, at least 3
     * @return the regime, in a column {@code volatility}
     */
    public static Regime volatility(int window, int history) {
        if (window < 2 || history < 3) {
            throw new TickbookException("A volatility needs 2 returns or more, and thirds need 3 days or more, not "
                    + window + " and " + history + ".");
        }
        return new Regime("volatility", window + history, closes -> {
            double[] volatility = new double[history];
            for (int i = 0; i < history; i++) {
                volatility[i] = volatility(closes, i, window);
            }
            double now = volatility[history - 1];
            Arrays.sort(volatility);
            int below = lowerBound(volatility, now);
            return 3 * below < history ? "calm" : 3 * below < 2 * history ? "normal" : "turbulent";
        });
    }

    /**
     * Rising or falling: the last close above or below the mean of the last closes.
     *
     * @param window closes of which the mean is taken, at least 2
     * @return the regime, in a column {@code trend}
     */
    public static Regime trend(int window) {
        if (window < 2) {
            throw new TickbookException("A moving average needs 2 closes or more, not " + window + ".");
        }
        return new Regime(
                "trend",
                window,
                closes -> closes[window - 1] >= Arrays.stream(closes).average().orElseThrow() ? "rising" : "falling");
    }

    /**
     * Adds to forecasts what kind of market it was at their origins.
     *
     * @param forecasts with columns symbol and origin, as {@link CrossValidation} and {@link TrackRecord} give them
     * @param read {@code tb::read}
     * @return the same with one more column; {@code unknown} where too few daily bars were known
     */
    public Table label(Table forecasts, Function<String, BarQuery> read) {
        if (!forecasts.containsColumn("symbol")
                || !forecasts.containsColumn("origin")
                || !(forecasts.column("origin") instanceof InstantColumn origins)) {
            throw new TickbookException(
                    "A regime is that of a symbol at a moment: the forecasts need a column \"symbol\","
                            + " and instants in a column \"origin\". They have: "
                            + String.join(", ", forecasts.columnNames())
                            + ".");
        }
        if (forecasts.containsColumn(name)) {
            throw new TickbookException("The forecasts have a column \"" + name
                    + "\" already. Give it another name with setName() to label them again.");
        }
        StringColumn symbols = forecasts.stringColumn("symbol");
        // Many forecasts were made at the same moments, and each asks the database.
        Map<Moment, Integer> numbers = new LinkedHashMap<>();
        for (int row = 0; row < forecasts.rowCount(); row++) {
            numbers.putIfAbsent(new Moment(symbols.get(row), origins.get(row)), numbers.size());
        }
        List<Moment> moments = List.copyOf(numbers.keySet());
        List<String> kinds = Parallel.map(
                moments.size(),
                i -> at(read.apply(moments.get(i).symbol()), moments.get(i).origin()),
                (done, total) -> {});
        StringColumn labels = StringColumn.create(name);
        for (int row = 0; row < forecasts.rowCount(); row++) {
            labels.append(kinds.get(numbers.get(new Moment(symbols.get(row), origins.get(row)))));
        }
        return forecasts.copy().addColumns(labels);
    }

    private record Moment(String symbol, Instant origin) {}

    private String at(BarQuery symbol, Instant origin) {
        double[] closes =
                symbol.asOf(origin).last(bars).table().doubleColumn("close").asDoubleArray();
        return closes.length < bars ? UNKNOWN : kind.apply(closes);
    }

    /** The standard deviation of so many log returns that begin at a close. */
    private static double volatility(double[] closes, int start, int window) {
        double[] returns = new double[window];
        Arrays.setAll(returns, i -> Math.log(closes[start + i + 1] / closes[start + i]));
        double mean = Arrays.stream(returns).average().orElseThrow();
        return Math.sqrt(
                Arrays.stream(returns).map(r -> (r - mean) * (r - mean)).sum() / (window - 1));
    }

    private static int lowerBound(double[] sorted, double value) {
        int below = 0;
        while (below < sorted.length && sorted[below] < value) {
            below++;
        }
        return below;
    }
}
