package dev.tickbook.forecast;

import dev.tickbook.TickbookException;
import dev.tickbook.forecast.internal.ArmaStructure;
import dev.tickbook.forecast.internal.Estimator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The ARIMA model that suits a series, found as Hyndman and Khandakar (2008) describe and R's {@code auto.arima} does it:
 * differences of the season where it is strong, differences until the KPSS test is content, then the orders of the least AICc,
 * sought step by step. Models with a root close to the unit circle are not taken.
 *
 * <pre>{@code
 * ArimaModel model = AutoArima.defaults().fit(new TimeSeries(values, 12));
 * model.name();                     // ARIMA(0,1,1)(0,1,1)[12]
 * }</pre>
 *
 * <p>A season of more than 350 observations, or longer than the series, is left out. Each method that sets something returns a
 * changed copy.
 */
public final class AutoArima implements Forecaster {

    /** Models whose roots are within this of the unit circle are hardly distinguishable from ones differenced once more or less. */
    private static final double ROOT_LIMIT = 1.01;

    /** Observations times the length of the season from which on models are compared by quick estimates. */
    private static final int LONG = 10_000;

    /** As in R: a longer season takes states too large to filter, and regressors serve it better. */
    private static final int LONGEST_SEASON = 350;

    /** How many of the best models are estimated again, if need be. */
    private static final int FINALISTS = 3;

    /** How many of the models that a jump may lead to are tried. */
    private static final int JUMPS = 5;

    private int maxP = 5;
    private int maxQ = 5;
    private int maxSeasonalP = 2;
    private int maxSeasonalQ = 2;
    private int maxOrder = 5;
    private int maxD = 2;
    private int maxSeasonalD = 1;
    private Integer d;
    private Integer seasonalD;
    private boolean seasonal = true;
    private boolean full;
    private Boolean approximation;
    private boolean mean = true;
    private boolean drift = true;
    private boolean chooseBoxCox;
    private BoxCox boxCox;
    private InformationCriterion criterion = InformationCriterion.AICC;

    private AutoArima() {}

    /** @return the search as R does it by default: p, q up to 5, P, Q up to 2, d up to 2, D up to 1, step by step, by AICc */
    public static AutoArima defaults() {
        return new AutoArima();
    }

    private AutoArima copy() {
        AutoArima copy = new AutoArima();
        copy.maxP = maxP;
        copy.maxQ = maxQ;
        copy.maxSeasonalP = maxSeasonalP;
        copy.maxSeasonalQ = maxSeasonalQ;
        copy.maxOrder = maxOrder;
        copy.maxD = maxD;
        copy.maxSeasonalD = maxSeasonalD;
        copy.d = d;
        copy.seasonalD = seasonalD;
        copy.seasonal = seasonal;
        copy.full = full;
        copy.approximation = approximation;
        copy.mean = mean;
        copy.drift = drift;
        copy.chooseBoxCox = chooseBoxCox;
        copy.boxCox = boxCox;
        copy.criterion = criterion;
        return copy;
    }

    /** @return the search among models of at most these orders */
    public AutoArima maxOrders(int p, int q, int seasonalP, int seasonalQ) {
        new ArimaOrder(p, 0, q, seasonalP, 0, seasonalQ);
        AutoArima copy = copy();
        copy.maxP = p;
        copy.maxQ = q;
        copy.maxSeasonalP = seasonalP;
        copy.maxSeasonalQ = seasonalQ;
        return copy;
    }

    /** @return the search that differences at most so often; where a test asks for less, less */
    public AutoArima maxDifferences(int d, int seasonalD) {
        ArimaOrder.of(0, d, 0).seasonal(0, seasonalD, 0);
        AutoArima copy = copy();
        copy.maxD = d;
        copy.maxSeasonalD = seasonalD;
        return copy;
    }

    /** @return the search among models that are differenced exactly so often; no test is asked */
    public AutoArima differences(int d, int seasonalD) {
        ArimaOrder.of(0, d, 0).seasonal(0, seasonalD, 0);
        AutoArima copy = copy();
        copy.d = d;
        copy.seasonalD = seasonalD;
        return copy;
    }

    /** @return the search among models without a season */
    public AutoArima withoutSeason() {
        AutoArima copy = copy();
        copy.seasonal = false;
        return copy;
    }

    /** @return the search among models of series that are not differenced */
    public AutoArima stationary() {
        return differences(0, 0);
    }

    /** @return the search among models without a mean */
    public AutoArima withoutMean() {
        AutoArima copy = copy();
        copy.mean = false;
        return copy;
    }

    /** @return the search among models without a drift */
    public AutoArima withoutDrift() {
        AutoArima copy = copy();
        copy.drift = false;
        return copy;
    }

    /**
     * @param maxOrder the largest sum p + q + P + Q
     * @return the search through all models up to that sum, instead of step by step
     */
    public AutoArima fullSearch(int maxOrder) {
        AutoArima copy = copy();
        copy.full = true;
        copy.maxOrder = maxOrder;
        return copy;
    }

    /** @return the search for the least of another criterion */
    public AutoArima criterion(InformationCriterion criterion) {
        AutoArima copy = copy();
        copy.criterion = criterion;
        return copy;
    }

    /**
     * Whether models are compared by quick estimates (those of the least conditional sum of squares) and only the best are
     * estimated exactly. By default that is so where exact ones take long: for long series with a long season, and where values
     * are missing.
     */
    public AutoArima approximation(boolean approximation) {
        AutoArima copy = copy();
        copy.approximation = approximation;
        return copy;
    }

    /** @return the search for a model of the transformed series */
    public AutoArima boxCox(BoxCox boxCox) {
        AutoArima copy = copy();
        copy.boxCox = boxCox;
        copy.chooseBoxCox = false;
        return copy;
    }

    /** @return the search for a model of the series transformed with the λ that {@link BoxCox#guerrero} finds */
    public AutoArima chooseBoxCox(boolean unbiased) {
        AutoArima copy = copy();
        copy.boxCox = new BoxCox(1, unbiased);
        copy.chooseBoxCox = true;
        return copy;
    }

    @Override
    public String name() {
        return "auto ARIMA";
    }

    @Override
    public ArimaModel fit(TimeSeries series) {
        return fit(series, new double[0][]);
    }

    /**
     * Finds the model with regressors: the series is a linear function of them and of ARIMA errors.
     *
     * @param regressors one array per regressor, each as long as the series, none of their values missing
     * @throws TickbookException if the series is empty or not finite, or the regressors depend on each other
     */
    public ArimaModel fit(TimeSeries series, double[]... regressors) {
        BoxCox transformation =
                chooseBoxCox ? new BoxCox(BoxCox.guerrero(series).lambda(), boxCox.unbiased()) : boxCox;
        return new Search(Sample.of(series, transformation, regressors)).run();
    }

    private record Candidate(ArimaOrder order, boolean constant) {}

    private record Scored(Candidate candidate, Estimator.Estimate estimate, double score) {}

    private final class Search {

        private final Sample sample;
        private final Arima.Fitting fitting;
        private final Map<Candidate, Scored> tried = new LinkedHashMap<>();
        private final Map<Candidate, Scored> looked = new HashMap<>();
        private final int limitP;
        private final int limitQ;
        private final int limitSeasonalP;
        private final int limitSeasonalQ;
        private int differences;
        private int seasonalDifferences;
        private boolean constantAllowed;
        private Scored best;

        Search(Sample sample) {
            this.sample = sample;
            fitting = new Arima.Fitting(sample);
            int observed = sample.observed();
            limitP = Math.min(maxP, observed / 3);
            limitQ = Math.min(maxQ, observed / 3);
            int period = sample.period();
            boolean hasSeason = seasonal && period > 1 && period <= LONGEST_SEASON && sample.values().length > period;
            limitSeasonalP = hasSeason ? Math.min(maxSeasonalP, observed / 3 / period) : 0;
            limitSeasonalQ = hasSeason ? Math.min(maxSeasonalQ, observed / 3 / period) : 0;
            chooseDifferences(hasSeason);
        }

        private void chooseDifferences(boolean hasSeason) {
            double[] y = withoutRegressors();
            seasonalDifferences = !hasSeason
                    ? 0
                    : seasonalD != null ? seasonalD : Differences.seasonal(y, sample.period(), maxSeasonalD);
            double[] w = seasonalDifferences > 0 ? Differences.lagged(y, sample.period()) : y;
            differences = d != null ? d : observed(w) <= 3 ? 0 : Differences.regular(w, maxD);
            int total = differences + seasonalDifferences;
            constantAllowed = total == 0 ? mean : total == 1 && drift;
        }

        private static int observed(double[] y) {
            return (int) Arrays.stream(y).filter(v -> !Double.isNaN(v)).count();
        }

        private double[] withoutRegressors() {
            double[] y = sample.values();
            if (sample.given().length == 0) {
                return y;
            }
            Arima regression = Arima.of(0, 0, 0);
            Estimator.Estimate estimate = fitting.estimator(regression)
                    .search(fitting.structure(regression.order()), Double.NEGATIVE_INFINITY);
            double[][] all = sample.regressors(true, false);
            double[] rest = y.clone();
            for (int k = 0; k < all.length; k++) {
                for (int t = 0; t < rest.length; t++) {
                    rest[t] -= estimate.regression()[k] * all[k][t];
                }
            }
            return rest;
        }

        ArimaModel run() {
            double[] w = Estimator.difference(
                    sample.values(), Estimator.differencing(differences, seasonalDifferences, sample.period()));
            if (Sample.isConstant(w, sample.values()) || observed(w) <= 3) {
                return fitting.fit(arima(new Candidate(order(0, 0, 0, 0), simplestHasConstant(w))));
            }
            if (full) {
                tryAll();
            } else {
                tryStepByStep();
            }
            return exact();
        }

        /** What does not vary, or is too short to tell, is its mean and its drift. */
        private boolean simplestHasConstant(double[] w) {
            return constantAllowed && observed(w) > 2;
        }

        private ArimaOrder order(int p, int q, int seasonalP, int seasonalQ) {
            return new ArimaOrder(p, differences, q, seasonalP, seasonalDifferences, seasonalQ);
        }

        private Arima arima(Candidate candidate) {
            Arima arima = Arima.of(candidate.order);
            if (!candidate.constant) {
                arima = arima.withoutMean();
            } else if (candidate.order.differences() == 1) {
                arima = arima.withDrift();
            }
            return sample.boxCox() == null ? arima : arima.boxCox(sample.boxCox());
        }

        private boolean better(int p, int q, int seasonalP, int seasonalQ, boolean constant) {
            boolean allowed = p >= 0
                    && p <= limitP
                    && q >= 0
                    && q <= limitQ
                    && seasonalP >= 0
                    && seasonalP <= limitSeasonalP
                    && seasonalQ >= 0
                    && seasonalQ <= limitSeasonalQ
                    && (!constant || constantAllowed);
            if (!allowed) {
                return false;
            }
            Candidate candidate = new Candidate(order(p, q, seasonalP, seasonalQ), constant);
            if (tried.containsKey(candidate)) {
                return false;
            }
            Scored scored =
                    approximate() ? looked.computeIfAbsent(candidate, c -> score(c, true)) : score(candidate, false);
            tried.put(candidate, scored);
            if (best == null || scored.score < best.score) {
                best = scored;
                return true;
            }
            return false;
        }

        private Scored score(Candidate candidate, boolean quick) {
            Arima arima = arima(candidate);
            Estimator estimator = fitting.estimator(arima);
            ArmaStructure structure = fitting.structure(candidate.order);
            int parameters = structure.size() + sample.given().length + (candidate.constant ? 1 : 0) + 1;
            double penalty = criterion.of(0, parameters, estimator.effectiveLength());
            if (penalty == Double.POSITIVE_INFINITY) {
                return new Scored(candidate, null, penalty);
            }
            double hopeless = best == null ? Double.NEGATIVE_INFINITY : (penalty - best.score) / 2;
            Estimator.Estimate estimate =
                    quick ? estimator.approximate(structure) : estimator.search(structure, hopeless);
            double score = penalty - 2 * estimate.logLikelihood();
            boolean sound = !Double.isNaN(score) && structure.rootsBeyond(ROOT_LIMIT, estimate.arma());
            return new Scored(candidate, estimate, sound ? score : Double.POSITIVE_INFINITY);
        }

        private boolean approximate() {
            return approximation != null
                    ? approximation
                    : sample.observed() < sample.values().length
                            || (long) sample.values().length * sample.period() > LONG;
        }

        private static List<Scored> ranked(Collection<Scored> models) {
            return models.stream()
                    .filter(scored -> scored.score < Double.POSITIVE_INFINITY)
                    .sorted(Comparator.comparingDouble(Scored::score))
                    .toList();
        }

        private void tryAll() {
            for (int p = 0; p <= limitP; p++) {
                for (int q = 0; q <= limitQ; q++) {
                    for (int sp = 0; sp <= limitSeasonalP; sp++) {
                        for (int sq = 0; sq <= limitSeasonalQ; sq++) {
                            if (p + q + sp + sq <= maxOrder) {
                                better(p, q, sp, sq, false);
                                better(p, q, sp, sq, true);
                            }
                        }
                    }
                }
            }
        }

        private void tryStepByStep() {
            boolean constant = constantAllowed;
            better(
                    Math.min(2, limitP),
                    Math.min(2, limitQ),
                    Math.min(1, limitSeasonalP),
                    Math.min(1, limitSeasonalQ),
                    constant);
            better(0, 0, 0, 0, constant);
            better(Math.min(1, limitP), 0, Math.min(1, limitSeasonalP), 0, constant);
            better(0, Math.min(1, limitQ), 0, Math.min(1, limitSeasonalQ), constant);
            better(0, 0, 0, 0, false);
            do {
                while (step()) {
                    // another one
                }
            } while (jump());
        }

        /**
         * Where no single step helps, looks further: at all regular orders with the season's as they are, and at all orders
         * of the season, by quick estimates, of which the best are then estimated in earnest.
         */
        private boolean jump() {
            ArimaOrder o = best.candidate.order;
            List<Scored> quick = new ArrayList<>();
            for (int p = 0; p <= limitP; p++) {
                for (int q = 0; q <= limitQ; q++) {
                    quick(quick, p, q, o.seasonalP(), o.seasonalQ());
                }
            }
            for (int sp = 0; sp <= limitSeasonalP; sp++) {
                for (int sq = 0; sq <= limitSeasonalQ; sq++) {
                    quick(quick, o.p(), o.q(), sp, sq);
                }
            }
            quick.sort(Comparator.comparingDouble(Scored::score));
            boolean found = false;
            for (Scored scored : quick.subList(0, Math.min(JUMPS, quick.size()))) {
                ArimaOrder to = scored.candidate.order;
                found |= better(to.p(), to.q(), to.seasonalP(), to.seasonalQ(), scored.candidate.constant);
            }
            return found;
        }

        private void quick(List<Scored> scores, int p, int q, int seasonalP, int seasonalQ) {
            Candidate candidate = new Candidate(order(p, q, seasonalP, seasonalQ), best.candidate.constant);
            if (!tried.containsKey(candidate)) {
                scores.add(looked.computeIfAbsent(candidate, c -> score(c, true)));
            }
        }

        /** One step to the first neighbour that is better. The order of the steps is that of the published algorithm. */
        private boolean step() {
            ArimaOrder o = best.candidate.order;
            boolean c = best.candidate.constant;
            for (int[] move : MOVES) {
                if (better(o.p() + move[0], o.q() + move[1], o.seasonalP() + move[2], o.seasonalQ() + move[3], c)) {
                    return true;
                }
            }
            return better(o.p(), o.q(), o.seasonalP(), o.seasonalQ(), !c);
        }

        /**
         * The best model, estimated again without haste; one of the next where that leads it too close to the unit circle,
         * and the best nevertheless where it leads them all there. Quick estimates are begun anew.
         */
        private ArimaModel exact() {
            List<Scored> order = ranked(tried.values());
            if (order.isEmpty()) {
                return fitting.fit(arima(new Candidate(order(0, 0, 0, 0), constantAllowed)));
            }
            List<ArimaModel> models = new ArrayList<>();
            for (Scored scored : order.subList(0, Math.min(FINALISTS, order.size()))) {
                Arima arima = arima(scored.candidate);
                ArimaModel model = approximate() ? fitting.fit(arima) : fitting.finish(arima, scored.estimate.arma());
                models.add(model);
                if (model.rootsBeyond(ROOT_LIMIT)) {
                    return model;
                }
            }
            return models.stream()
                    .min(Comparator.comparingDouble(model -> model.criterion(criterion)))
                    .orElseThrow();
        }
    }

    private static final int[][] MOVES = {
        {0, 0, -1, 0},
        {0, 0, 0, -1},
        {0, 0, 1, 0},
        {0, 0, 0, 1},
        {0, 0, -1, -1},
        {0, 0, -1, 1},
        {0, 0, 1, -1},
        {0, 0, 1, 1},
        {-1, 0, 0, 0},
        {0, -1, 0, 0},
        {1, 0, 0, 0},
        {0, 1, 0, 0},
        {-1, -1, 0, 0},
        {-1, 1, 0, 0},
        {1, -1, 0, 0},
        {1, 1, 0, 0},
    };
}
