package dev.tickbook.forecast.internal;

/** A sum of squares that an estimate makes small. Holds buffers: one thread only. */
interface Criterion {

    /** @return how many squares there are */
    int terms();

    /**
     * @param point where
     * @param terms gets what is squared
     * @return the sum of the squares, infinite where the point is not admissible
     */
    double evaluate(double[] point, double[] terms);

    /**
     * Differentiates the terms where they were evaluated last.
     *
     * @param jacobian gets the derivatives, one array per coordinate
     * @return false where it cannot be
     */
    boolean differentiate(double[] point, double[] terms, double[][] jacobian);
}
