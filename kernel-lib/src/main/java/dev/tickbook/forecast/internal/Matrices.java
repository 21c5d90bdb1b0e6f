package dev.tickbook.forecast.internal;

/** The little linear algebra that small symmetric matrices need. */
final class Matrices {

    private Matrices() {}

    /** Gauss and Jordan, with pivoting; not finite where there is no inverse. */
    static double[][] inverse(double[][] matrix) {
        int n = matrix.length;
        double[][] a = new double[n][2 * n];
        for (int i = 0; i < n; i++) {
            System.arraycopy(matrix[i], 0, a[i], 0, n);
            a[i][n + i] = 1;
        }
        for (int column = 0; column < n; column++) {
            int pivot = column;
            for (int i = column + 1; i < n; i++) {
                if (Math.abs(a[i][column]) > Math.abs(a[pivot][column])) {
                    pivot = i;
                }
            }
            double[] swap = a[column];
            a[column] = a[pivot];
            a[pivot] = swap;
            double divisor = a[column][column];
            for (int j = 0; j < 2 * n; j++) {
                a[column][j] /= divisor;
            }
            for (int i = 0; i < n; i++) {
                double factor = a[i][column];
                if (i != column && factor != 0) {
                    for (int j = 0; j < 2 * n; j++) {
                        a[i][j] -= factor * a[column][j];
                    }
                }
            }
        }
        double[][] inverse = new double[n][];
        for (int i = 0; i < n; i++) {
            inverse[i] = java.util.Arrays.copyOfRange(a[i], n, 2 * n);
        }
        return inverse;
    }
}
