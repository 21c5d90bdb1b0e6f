package dev.tickbook.forecast.internal;

/** Minimizes a criterion from a starting point: Gauss–Newton steps, shortened until the sum of squares falls (Nielsen 1999). */
final class LevenbergMarquardt {

    private static final int MAX_STEPS = 60;

    record Minimum(double[] point, double sum, boolean converged) {}

    private LevenbergMarquardt() {}

    /**
     * @param precision relative fall of the sum of squares below which nothing more is to be gained
     * @param hopeless where the sum clearly will not fall below this, there is no need to go on
     */
    static Minimum of(Criterion criterion, double[] start, double precision, double hopeless) {
        int size = start.length;
        int terms = criterion.terms();
        double[] x = start.clone();
        double[] e = new double[terms];
        double sum = criterion.evaluate(x, e);
        if (size == 0 || Double.isInfinite(sum) || sum == 0) {
            return new Minimum(x, sum, !Double.isInfinite(sum));
        }
        double[][] jacobian = new double[size][terms];
        double[] trialErrors = new double[terms];
        double[][] normal = new double[size][size];
        double[] gradient = new double[size];
        double damping = 1e-3;
        double growth = 2;
        for (int step = 0; step < MAX_STEPS; step++) {
            if (!criterion.differentiate(x, e, jacobian)) {
                return new Minimum(x, sum, false);
            }
            for (int i = 0; i < size; i++) {
                gradient[i] = Projection.dot(jacobian[i], e, 0, terms);
                for (int j = 0; j <= i; j++) {
                    normal[i][j] = Projection.dot(jacobian[i], jacobian[j], 0, terms);
                    normal[j][i] = normal[i][j];
                }
            }
            boolean accepted = false;
            while (!accepted) {
                double[] move = solve(normal, gradient, damping);
                double predicted = 0;
                double[] trial = x.clone();
                double longest = 0;
                for (int i = 0; i < size; i++) {
                    longest = Math.max(longest, Math.abs(move[i]));
                }
                double shorten = longest > 1 ? 1 / longest : 1;
                for (int i = 0; i < size; i++) {
                    move[i] *= shorten;
                    trial[i] += move[i];
                    predicted -= 2 * move[i] * gradient[i];
                }
                for (int i = 0; i < size; i++) {
                    for (int j = 0; j < size; j++) {
                        predicted -= move[i] * normal[i][j] * move[j];
                    }
                }
                if (predicted < precision * sum) {
                    return new Minimum(x, sum, true);
                }
                if (sum - 4 * predicted > hopeless && shorten == 1 && damping <= 1e-3) {
                    return new Minimum(x, sum, false);
                }
                double trialSum = criterion.evaluate(trial, trialErrors);
                if (trialSum < sum) {
                    double ratio = (sum - trialSum) / predicted;
                    damping *= Math.max(0.1, 1 - Math.pow(2 * ratio - 1, 3));
                    growth = 2;
                    accepted = true;
                    boolean done = sum - trialSum < 10 * precision * sum && ratio > 0.5;
                    x = trial;
                    double[] swap = e;
                    e = trialErrors;
                    trialErrors = swap;
                    sum = trialSum;
                    if (done) {
                        return new Minimum(x, sum, true);
                    }
                } else {
                    damping *= growth;
                    growth *= 2;
                    if (damping > 1e12) {
                        return new Minimum(x, sum, predicted < 1e-7 * sum);
                    }
                }
            }
        }
        return new Minimum(x, sum, false);
    }

    /** Cholesky's solution of (A + damping·(diag(A) + a little))·move = -gradient. */
    private static double[] solve(double[][] a, double[] gradient, double damping) {
        int n = gradient.length;
        double largest = 0;
        for (int i = 0; i < n; i++) {
            largest = Math.max(largest, a[i][i]);
        }
        double[][] l = new double[n][n];
        double[] z = new double[n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j <= i; j++) {
                double sum = a[i][j];
                if (i == j) {
                    sum += damping * a[i][i] + 1e-12 * largest;
                }
                for (int k = 0; k < j; k++) {
                    sum -= l[i][k] * l[j][k];
                }
                l[i][j] = i == j ? Math.sqrt(Math.max(sum, 1e-14 * largest)) : sum / l[j][j];
            }
            double sum = -gradient[i];
            for (int k = 0; k < i; k++) {
                sum -= l[i][k] * z[k];
            }
            z[i] = sum / l[i][i];
        }
        for (int i = n - 1; i >= 0; i--) {
            for (int k = i + 1; k < n; k++) {
                z[i] -= l[k][i] * z[k];
            }
            z[i] /= l[i][i];
        }
        return z;
    }
}
