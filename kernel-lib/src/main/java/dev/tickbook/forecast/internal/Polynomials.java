package dev.tickbook.forecast.internal;

/** Polynomials {@code 1 - a[0]·z - a[1]·z² - …}, given by a. */
final class Polynomials {

    private Polynomials() {}

    /**
     * The partial autocorrelations of the autoregression with these coefficients: the Durbin–Levinson recursion downwards.
     *
     * @return them, or null where the autoregression is not stationary
     */
    static double[] partials(double[] a) {
        double[] partials = a.clone();
        double[] before = new double[a.length];
        for (int k = a.length - 1; k >= 0; k--) {
            double partial = partials[k];
            if (!(Math.abs(partial) < 1)) {
                return null;
            }
            double scale = 1 / (1 - partial * partial);
            System.arraycopy(partials, 0, before, 0, k);
            for (int j = 0; j < k; j++) {
                partials[j] = (before[j] + partial * before[k - 1 - j]) * scale;
            }
        }
        return partials;
    }

    /** Schur's criterion: no roots need to be found to know on which side of a circle they are. */
    static boolean rootsBeyond(double radius, double[] a) {
        double[] scaled = new double[a.length];
        double power = 1;
        for (int j = 0; j < a.length; j++) {
            power *= radius;
            scaled[j] = a[j] * power;
        }
        return partials(scaled) != null;
    }

    /** Replaces each root inside the unit circle by its reciprocal. */
    static double[] turnOut(double[] a) {
        int degree = a.length;
        while (degree > 0 && Math.abs(a[degree - 1]) < 1e-12) {
            degree--;
        }
        // Of the reciprocal polynomial z^n - a[0]·z^(n-1) - …, whose roots are the reciprocals: they belong inside.
        double[][] roots = inverseRoots(a, degree);
        double[] re = new double[degree + 1];
        double[] im = new double[degree + 1];
        re[0] = 1;
        for (int i = 0; i < degree; i++) {
            double x = roots[0][i];
            double y = roots[1][i];
            double square = x * x + y * y;
            if (square > 1) {
                x /= square;
                y /= square;
            }
            for (int j = i + 1; j > 0; j--) {
                double r = re[j] - (x * re[j - 1] - y * im[j - 1]);
                im[j] = im[j] - (x * im[j - 1] + y * re[j - 1]);
                re[j] = r;
            }
        }
        double[] result = new double[a.length];
        for (int j = 0; j < degree; j++) {
            result[j] = -re[j + 1];
        }
        return result;
    }

    /** All reciprocals of the roots at once, by the iteration of Weierstrass (Durand–Kerner); degrees are at most some ten. */
    private static double[][] inverseRoots(double[] a, int degree) {
        double[] re = new double[degree];
        double[] im = new double[degree];
        double bound = 0;
        for (int j = 0; j < degree; j++) {
            bound = Math.max(bound, Math.pow(Math.abs(a[j]), 1.0 / (j + 1)));
        }
        for (int i = 0; i < degree; i++) {
            double angle = 2 * Math.PI * (i + 0.35) / degree;
            re[i] = bound * Math.cos(angle);
            im[i] = bound * Math.sin(angle);
        }
        for (int iteration = 0; iteration < 500; iteration++) {
            double change = 0;
            for (int i = 0; i < degree; i++) {
                double fr = 1;
                double fi = 0;
                for (int j = 0; j < degree; j++) {
                    double t = fr * re[i] - fi * im[i] - a[j];
                    fi = fr * im[i] + fi * re[i];
                    fr = t;
                }
                double dr = 1;
                double di = 0;
                for (int j = 0; j < degree; j++) {
                    if (j != i) {
                        double x = re[i] - re[j];
                        double y = im[i] - im[j];
                        double t = dr * x - di * y;
                        di = dr * y + di * x;
                        dr = t;
                    }
                }
                double square = Math.max(dr * dr + di * di, Double.MIN_NORMAL);
                double sr = (fr * dr + fi * di) / square;
                double si = (fi * dr - fr * di) / square;
                re[i] -= sr;
                im[i] -= si;
                change = Math.max(change, Math.abs(sr) + Math.abs(si));
            }
            if (change < 1e-14 * bound) {
                break;
            }
        }
        return new double[][] {re, im};
    }

    /** Multiplies polynomials given by all their coefficients, the constant first. */
    static double[] product(double[] a, double[] b) {
        double[] c = new double[a.length + b.length - 1];
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < b.length; j++) {
                c[i + j] += a[i] * b[j];
            }
        }
        return c;
    }
}
