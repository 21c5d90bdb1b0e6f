package dev.tickbook.forecast.internal;

/** Errors of a complete, stationary series as the difference equation gives them, zero before the first that it reaches. */
final class ConditionalSumOfSquares implements Criterion {

    private final ArmaStructure structure;
    private final double[][] columns;
    private final double[][] filtered;
    private final Projection projection;
    private final int length;
    private final int from;

    /** @param columns the series, and after it its regressors */
    ConditionalSumOfSquares(ArmaStructure structure, double[][] columns) {
        this.structure = structure;
        this.columns = columns;
        length = columns[0].length;
        filtered = new double[columns.length][length];
        projection = new Projection(columns.length - 1);
        from = structure.arDegree;
    }

    @Override
    public int terms() {
        return length;
    }

    @Override
    public double[] regression() {
        return projection.coefficients();
    }

    @Override
    public double evaluate(double[] coefficients, double[] residuals) {
        double[] phi = structure.ar(coefficients);
        double[] theta = structure.ma(coefficients);
        for (int k = 0; k < columns.length; k++) {
            filter(columns[k], phi, theta, filtered[k]);
        }
        double sum = projection.residuals(filtered, from, length);
        System.arraycopy(filtered[0], 0, residuals, 0, length);
        return sum < 1e100 ? sum : Double.POSITIVE_INFINITY;
    }

    private void filter(double[] w, double[] phi, double[] theta, double[] e) {
        for (int t = from; t < length; t++) {
            double sum = w[t];
            for (int lag : structure.arLags) {
                sum -= phi[lag] * w[t - lag];
            }
            for (int lag : structure.maLags) {
                if (lag > t - from) {
                    break;
                }
                sum -= theta[lag] * e[t - lag];
            }
            e[t] = sum;
        }
    }
}
