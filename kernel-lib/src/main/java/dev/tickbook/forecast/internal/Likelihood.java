package dev.tickbook.forecast.internal;

/**
 * A likelihood as a sum of squares: the one-step errors in units of their standard deviation, times the 2n-th root of the
 * determinant of their covariance, so that the smallest sum is the largest likelihood:
 * {@code log L = -n/2·(log(2π·sum/n) + 1)}.
 *
 * <p>A point is in the optimizer's coordinates, where every model is stationary: see {@link ArmaStructure#coefficients}.
 */
abstract class Likelihood implements Criterion {

    private static final double STEP = 1e-7;

    private final ArmaStructure structure;

    Likelihood(ArmaStructure structure) {
        this.structure = structure;
    }

    /** What {@link #evaluate} does, for a model. */
    abstract double at(double[] coefficients, double[] terms);

    /** @return the coefficients of the regressors that belong to the last evaluation */
    abstract double[] regression();

    @Override
    public final double evaluate(double[] point, double[] terms) {
        return at(structure.coefficients(point), terms);
    }

    @Override
    public final boolean differentiate(double[] point, double[] terms, double[][] jacobian) {
        for (int i = 0; i < point.length; i++) {
            double[] column = jacobian[i];
            double moved = differ(point, i, STEP, column);
            if (moved == 0) {
                moved = differ(point, i, -STEP, column);
            }
            if (moved == 0) {
                return false;
            }
            for (int t = 0; t < column.length; t++) {
                column[t] = (column[t] - terms[t]) / moved;
            }
        }
        return true;
    }

    /** @return by how much it was moved, 0 if that leads nowhere */
    private double differ(double[] point, int i, double step, double[] column) {
        double[] moved = point.clone();
        moved[i] += step;
        return Double.isInfinite(evaluate(moved, column)) ? 0 : moved[i] - point[i];
    }
}
