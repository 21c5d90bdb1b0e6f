package dev.tickbook.forecast.internal;

import java.util.Arrays;

/**
 * Estimates ARMA models of one series, differenced as it is told. The series is scaled inside, so that huge and tiny numbers
 * are alike. Not for several threads at once.
 */
public final class Estimator {

    /**
     * @param arma coefficients as {@link ArmaStructure} orders them
     * @param regression coefficients of the regressors, in the units of the series
     * @param logLikelihood the exact Gaussian one
     * @param converged whether the optimizer ended because nothing more was to be gained
     */
    public record Estimate(double[] arma, double[] regression, double logLikelihood, boolean converged) {}

    private static final double SEARCH_PRECISION = 1e-5;
    private static final double START_PRECISION = 1e-4;
    private static final double FINAL_PRECISION = 1e-7;

    private final double[] differencing;
    private final double[][] levels;
    private final double[][] differenced;
    private final double[] regressorScale;
    private final double scale;
    private final boolean complete;
    private final int effectiveLength;

    /**
     * @param y observations, NaN where missing; the first and the last are there
     * @param filled the same with guesses where they are missing: quick estimates take them for observations
     * @param regressors none of them missing, as long as y
     * @param differencing what {@link #differencing} returns
     */
    public Estimator(double[] y, double[] filled, double[][] regressors, double[] differencing) {
        this.differencing = differencing;
        int lost = differencing.length - 1;
        levels = new double[regressors.length + 1][];
        regressorScale = new double[regressors.length];
        scale = scaleOf(difference(y, differencing), y);
        levels[0] = scaled(y, lost > 0 ? y[0] : 0, scale);
        for (int k = 0; k < regressors.length; k++) {
            regressorScale[k] = scaleOf(difference(regressors[k], differencing), regressors[k]);
            levels[k + 1] = scaled(regressors[k], lost > 0 ? regressors[k][0] : 0, regressorScale[k]);
        }
        differenced = new double[levels.length][];
        differenced[0] = difference(scaled(filled, lost > 0 ? y[0] : 0, scale), differencing);
        for (int k = 1; k < levels.length; k++) {
            differenced[k] = difference(levels[k], differencing);
        }
        int observed = (int) Arrays.stream(y).filter(v -> !Double.isNaN(v)).count();
        complete = observed == y.length;
        effectiveLength = observed - lost;
    }

    /** @return by lag, the coefficients of {@code y[t] = w[t] + c[1]·y[t-1] + …}, w being y differenced */
    public static double[] differencing(int d, int seasonalD, int period) {
        double[] polynomial = {1};
        for (int i = 0; i < d; i++) {
            polynomial = Polynomials.product(polynomial, new double[] {1, -1});
        }
        double[] season = new double[period + 1];
        season[0] = 1;
        season[period] -= 1;
        for (int i = 0; i < seasonalD; i++) {
            polynomial = Polynomials.product(polynomial, season);
        }
        for (int lag = 1; lag < polynomial.length; lag++) {
            polynomial[lag] = -polynomial[lag];
        }
        return polynomial;
    }

    /** @return y differenced, shorter by what differencing takes; NaN where one of the values is missing */
    public static double[] difference(double[] y, double[] differencing) {
        int lost = differencing.length - 1;
        double[] w = new double[Math.max(0, y.length - lost)];
        for (int t = 0; t < w.length; t++) {
            double sum = y[t + lost];
            for (int lag = 1; lag <= lost; lag++) {
                if (differencing[lag] != 0) {
                    sum -= differencing[lag] * y[t + lost - lag];
                }
            }
            w[t] = sum;
        }
        return w;
    }

    private static double[] scaled(double[] x, double origin, double scale) {
        double[] result = new double[x.length];
        for (int t = 0; t < x.length; t++) {
            result[t] = (x[t] - origin) / scale;
        }
        return result;
    }

    /** The standard deviation of the differences; where they do not vary, something else of the right size. */
    private static double scaleOf(double[] w, double[] y) {
        double largest = Math.max(largest(w), 1e-15 * largest(y));
        if (largest == 0) {
            return 1;
        }
        double sum = 0;
        double square = 0;
        int count = 0;
        for (double v : w) {
            if (!Double.isNaN(v)) {
                double unit = v / largest;
                sum += unit;
                square += unit * unit;
                count++;
            }
        }
        double variance = (square - sum * sum / count) / count;
        return largest * (variance > 1e-20 ? Math.sqrt(variance) : 1);
    }

    private static double largest(double[] x) {
        double largest = 0;
        for (double v : x) {
            largest = Math.abs(v) > largest ? Math.abs(v) : largest;
        }
        return largest;
    }

    /** @return observations that count in the likelihood: those that there are, less those that differencing takes */
    public int effectiveLength() {
        return effectiveLength;
    }

    private Likelihood likelihood(ArmaStructure structure, double[][] levelColumns, double[][] differencedColumns) {
        return complete
                ? new ExactLikelihood(structure, differencedColumns)
                : new MissingValueLikelihood(structure, differencing, levelColumns);
    }

    /** Maximum likelihood, from two starts, because there may be more than one maximum. */
    public Estimate best(ArmaStructure structure) {
        Likelihood likelihood = likelihood(structure, levels, differenced);
        LevenbergMarquardt.Minimum best =
                minimum(likelihood, structure.free(conditional(structure)), SEARCH_PRECISION, 0);
        if (structure.size() > 0) {
            best = better(best, minimum(likelihood, new double[structure.size()], SEARCH_PRECISION, 0));
        }
        return estimate(structure, likelihood, QuasiNewton.of(likelihood, best.point(), FINAL_PRECISION));
    }

    /** Maximum likelihood near coefficients that are nearly there. */
    public Estimate finish(ArmaStructure structure, double[] nearly) {
        Likelihood likelihood = likelihood(structure, levels, differenced);
        return estimate(structure, likelihood, QuasiNewton.of(likelihood, structure.free(nearly), FINAL_PRECISION));
    }

    /**
     * Maximum likelihood from one start and to the precision that a choice between models needs.
     *
     * @param hopeless a log-likelihood; where it is clearly out of reach, the search ends early
     */
    public Estimate search(ArmaStructure structure, double hopeless) {
        Likelihood likelihood = likelihood(structure, levels, differenced);
        double least = effectiveLength
                / (2 * Math.PI)
                * Math.exp(-2 * (hopeless + effectiveLength * Math.log(scale)) / effectiveLength - 1);
        double[] start = structure.free(conditional(structure));
        return estimate(structure, likelihood, minimum(likelihood, start, SEARCH_PRECISION, least));
    }

    /** The coefficients that make the conditional sum of squares least, and their exact likelihood. */
    public Estimate approximate(ArmaStructure structure) {
        Likelihood likelihood = likelihood(structure, levels, differenced);
        double[] free = structure.free(conditional(structure));
        double sum = likelihood.evaluate(free, new double[likelihood.terms()]);
        return estimate(structure, likelihood, new LevenbergMarquardt.Minimum(free, sum, true));
    }

    private static LevenbergMarquardt.Minimum better(LevenbergMarquardt.Minimum a, LevenbergMarquardt.Minimum b) {
        return a == null || b.sum() < a.sum() * (1 - 1e-9) ? b : a;
    }

    private static LevenbergMarquardt.Minimum minimum(
            Likelihood likelihood, double[] free, double precision, double hopeless) {
        return LevenbergMarquardt.of(likelihood, free, precision, hopeless == 0 ? Double.POSITIVE_INFINITY : hopeless);
    }

    /** The coefficients of the least conditional sum of squares, where that can be had, else zeros. */
    private double[] conditional(ArmaStructure structure) {
        double[] zero = new double[structure.size()];
        int spare = differenced[0].length - structure.arDegree - structure.size() - regressorScale.length;
        if (spare < 3) {
            return zero;
        }
        Criterion criterion = new ConditionalSumOfSquares(structure, differenced);
        double[] coefficients = LevenbergMarquardt.of(criterion, zero, START_PRECISION, Double.POSITIVE_INFINITY)
                .point();
        return structure.invertible(coefficients);
    }

    private Estimate estimate(ArmaStructure structure, Likelihood likelihood, LevenbergMarquardt.Minimum minimum) {
        double[] arma = structure.invertible(structure.coefficients(minimum.point()));
        double sum = likelihood.at(arma, new double[likelihood.terms()]);
        double[] regression = likelihood.regression();
        for (int k = 0; k < regression.length; k++) {
            regression[k] *= scale / regressorScale[k];
        }
        return new Estimate(arma, regression, logLikelihood(sum), minimum.converged() && sum < Double.MAX_VALUE);
    }

    private double logLikelihood(double sum) {
        int n = effectiveLength;
        return -0.5 * n * (Math.log(2 * Math.PI * sum / n) + 1) - n * Math.log(scale);
    }

    /** @return the standard deviation of the differenced series, or something of its size: a unit to count in */
    public double scale() {
        return scale;
    }

    /** @return the weights, from lag 0 on, with which an error enters the values after it */
    public double[] psi(ArmaStructure structure, double[] arma, int count) {
        double[] ar = structure.ar(arma);
        ar[0] = -1;
        double[] lags = differencing.clone();
        lags[0] = -1;
        double[] product = Polynomials.product(ar, lags);
        double[] theta = structure.ma(arma);
        double[] psi = new double[count];
        for (int k = 0; k < count; k++) {
            psi[k] = k < theta.length ? theta[k] : 0;
            for (int lag = 1; lag < product.length && lag <= k; lag++) {
                psi[k] -= product[lag] * psi[k - lag];
            }
        }
        return psi;
    }

    /** @return what differencing does, as {@link #differencing} gave it */
    public double[] differencing() {
        return differencing.clone();
    }

    /**
     * Standard errors of all coefficients, ARMA first, from the curvature of the log-likelihood at its maximum, by central
     * differences.
     *
     * @return them, NaN where the likelihood is not curved as at a maximum
     */
    public double[] standardErrors(ArmaStructure structure, Estimate estimate) {
        int armaSize = structure.size();
        int size = armaSize + regressorScale.length;
        double[] at = Arrays.copyOf(estimate.arma(), size);
        double[] unit = new double[size];
        Arrays.fill(unit, 1);
        for (int k = 0; k < regressorScale.length; k++) {
            unit[armaSize + k] = scale / regressorScale[k];
            at[armaSize + k] = estimate.regression()[k] / unit[armaSize + k];
        }
        double[][] hessian = new double[size][size];
        double h = 1e-4;
        double middle = deviance(structure, at);
        for (int i = 0; i < size; i++) {
            for (int j = 0; j <= i; j++) {
                double value = i == j
                        ? (moved(structure, at, i, h, i, 0) - 2 * middle + moved(structure, at, i, -h, i, 0)) / (h * h)
                        : (moved(structure, at, i, h, j, h)
                                        - moved(structure, at, i, h, j, -h)
                                        - moved(structure, at, i, -h, j, h)
                                        + moved(structure, at, i, -h, j, -h))
                                / (4 * h * h);
                hessian[i][j] = value;
                hessian[j][i] = value;
            }
        }
        double[][] covariance = Matrices.inverse(hessian);
        double[] errors = new double[size];
        for (int i = 0; i < size; i++) {
            errors[i] = Math.sqrt(covariance[i][i]) * unit[i];
        }
        return errors;
    }

    private double moved(ArmaStructure structure, double[] at, int i, double hi, int j, double hj) {
        double[] x = at.clone();
        x[i] += hi;
        x[j] += hj;
        return deviance(structure, x);
    }

    /** Minus the log-likelihood, but for a constant. */
    private double deviance(ArmaStructure structure, double[] x) {
        double[] arma = Arrays.copyOf(x, structure.size());
        double[] level = without(levels, x, structure.size());
        double[] difference = without(differenced, x, structure.size());
        Likelihood likelihood = likelihood(structure, new double[][] {level}, new double[][] {difference});
        double sum = likelihood.at(arma, new double[likelihood.terms()]);
        return Double.isInfinite(sum) ? Double.NaN : 0.5 * effectiveLength * Math.log(sum);
    }

    private static double[] without(double[][] columns, double[] x, int from) {
        double[] y = columns[0].clone();
        for (int k = 1; k < columns.length; k++) {
            for (int t = 0; t < y.length; t++) {
                y[t] -= x[from + k - 1] * columns[k][t];
            }
        }
        return y;
    }
}
