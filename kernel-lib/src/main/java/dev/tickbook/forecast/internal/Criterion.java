package dev.tickbook.forecast.internal;

/** What an estimate makes small: a sum of squares, whose terms the optimizer needs one by one. Holds buffers: one thread only. */
interface Criterion {

    /** @return how many terms there are */
    int terms();

    /**
     * @param coefficients of the ARMA part
     * @param residuals gets the terms
     * @return the sum of their squares, infinite where the model is not admissible
     */
    double evaluate(double[] coefficients, double[] residuals);

    /** @return the coefficients of the regressors that belong to the last evaluation */
    double[] regression();
}
