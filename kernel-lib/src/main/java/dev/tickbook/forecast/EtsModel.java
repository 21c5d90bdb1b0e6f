package dev.tickbook.forecast;

import java.util.Arrays;
import java.util.Random;
import java.util.SplittableRandom;

/** An exponential smoothing, estimated. */
public final class EtsModel implements FittedModel {

    private final EtsForm form;
    private final double[] observations;
    private final double[] fitted;
    private final EtsState last;
    private final double variance;
    private final double logLikelihood;
    private final int parameters;
    private final boolean converged;

    /** @param last the state after the last value that was observed */
    EtsModel(
            EtsForm form,
            double[] observations,
            double[] fitted,
            EtsState last,
            double variance,
            double logLikelihood,
            int parameters,
            boolean converged) {
        this.form = form;
        this.observations = observations;
        this.fitted = fitted;
        this.last = last;
        this.variance = variance;
        this.logLikelihood = logLikelihood;
        this.parameters = parameters;
        this.converged = converged;
    }

    /** @return error, trend and season: {@code "ETS(M,Ad,M)"} */
    @Override
    public String name() {
        return form.name();
    }

    @Override
    public double[] fitted() {
        return fitted.clone();
    }

    @Override
    public double[] residuals() {
        double[] residuals = new double[fitted.length];
        for (int i = 0; i < residuals.length; i++) {
            residuals[i] = observations[i] - fitted[i];
        }
        return residuals;
    }

    /** @return how fast the level follows the series, 0 to 1 */
    public double alpha() {
        return last.alpha;
    }

    /** @return how fast the slope follows, 0 to alpha; 0 without a trend */
    public double beta() {
        return last.beta;
    }

    /** @return how fast the season follows, 0 to 1 − alpha; 0 without a season */
    public double gamma() {
        return last.gamma;
    }

    /** @return what of the slope remains per step; 1 if it is not damped */
    public double phi() {
        return last.phi;
    }

    /** @return the variance of the one-step errors, of the relative ones if the error scales with the level */
    public double sigma2() {
        return variance;
    }

    /** @return the logarithm of the likelihood without its constant −n/2·(1 + log(2π/n)), as R's {@code ets} has it */
    public double logLikelihood() {
        return logLikelihood;
    }

    /** @return Akaike's criterion, to compare with other exponential smoothings of the same series only */
    public double aic() {
        return 2 * parameters - 2 * logLikelihood;
    }

    /** @return {@link #aic()} corrected for few observations; infinite if there are too few to correct */
    public double aicc() {
        int free = Observations.count(observations) - parameters - 1;
        return free > 0 ? aic() + 2.0 * parameters * (parameters + 1) / free : Double.POSITIVE_INFINITY;
    }

    /** @return the Bayesian criterion, to compare with other exponential smoothings of the same series only */
    public double bic() {
        return parameters * Math.log(Observations.count(observations)) - 2 * logLikelihood;
    }

    /** @return whether the search for the parameters ended because it gained nothing more */
    public boolean converged() {
        return converged;
    }

    /**
     * {@inheritDoc}
     *
     * <p>The intervals are normal, with the exact variance of the model. If the series ends with missing values, the
     * forecast looks so many steps further.
     */
    @Override
    public Forecast forecast(int horizon, double... levels) {
        Intervals.check(horizon, levels);
        int n = observations.length;
        int gap = gap();
        EtsMoments moments = EtsMoments.of(form, last, (n - gap) % last.season.length, gap + horizon, variance);
        double[] mean = Arrays.copyOfRange(moments.mean(), gap, gap + horizon);
        double[] error = Arrays.copyOfRange(moments.standardError(), gap, gap + horizon);
        return Intervals.normal(name(), mean, error, levels);
    }

    /**
     * Draws what may follow the series.
     *
     * @param steps how many, at least 1; they follow the last value that was observed
     * @param seed the same seed gives the same path
     * @return one path, its errors normal
     */
    public double[] simulate(int steps, long seed) {
        Intervals.check(steps, new double[0]);
        // mixed, because the first draws of Random's neighbouring seeds are alike
        Random random = new Random(new SplittableRandom(seed).nextLong());
        EtsState state = last.copy(form);
        int place = (observations.length - gap()) % state.season.length;
        double[] path = new double[steps];
        for (int step = 0; step < steps; step++) {
            double forecast = state.next(place);
            double error = Math.sqrt(variance) * random.nextGaussian() * (form.scalingError() ? forecast : 1);
            path[step] = forecast + error;
            state.correct(place, error);
            place = (place + 1) % state.season.length;
        }
        return path;
    }

    /** How many missing values the series ends with. */
    private int gap() {
        int gap = 0;
        while (Double.isNaN(observations[observations.length - 1 - gap])) {
            gap++;
        }
        return gap;
    }
}
