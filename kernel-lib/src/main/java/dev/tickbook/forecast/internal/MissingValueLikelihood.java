package dev.tickbook.forecast.internal;

/** The exact likelihood where values are missing: by the Kalman filter over the levels. */
final class MissingValueLikelihood extends Likelihood {

    private final KalmanFilter filter;
    private final Projection projection;
    private final int length;

    MissingValueLikelihood(ArmaStructure structure, double[] differencing, double[][] columns) {
        super(structure);
        filter = new KalmanFilter(structure, differencing, columns);
        projection = new Projection(columns.length - 1);
        length = columns[0].length;
    }

    @Override
    public int terms() {
        return length;
    }

    @Override
    double[] regression() {
        return projection.coefficients();
    }

    @Override
    double at(double[] coefficients, double[] terms) {
        if (!filter.run(coefficients)) {
            return Double.POSITIVE_INFINITY;
        }
        double logDeterminant = 0;
        int counted = 0;
        for (int t = 0; t < length; t++) {
            double variance = filter.variances[t];
            boolean counts = !Double.isNaN(filter.errors[0][t]) && variance < KalmanFilter.DIFFUSE;
            double weight = counts ? 1 / Math.sqrt(variance) : 0;
            if (counts) {
                counted++;
                logDeterminant += Math.log(variance);
            }
            for (double[] column : filter.errors) {
                column[t] = counts ? column[t] * weight : 0;
            }
        }
        double sum = projection.residuals(filter.errors, 0, length);
        double root = Math.exp(logDeterminant / (2 * counted));
        for (int t = 0; t < length; t++) {
            terms[t] = filter.errors[0][t] * root;
        }
        double result = sum * root * root;
        return result < Double.MAX_VALUE ? result : Double.POSITIVE_INFINITY;
    }
}
