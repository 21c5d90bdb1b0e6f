package dev.tickbook.forecast.internal;

/** Least squares of one column on others, by Gram–Schmidt: regressors are concentrated out of every criterion this way. */
final class Projection {

    private final int regressors;
    private final double[][] r;
    private final double[] beta;
    private final double[] right;

    Projection(int regressors) {
        this.regressors = regressors;
        r = new double[regressors][regressors];
        beta = new double[regressors];
        right = new double[regressors];
    }

    /**
     * Replaces {@code columns[0]} by its residuals on the columns after it, which become orthonormal.
     *
     * @return the residual sum of squares, or NaN where the regressors depend on each other
     */
    double residuals(double[][] columns, int from, int to) {
        double[] y = columns[0];
        for (int k = 0; k < regressors; k++) {
            double[] x = columns[k + 1];
            double before = dot(x, x, from, to);
            for (int j = 0; j < k; j++) {
                r[j][k] = subtractPart(x, columns[j + 1], from, to);
            }
            double square = dot(x, x, from, to);
            if (!(square > 1e-20 * before)) {
                return Double.NaN;
            }
            double norm = Math.sqrt(square);
            r[k][k] = norm;
            for (int t = from; t < to; t++) {
                x[t] /= norm;
            }
            right[k] = subtractPart(y, x, from, to);
        }
        for (int k = regressors - 1; k >= 0; k--) {
            double sum = right[k];
            for (int j = k + 1; j < regressors; j++) {
                sum -= r[k][j] * beta[j];
            }
            beta[k] = sum / r[k][k];
        }
        return dot(y, y, from, to);
    }

    double[] coefficients() {
        return beta.clone();
    }

    private static double subtractPart(double[] y, double[] unit, int from, int to) {
        double part = dot(y, unit, from, to);
        for (int t = from; t < to; t++) {
            y[t] -= part * unit[t];
        }
        return part;
    }

    static double dot(double[] a, double[] b, int from, int to) {
        double s0 = 0;
        double s1 = 0;
        double s2 = 0;
        double s3 = 0;
        int t = from;
        for (; t + 3 < to; t += 4) {
            s0 += a[t] * b[t];
            s1 += a[t + 1] * b[t + 1];
            s2 += a[t + 2] * b[t + 2];
            s3 += a[t + 3] * b[t + 3];
        }
        for (; t < to; t++) {
            s0 += a[t] * b[t];
        }
        return s0 + s1 + s2 + s3;
    }
}
