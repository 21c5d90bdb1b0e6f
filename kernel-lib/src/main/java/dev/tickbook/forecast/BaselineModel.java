package dev.tickbook.forecast;

/** A fitted baseline: what it says of the past is computed, what it says of the future is a formula. */
record BaselineModel(String name, double[] observed, double[] fitted, Outlook outlook) implements FittedModel {

    /** The future by formula. */
    interface Outlook {
        /** @param levels in percent */
        Forecast forecast(int horizon, double[] levels);
    }

    @Override
    public double[] fitted() {
        return fitted.clone();
    }

    @Override
    public double[] residuals() {
        double[] residuals = new double[observed.length];
        for (int i = 0; i < residuals.length; i++) {
            residuals[i] = observed[i] - fitted[i];
        }
        return residuals;
    }

    @Override
    public Forecast forecast(int horizon, double... levels) {
        Intervals.check(horizon, levels);
        return outlook.forecast(horizon, levels);
    }
}
