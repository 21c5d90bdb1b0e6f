package dev.tickbook.forecast.internal;

/**
 * Finishes what {@link LevenbergMarquardt} began, by the method of Broyden, Fletcher, Goldfarb and Shanno. Where a moving
 * average comes close to the unit circle, the likelihood curves quite otherwise than its sum of squares suggests, and steps
 * derived from that suggestion creep.
 */
final class QuasiNewton {

    private static final double STEP = 1e-5;
    private static final int MAX_STEPS = 100;

    private QuasiNewton() {}

    /**
     * @param precision gain in log-likelihood below which nothing more is to be gained
     * @return the smallest sum of squares that it finds downhill from there
     */
    static LevenbergMarquardt.Minimum of(Likelihood likelihood, double[] start, double precision) {
        int size = start.length;
        int n = likelihood.terms();
        double[] terms = new double[n];
        double[] x = start;
        double value = value(likelihood, x, terms);
        double[][] jacobian = new double[size][n];
        if (size == 0 || !Double.isFinite(value) || !likelihood.differentiate(x, terms, jacobian)) {
            return minimum(likelihood, x, terms, size == 0);
        }
        double[][] inverse = inverseCurvature(jacobian, Math.exp(2 * value / n) / n);
        double[] gradient = gradient(likelihood, x, terms);
        for (int step = 0; step < MAX_STEPS; step++) {
            double[] direction = new double[size];
            double slope = 0;
            for (int i = 0; i < size; i++) {
                for (int j = 0; j < size; j++) {
                    direction[i] -= inverse[i][j] * gradient[j];
                }
                slope += direction[i] * gradient[i];
            }
            if (-slope < 2 * precision) {
                return minimum(likelihood, x, terms, true);
            }
            double length = 1;
            for (double d : direction) {
                length = Math.min(length, 1 / Math.abs(d));
            }
            double[] next = null;
            double nextValue = Double.POSITIVE_INFINITY;
            for (; length > 1e-9; length /= 3) {
                next = x.clone();
                for (int i = 0; i < size; i++) {
                    next[i] += length * direction[i];
                }
                nextValue = value(likelihood, next, terms);
                if (nextValue <= value + 1e-4 * length * slope) {
                    break;
                }
            }
            if (!(nextValue < value)) {
                return minimum(likelihood, x, terms, -slope < 1e-3);
            }
            double[] nextGradient = gradient(likelihood, next, terms);
            update(inverse, minus(next, x), minus(nextGradient, gradient));
            x = next;
            value = nextValue;
            gradient = nextGradient;
        }
        return minimum(likelihood, x, terms, false);
    }

    private static LevenbergMarquardt.Minimum minimum(
            Likelihood likelihood, double[] x, double[] terms, boolean converged) {
        return new LevenbergMarquardt.Minimum(x, likelihood.evaluate(x, terms), converged);
    }

    /** Minus the log-likelihood, but for a constant. */
    private static double value(Likelihood likelihood, double[] x, double[] terms) {
        return 0.5 * terms.length * Math.log(likelihood.evaluate(x, terms));
    }

    private static double[] gradient(Likelihood likelihood, double[] x, double[] terms) {
        double[] gradient = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            double[] moved = x.clone();
            moved[i] = x[i] + STEP;
            double above = value(likelihood, moved, terms);
            moved[i] = x[i] - STEP;
            gradient[i] = (above - value(likelihood, moved, terms)) / (2 * STEP);
        }
        return gradient;
    }

    private static double[][] inverseCurvature(double[][] jacobian, double variance) {
        int size = jacobian.length;
        double[][] curvature = new double[size][size];
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < size; j++) {
                curvature[i][j] = Projection.dot(jacobian[i], jacobian[j], 0, jacobian[i].length) / variance;
            }
            curvature[i][i] += 1e-6 * curvature[i][i] + 1e-6;
        }
        return Matrices.inverse(curvature);
    }

    private static void update(double[][] inverse, double[] moved, double[] turned) {
        int size = moved.length;
        double product = 0;
        double[] along = new double[size];
        double square = 0;
        for (int i = 0; i < size; i++) {
            product += moved[i] * turned[i];
            for (int j = 0; j < size; j++) {
                along[i] += inverse[i][j] * turned[j];
            }
            square += along[i] * turned[i];
        }
        if (!(product > 1e-12)) {
            return;
        }
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < size; j++) {
                inverse[i][j] += (1 + square / product) * moved[i] * moved[j] / product
                        - (along[i] * moved[j] + moved[i] * along[j]) / product;
            }
        }
    }

    private static double[] minus(double[] a, double[] b) {
        double[] difference = new double[a.length];
        for (int i = 0; i < a.length; i++) {
            difference[i] = a[i] - b[i];
        }
        return difference;
    }
}
