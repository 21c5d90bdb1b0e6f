package dev.tickbook.forecast;

import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.MatrixUtils;
import org.apache.commons.math3.linear.RealMatrix;

/**
 * Mean and standard deviation of what an exponential smoothing forecasts, exactly (Hyndman, Koehler, Ord and Snyder 2008,
 * chapter 6): class 1 where the error adds, class 2 where it scales, class 3 where the season scales too.
 */
record EtsMoments(double[] mean, double[] standardError) {

    /**
     * @param state after the last observation
     * @param place in the season of the first step
     * @param variance of the errors
     */
    static EtsMoments of(EtsForm form, EtsState state, int place, int horizon, double variance) {
        return form.season() == EtsForm.Season.SCALES
                ? scalingSeason(form, state, place, horizon, variance)
                : linear(form, state, place, horizon, variance);
    }

    private static EtsMoments linear(EtsForm form, EtsState state, int place, int horizon, double variance) {
        double[] mean = new double[horizon];
        double[] error = new double[horizon];
        double[] weight = new double[horizon]; // of the error of j + 1 steps before, in the forecast
        double[] second = new double[horizon]; // second moment of the forecast if the error scales
        double slopes = 0;
        double damping = 1;
        double weights = 0;
        for (int h = 0; h < horizon; h++) {
            damping *= state.phi;
            slopes += damping;
            boolean seasonAgain = form.hasSeason() && (h + 1) % form.period() == 0;
            weight[h] = state.alpha + state.beta * slopes + (seasonAgain ? state.gamma : 0);
            mean[h] = state.level
                    + state.slope * slopes
                    + (form.hasSeason() ? state.season[(place + h) % form.period()] : 0);
            if (form.scalingError()) {
                second[h] = mean[h] * mean[h];
                for (int j = 0; j < h; j++) {
                    second[h] += variance * weight[j] * weight[j] * second[h - 1 - j];
                }
                error[h] = Math.sqrt(Math.max(0, (1 + variance) * second[h] - mean[h] * mean[h]));
            } else {
                error[h] = Math.sqrt(variance * (1 + weights));
                weights += weight[h] * weight[h];
            }
        }
        return new EtsMoments(mean, error);
    }

    /** With M the outer product of level and slope with the seasonal states, V the covariance of its elements. */
    private static EtsMoments scalingSeason(EtsForm form, EtsState state, int place, int horizon, double variance) {
        int period = form.period();
        RealMatrix seasons = MatrixUtils.createRealMatrix(period, period); // turns by one place
        double[] season = new double[period]; // the next to be used comes last
        for (int i = 0; i < period; i++) {
            seasons.setEntry(i, (i + period - 1) % period, 1);
            season[period - 1 - i] = state.season[(place + i) % period];
        }
        RealMatrix seasonError = MatrixUtils.createRealMatrix(period, period);
        seasonError.setEntry(0, period - 1, state.gamma);

        boolean trend = form.hasTrend();
        double phi = state.phi;
        RealMatrix levels = trend ? matrix(new double[][] {{1, phi}, {0, phi}}) : matrix(new double[][] {{1}});
        RealMatrix levelError = trend
                ? matrix(new double[][] {{state.alpha, state.alpha * phi}, {state.beta, state.beta * phi}})
                : matrix(new double[][] {{state.alpha}});
        double[] level = trend ? new double[] {state.level, state.slope} : new double[] {state.level};
        double[] look = trend ? new double[] {1, phi} : new double[] {1};

        int size = level.length;
        RealMatrix move = product(seasons, levels);
        RealMatrix both = product(seasonError, levelError);
        RealMatrix one = product(seasonError, levels).add(product(seasons, levelError));
        double[] product = new double[size * period];
        for (int i = 0; i < product.length; i++) {
            product[i] = level[i % size] * season[i / size];
        }
        double[] view = new double[product.length];
        System.arraycopy(look, 0, view, size * (period - 1), size);

        double[] mean = new double[horizon];
        double[] error = new double[horizon];
        RealMatrix covariance = MatrixUtils.createRealMatrix(product.length, product.length);
        for (int h = 0; h < horizon; h++) {
            mean[h] = dot(view, product);
            double spread = dot(view, covariance.operate(view));
            error[h] = Math.sqrt(Math.max(0, (1 + variance) * spread + variance * mean[h] * mean[h]));
            if (h == horizon - 1) {
                break;
            }
            RealMatrix outer =
                    MatrixUtils.createColumnRealMatrix(product).multiply(MatrixUtils.createRowRealMatrix(product));
            RealMatrix cross = move.multiply(covariance).multiply(both.transpose());
            RealMatrix single = one.multiply(covariance.add(outer)).multiply(one.transpose());
            RealMatrix twice = both.multiply(covariance.scalarMultiply(3).add(outer.scalarMultiply(2)))
                    .multiply(both.transpose());
            covariance = move.multiply(covariance)
                    .multiply(move.transpose())
                    .add(cross.add(cross.transpose()).add(single).scalarMultiply(variance))
                    .add(twice.scalarMultiply(variance * variance));
            double[] correction = both.operate(product);
            product = move.operate(product);
            for (int i = 0; i < product.length; i++) {
                product[i] += variance * correction[i];
            }
        }
        return new EtsMoments(mean, error);
    }

    private static RealMatrix matrix(double[][] rows) {
        return new Array2DRowRealMatrix(rows, false);
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    /** Kronecker's product. */
    private static RealMatrix product(RealMatrix a, RealMatrix b) {
        int rows = b.getRowDimension();
        int columns = b.getColumnDimension();
        double[][] all = new double[a.getRowDimension() * rows][a.getColumnDimension() * columns];
        for (int i = 0; i < all.length; i++) {
            for (int j = 0; j < all[i].length; j++) {
                all[i][j] = a.getEntry(i / rows, j / columns) * b.getEntry(i % rows, j % columns);
            }
        }
        return matrix(all);
    }
}
