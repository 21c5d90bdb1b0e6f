package dev.tickbook.forecast;

import dev.tickbook.TickbookException;
import dev.tickbook.forecast.internal.ArmaStructure;
import dev.tickbook.forecast.internal.Estimator;
import dev.tickbook.forecast.internal.KalmanFilter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.apache.commons.math3.distribution.NormalDistribution;

/** An ARIMA model, estimated. What it says of likelihood and variance is in the units of the series, after a Box–Cox transformation if it has one. */
public final class ArimaModel implements FittedModel {

    private static final NormalDistribution NORMAL = new NormalDistribution(null, 0, 1);

    private final Arima arima;
    private final Sample sample;
    private final Estimator estimator;
    private final ArmaStructure structure;
    private final Estimator.Estimate estimate;
    private final double sigma2;
    private final double[] fitted;
    private final double[] innovations;
    private double[] standardErrors;

    ArimaModel(Arima arima, Sample sample, Estimator estimator, ArmaStructure structure, Estimator.Estimate estimate) {
        this.arima = arima;
        this.sample = sample;
        this.estimator = estimator;
        this.structure = structure;
        this.estimate = estimate;
        int length = sample.original().length;
        fitted = new double[length];
        innovations = new double[length];
        Arrays.fill(fitted, Double.NaN);
        Arrays.fill(innovations, Double.NaN);
        KalmanFilter filter = filtered();
        double[] errors = filter.errors();
        double[] variances = filter.variances();
        double[] regression = regression(sample.given(), length);
        double[] rest = rest(regression);
        double sum = 0;
        for (int t = 0; t < errors.length; t++) {
            if (variances[t] < KalmanFilter.DIFFUSE) {
                int at = sample.from() + t;
                double predicted = Double.isNaN(errors[t]) ? Double.NaN : rest[t] - errors[t];
                fitted[at] = back(predicted * estimator.scale() + origin(regression) + regression[at]);
                innovations[at] = errors[t] / Math.sqrt(variances[t]) * estimator.scale();
                sum += Double.isNaN(errors[t]) ? 0 : innovations[at] * innovations[at];
            }
        }
        sigma2 = sum / (estimator.effectiveLength() - structure.size() - estimate.regression().length);
    }

    private double back(double value) {
        return sample.boxCox() == null ? value : sample.boxCox().inverse(value);
    }

    /** What the regressors say of each point, with the mean and the drift. */
    private double[] regression(double[][] given, int length) {
        double[][] all = Sample.allRegressors(arima.hasMean(), arima.hasDrift(), length, given);
        double[] sum = new double[length];
        for (int k = 0; k < all.length; k++) {
            for (int t = 0; t < length; t++) {
                sum[t] += estimate.regression()[k] * all[k][t];
            }
        }
        return sum;
    }

    /** Differenced models do not mind where zero is; the filter's arithmetic does. */
    private double origin(double[] regression) {
        return arima.order().differences() == 0 ? 0 : sample.values()[0] - regression[sample.from()];
    }

    /** The series without its regression, scaled. */
    private double[] rest(double[] regression) {
        double origin = origin(regression);
        double[] rest = sample.values().clone();
        for (int t = 0; t < rest.length; t++) {
            rest[t] = (rest[t] - regression[sample.from() + t] - origin) / estimator.scale();
        }
        return rest;
    }

    private KalmanFilter filtered() {
        double[] regression = regression(sample.given(), sample.original().length);
        KalmanFilter filter = new KalmanFilter(structure, estimator.differencing(), rest(regression));
        filter.run(estimate.arma());
        return filter;
    }

    /** @return for example {@code "ARIMA(0,1,1)(0,1,1)[12]"}, with what else it has: a mean, a drift, regressors */
    @Override
    public String name() {
        String name = "ARIMA" + arima.order().text(sample.period());
        if (sample.given().length > 0) {
            return "Regression with " + name + " errors";
        }
        return arima.hasDrift() ? name + " with drift" : arima.hasMean() ? name + " with mean" : name;
    }

    /** @return its orders */
    public ArimaOrder order() {
        return arima.order();
    }

    /** @return the transformation, or null if there is none */
    public BoxCox boxCox() {
        return sample.boxCox();
    }

    /**
     * The coefficients, in this order: {@code ar1 …, ma1 …, sar1 …, sma1 …}, then {@code mean} and {@code drift} if it has
     * them, then {@code xreg1 …}. The signs are those of {@code w[t] = ar1·w[t-1] + … + e[t] + ma1·e[t-1] + …}.
     */
    public Map<String, Double> coefficients() {
        double[] all = Arrays.copyOf(estimate.arma(), structure.size() + estimate.regression().length);
        System.arraycopy(estimate.regression(), 0, all, structure.size(), estimate.regression().length);
        return named(all);
    }

    /** @return the standard error of each coefficient, from the curvature of the likelihood; NaN where it is not curved */
    public synchronized Map<String, Double> standardErrors() {
        if (standardErrors == null) {
            standardErrors = estimator.standardErrors(structure, estimate);
        }
        return named(standardErrors);
    }

    private Map<String, Double> named(double[] values) {
        List<String> names = new ArrayList<>();
        number(names, "ar", structure.p);
        number(names, "ma", structure.q);
        number(names, "sar", structure.seasonalP);
        number(names, "sma", structure.seasonalQ);
        if (arima.hasMean()) {
            names.add("mean");
        }
        if (arima.hasDrift()) {
            names.add("drift");
        }
        number(names, "xreg", sample.given().length);
        Map<String, Double> map = new LinkedHashMap<>();
        for (int i = 0; i < values.length; i++) {
            map.put(names.get(i), values[i]);
        }
        return map;
    }

    private static void number(List<String> names, String prefix, int count) {
        for (int i = 1; i <= count; i++) {
            names.add(prefix + i);
        }
    }

    /** @return the variance of the errors, corrected for the coefficients that were estimated */
    public double sigma2() {
        return sigma2;
    }

    /** @return the exact Gaussian log-likelihood; of a differenced series, that of its differences */
    public double logLikelihood() {
        return estimate.logLikelihood();
    }

    /** @return how many observations count in the likelihood: those that are there, less those that differencing takes */
    public int effectiveLength() {
        return estimator.effectiveLength();
    }

    private int parameters() {
        return structure.size() + estimate.regression().length + 1;
    }

    /** @return Akaike's criterion; comparable between models that difference alike */
    public double aic() {
        return criterion(InformationCriterion.AIC);
    }

    /** @return Akaike's criterion corrected for short series */
    public double aicc() {
        return criterion(InformationCriterion.AICC);
    }

    /** @return Schwarz's criterion */
    public double bic() {
        return criterion(InformationCriterion.BIC);
    }

    /** @return whether the estimate is a maximum as far as can be told; if not, treat it with care or use smaller orders */
    public boolean converged() {
        return estimate.converged();
    }

    double criterion(InformationCriterion criterion) {
        return criterion.of(logLikelihood(), parameters(), effectiveLength());
    }

    boolean rootsBeyond(double radius) {
        return structure.rootsBeyond(radius, estimate.arma());
    }

    /** One-step forecasts on the scale of the series. NaN where a value is missing, and where differencing leaves none. */
    @Override
    public double[] fitted() {
        return fitted.clone();
    }

    @Override
    public double[] residuals() {
        double[] residuals = sample.original().clone();
        for (int t = 0; t < residuals.length; t++) {
            residuals[t] -= fitted[t];
        }
        return residuals;
    }

    /**
     * The one-step errors of the model, in units of the (transformed) series, divided by what their standard deviation is in
     * units of σ: white noise of variance {@link #sigma2} if the model is right. What tests of residuals are made for.
     *
     * @return as long as the series; NaN where there is none
     */
    public double[] innovations() {
        return innovations.clone();
    }

    /** @throws TickbookException if the model has regressors: their future is needed too */
    @Override
    public Forecast forecast(int horizon, double... levels) {
        if (sample.given().length > 0) {
            throw new TickbookException(name() + " needs to know the regressors of the future."
                    + " Use forecast(double[][], double…) with one array per regressor.");
        }
        return forecast(horizon, new double[0][], levels);
    }

    /**
     * Forecasts with regressors.
     *
     * @param futureRegressors one array per regressor, all as long as the forecast shall be
     * @param levels of the prediction intervals in percent
     */
    public Forecast forecast(double[][] futureRegressors, double... levels) {
        int expected = sample.given().length;
        if (futureRegressors.length != expected || expected == 0) {
            throw new TickbookException(
                    name() + " has " + expected + " regressors, and the future of " + futureRegressors.length
                            + " was given. Give as many, in the same order; without regressors use forecast(int, double…).");
        }
        for (double[] regressor : futureRegressors) {
            if (regressor.length != futureRegressors[0].length) {
                throw new TickbookException("The regressors of the future are not equally long: " + regressor.length
                        + " and " + futureRegressors[0].length + " values.");
            }
        }
        return forecast(futureRegressors[0].length, futureRegressors, levels);
    }

    private Forecast forecast(int horizon, double[][] future, double[] levels) {
        Intervals.check(horizon, levels);
        double[][] ahead = ahead(horizon, future);
        double[] mean = new double[horizon];
        for (int h = 0; h < horizon; h++) {
            mean[h] = sample.boxCox() == null ? ahead[0][h] : sample.boxCox().back(ahead[0][h], ahead[1][h]);
        }
        double[] sorted = Arrays.stream(levels).sorted().distinct().toArray();
        double[][] lower = new double[sorted.length][horizon];
        double[][] upper = new double[sorted.length][horizon];
        for (int level = 0; level < sorted.length; level++) {
            double z = NORMAL.inverseCumulativeProbability(0.5 + sorted[level] / 200);
            for (int h = 0; h < horizon; h++) {
                double half = z * Math.sqrt(ahead[1][h]);
                lower[level][h] = back(ahead[0][h] - half);
                upper[level][h] = back(ahead[0][h] + half);
            }
        }
        return new Forecast(name(), mean, sorted, lower, upper);
    }

    /** Means and variances of the (transformed) series. */
    private double[][] ahead(int horizon, double[][] future) {
        int length = sample.original().length;
        int gap = sample.missingAtEnd();
        double[][] given = new double[future.length][];
        for (int k = 0; k < future.length; k++) {
            given[k] = Arrays.copyOf(sample.given()[k], length + horizon);
            System.arraycopy(future[k], 0, given[k], length, horizon);
        }
        double[] regression = regression(given, length + horizon);
        double[][] raw = filtered().ahead(0, gap + horizon);
        double[][] result = new double[2][horizon];
        double origin = origin(regression);
        for (int h = 0; h < horizon; h++) {
            result[0][h] = raw[0][gap + h] * estimator.scale() + origin + regression[length + h];
            result[1][h] = raw[1][gap + h] * sigma2;
        }
        return result;
    }

    /**
     * A path that the series might take from here, drawn from the model.
     *
     * @param steps how long it is
     * @param seed the same seed draws the same path
     * @throws TickbookException if the model has regressors
     */
    public double[] simulate(int steps, long seed) {
        if (sample.given().length > 0) {
            throw new TickbookException(name() + " cannot be simulated without knowing the regressors of the future.");
        }
        Intervals.check(steps, new double[0]);
        double[] path = ahead(steps, new double[0][])[0];
        double[] psi = estimator.psi(structure, estimate.arma(), steps);
        Random random = new Random(seed);
        double sigma = Math.sqrt(sigma2);
        for (int t = 0; t < steps; t++) {
            double error = sigma * random.nextGaussian();
            for (int h = t; h < steps; h++) {
                path[h] += psi[h - t] * error;
            }
        }
        for (int t = 0; t < steps; t++) {
            path[t] = back(path[t]);
        }
        return path;
    }

    /** The model as R prints it: name, coefficients with standard errors, σ², likelihood and criteria. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(name()).append('\n');
        Map<String, Double> errors = standardErrors();
        coefficients()
                .forEach((name, value) -> text.append(
                        String.format(Locale.ROOT, "  %-6s %10.4f  s.e. %.4f%n", name, value, errors.get(name))));
        return text.append(String.format(
                        Locale.ROOT,
                        "sigma^2 = %.4g  log likelihood = %.2f  AIC = %.2f  AICc = %.2f  BIC = %.2f%s",
                        sigma2,
                        logLikelihood(),
                        aic(),
                        aicc(),
                        bic(),
                        converged() ? "" : "\nThe estimate did not converge."))
                .toString();
    }
}
