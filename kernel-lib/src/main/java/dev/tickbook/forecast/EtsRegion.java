package dev.tickbook.forecast;

/**
 * The admissible region: the smoothing parameters with which the past fades away, so that the states can be learnt from
 * the data (Hyndman, Akram and Archibald, The admissible parameter space for exponential smoothing models, Annals of the
 * Institute of Statistical Mathematics 60, 2008). Without a season it contains the usual region 0 ≤ β ≤ α ≤ 1.
 */
final class EtsRegion {

    private static final double ROUNDING = 1e-10;

    private EtsRegion() {}

    /**
     * Whether all roots of a seasonal model's characteristic polynomial, but for the one that is always 1, lie inside the
     * unit circle.
     *
     * @param beta of the slope times its damping, 0 without a slope
     */
    static boolean admits(int period, double alpha, double beta, double gamma, double phi) {
        double[] polynomial = new double[period + 2]; // descending powers, the first is 1
        polynomial[0] = 1;
        polynomial[1] = alpha + beta - phi;
        for (int i = 2; i < period; i++) {
            polynomial[i] = alpha + beta - alpha * phi;
        }
        polynomial[period] = alpha + beta - alpha * phi + gamma - 1;
        polynomial[period + 1] = phi * (1 - alpha - gamma);
        return stable(polynomial);
    }

    /** Schur and Cohn: the polynomial is taken down degree by degree; each last coefficient must be below 1. */
    private static boolean stable(double[] polynomial) {
        double[] a = polynomial.clone();
        for (int degree = a.length - 1; degree > 0; degree--) {
            double last = a[degree];
            if (Math.abs(last) > 1 + ROUNDING) {
                return false;
            }
            double rest = 1 - last * last;
            if (rest <= ROUNDING) {
                return true; // on the circle
            }
            for (int i = 0, j = degree; i <= j; i++, j--) {
                double left = a[i];
                double right = a[j];
                a[i] = (left - last * right) / rest;
                a[j] = (right - last * left) / rest;
            }
        }
        return true;
    }
}
