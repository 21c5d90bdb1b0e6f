package dev.tickbook.forecast;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.apache.commons.math3.exception.TooManyEvaluationsException;
import org.apache.commons.math3.optim.InitialGuess;
import org.apache.commons.math3.optim.MaxEval;
import org.apache.commons.math3.optim.PointValuePair;
import org.apache.commons.math3.optim.SimpleValueChecker;
import org.apache.commons.math3.optim.nonlinear.scalar.GoalType;
import org.apache.commons.math3.optim.nonlinear.scalar.ObjectiveFunction;
import org.apache.commons.math3.optim.nonlinear.scalar.noderiv.NelderMeadSimplex;
import org.apache.commons.math3.optim.nonlinear.scalar.noderiv.SimplexOptimizer;

/**
 * Maximum likelihood of exponential smoothing: Nelder and Mead's search over the smoothing parameters and the
 * states before the first observation, from two sides, and begun again from where it ended until it gains nothing more.
 */
final class EtsEstimation {

    private static final double SMALLEST = 1e-4;
    private static final double LARGEST = 1 - 1e-4;
    private static final double LEAST_DAMPED = 0.98;
    private static final double MOST_DAMPED = 0.8;
    /** The likelihood often has two hills: a level that follows slowly, and one that follows at once. */
    private static final double[] QUICKNESS = {0.2, 0.9};

    /** In units of the AICc: what may still become the best after a look. */
    private static final double PROMISING = 20;
    /** In units of −2·log likelihood: what a search must gain to be worth another. */
    private static final double GAIN = 0.02;

    private static final int SEARCHES = 12;
    /** Evaluations per parameter, of a look and of a search. */
    private static final int LOOK = 40;

    private static final int SEARCH = 150;

    private final EtsForm form;
    private final double[] values;
    private final int observed;
    private final double scale;
    /** The best that was found from each side. */
    private final PointValuePair[] hills;

    /**
     * @param values the series; NaN is a missing one
     * @param complete the same with its missing values filled, to begin the search
     */
    private EtsEstimation(EtsForm form, double[] values, double[] complete) {
        this.form = form;
        this.observed = Observations.count(values);
        double size = Arrays.stream(complete).map(Math::abs).average().orElse(1);
        this.scale = Math.scalb(1.0, Math.getExponent(size)); // a power of 2, which costs no digit
        this.values = scaled(values);
        EtsStart start = EtsStart.of(form, scaled(complete));
        this.hills = new PointValuePair[QUICKNESS.length];
        for (int hill = 0; hill < hills.length; hill++) {
            hills[hill] = descend(point(start, QUICKNESS[hill]), steps(), LOOK);
        }
    }

    private double[] scaled(double[] values) {
        return Arrays.stream(values).map(value -> value / scale).toArray();
    }

    /**
     * Estimates the form with the least AICc: a look at each, then a thorough search of those that may be it.
     *
     * @param forms that the series has enough observations for
     * @param values the series; NaN is a missing one
     * @param complete the same with its missing values filled
     * @return the model, or null if no form has a likelihood
     */
    static EtsModel best(List<EtsForm> forms, double[] values, double[] complete) {
        List<EtsEstimation> looks = forms.stream()
                .map(form -> new EtsEstimation(form, values, complete))
                .toList();
        double least =
                looks.stream().mapToDouble(look -> look.top().aicc()).min().orElse(Double.POSITIVE_INFINITY);
        EtsModel best = null;
        for (EtsEstimation look : looks) {
            if (Double.isFinite(least) && look.top().aicc() <= least + PROMISING) {
                EtsModel model = look.search();
                best = best == null || model.aicc() < best.aicc() ? model : best;
            }
        }
        return best;
    }

    private EtsModel top() {
        PointValuePair highest = highest();
        return model(highest.getPoint(), highest.getValue(), false);
    }

    private PointValuePair highest() {
        return Arrays.stream(hills)
                .min(Comparator.comparingDouble(PointValuePair::getValue))
                .orElseThrow();
    }

    private EtsModel search() {
        EtsModel best = null;
        double top = highest().getValue();
        for (PointValuePair hill : hills) {
            if (hill.getValue() > top + PROMISING) {
                continue;
            }
            EtsModel found = search(hill);
            best = best == null || found.logLikelihood() > best.logLikelihood() ? found : best;
        }
        return best;
    }

    private EtsModel search(PointValuePair from) {
        PointValuePair best = from;
        double[] steps = steps();
        boolean converged = false;
        for (int search = 0; search < SEARCHES && !converged; search++) {
            for (int i = 0; i < steps.length; i++) {
                steps[i] = -steps[i] / 2; // look to the other side
            }
            PointValuePair found = descend(best.getPoint(), steps, SEARCH);
            converged = best.getValue() - found.getValue() < GAIN;
            best = found;
        }
        return model(best.getPoint(), best.getValue(), converged);
    }

    /** One search, which ends where it gains nothing or has looked often enough. */
    private PointValuePair descend(double[] from, double[] steps, int perParameter) {
        PointValuePair[] best = {new PointValuePair(from, criterion(from))};
        try {
            new SimplexOptimizer(new SimpleValueChecker(1e-10, 1e-6))
                    .optimize(
                            new MaxEval(perParameter * (from.length + 1)),
                            new ObjectiveFunction(point -> {
                                double value = criterion(point);
                                if (value < best[0].getValue()) {
                                    best[0] = new PointValuePair(point, value);
                                }
                                return value;
                            }),
                            GoalType.MINIMIZE,
                            new InitialGuess(from),
                            new NelderMeadSimplex(steps));
        } catch (TooManyEvaluationsException e) {
            return best[0]; // the next search goes on from here
        }
        return best[0];
    }

    /** The smoothing parameters as shares of what the others allow, then the free states. */
    private double[] point(EtsStart start, double quickness) {
        double[] point = new double[form.smoothingParameters() + form.freeStates()];
        int i = 0;
        point[i++] = quickness;
        if (form.hasTrend()) {
            point[i++] = quickness / 3;
        }
        if (form.hasSeason()) {
            point[i++] = 0.05;
        }
        if (form.damped()) {
            point[i++] = 0.9;
        }
        point[i++] = start.level();
        if (form.hasTrend()) {
            point[i++] = start.slope();
        }
        System.arraycopy(start.season(), 0, point, i, point.length - i);
        return point;
    }

    private double[] steps() {
        double deviation = 0;
        double previous = Double.NaN;
        for (double value : values) {
            deviation += Double.isNaN(value - previous) ? 0 : Math.abs(value - previous) / observed;
            previous = value;
        }
        deviation = Math.max(deviation, 1e-9);
        double[] steps = new double[form.smoothingParameters() + form.freeStates()];
        int i = form.smoothingParameters();
        Arrays.fill(steps, 0, i, 0.1);
        steps[i++] = deviation;
        if (form.hasTrend()) {
            steps[i++] = deviation / 5;
        }
        Arrays.fill(steps, i, steps.length, deviation / 4);
        return steps;
    }

    private EtsState state(double[] point) {
        int i = 0;
        double alpha = between(SMALLEST, LARGEST, point[i++]);
        double beta = form.hasTrend() ? between(SMALLEST, alpha, point[i++]) : 0;
        double gamma = form.hasSeason() ? between(SMALLEST, 1 - alpha, point[i++]) : 0;
        double phi = form.damped() ? between(MOST_DAMPED, LEAST_DAMPED, point[i++]) : 1;
        double level = point[i++];
        double slope = form.hasTrend() ? point[i++] : 0;
        double[] season = new double[form.hasSeason() ? form.period() : 1];
        if (form.hasSeason()) {
            double rest = form.season() == EtsForm.Season.SCALES ? season.length : 0;
            for (int place = 0; place < season.length - 1; place++) {
                season[place] = point[i++];
                rest -= season[place];
            }
            season[season.length - 1] = rest;
        }
        return new EtsState(form, alpha, beta, gamma, phi, level, slope, season);
    }

    private static double between(double low, double high, double share) {
        return low + Math.min(1, Math.max(0, share)) * (high - low);
    }

    /** Minus twice the logarithm of the likelihood, but for a constant; infinite where the parameters are not allowed. */
    private double criterion(double[] point) {
        double outside = 0;
        for (int i = 0; i < form.smoothingParameters(); i++) {
            double beyond = Math.max(0, Math.max(-point[i], point[i] - 1));
            outside += beyond * beyond;
        }
        EtsState state = state(point);
        if (form.season() == EtsForm.Season.SCALES) {
            for (double factor : state.season) {
                if (!(factor > 0)) {
                    return Double.POSITIVE_INFINITY;
                }
            }
        }
        boolean admitted = !form.hasSeason()
                || EtsRegion.admits(form.period(), state.alpha, state.beta * state.phi, state.gamma, state.phi);
        if (!admitted || !state.run(values, null)) {
            return Double.POSITIVE_INFINITY;
        }
        return observed * Math.log(Math.max(state.squares, Double.MIN_NORMAL))
                + 2 * state.logarithms
                + observed * outside;
    }

    private EtsModel model(double[] point, double value, boolean converged) {
        EtsState first = state(point);
        EtsState last = state(point);
        int end = values.length; // the states are known until here
        while (Double.isNaN(values[end - 1])) {
            end--;
        }
        double[] fitted = new double[values.length];
        first.run(values, fitted);
        last.run(Arrays.copyOf(values, end), null);
        boolean scales = form.season() == EtsForm.Season.SCALES;
        last.level *= scale;
        last.slope *= scale;
        for (int i = 0; i < last.season.length; i++) {
            last.season[i] *= scales ? 1 : scale;
        }
        double[] observations = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            fitted[i] *= scale;
            observations[i] = values[i] * scale;
        }
        double squares = form.scalingError() ? last.squares : last.squares * scale * scale;
        int parameters = form.smoothingParameters() + form.freeStates();
        return new EtsModel(
                form,
                observations,
                fitted,
                last,
                squares / Math.max(1, observed - parameters),
                -(value / 2 + observed * Math.log(scale)),
                parameters + 1,
                converged);
    }
}
