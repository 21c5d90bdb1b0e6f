package dev.tickbook.forecast;

/**
 * The state of an exponential smoothing, moved along a series. With the additive error e, level l, slope b, season s and
 * damping φ, in the error-correction form (Hyndman, Koehler, Ord and Snyder, Forecasting with Exponential Smoothing,
 * 2008, table 2.2 and 2.3): forecast q + s or q·s with q = l + φb; then l = q + αe, b = φb + βe, s = s + γe, where e is
 * divided by s for level and slope, and by q for the season, if the season scales.
 */
final class EtsState {

    private static final double FAR = 1e100;

    private final EtsForm form;
    final double alpha;
    final double beta;
    final double gamma;
    final double phi;
    double level;
    double slope;
    /** One per place in the season, the first observation's first. */
    final double[] season;

    /** Sum of the squared errors, relative ones if the error scales. */
    double squares;
    /** Sum of the logarithms of the one-step forecasts if the error scales, else 0. */
    double logarithms;

    EtsState(
            EtsForm form,
            double alpha,
            double beta,
            double gamma,
            double phi,
            double level,
            double slope,
            double[] season) {
        this.form = form;
        this.alpha = alpha;
        this.beta = beta;
        this.gamma = gamma;
        this.phi = phi;
        this.level = level;
        this.slope = slope;
        this.season = season;
    }

    /**
     * Moves along a series. A missing value moves the state as if it had been forecast exactly.
     *
     * @param values the series
     * @param fitted takes the one-step forecasts; may be null
     * @return whether all forecasts are such that the errors' likelihood can be computed
     */
    boolean run(double[] values, double[] fitted) {
        boolean scalingError = form.scalingError();
        boolean hasSeason = form.hasSeason();
        boolean scalingSeason = form.season() == EtsForm.Season.SCALES;
        int period = season.length;
        double product = 1;
        int place = 0;
        for (int i = 0; i < values.length; i++) {
            double trend = phi * slope;
            double base = level + trend;
            double seasonal = hasSeason ? season[place] : 0;
            double forecast = scalingSeason ? base * seasonal : base + seasonal;
            if (fitted != null) {
                fitted[i] = forecast;
            }
            double error = values[i] - forecast;
            if (Double.isNaN(values[i])) {
                error = 0;
            } else if (scalingError) {
                if (!(forecast > 0)) {
                    return false;
                }
                double relative = error / forecast;
                squares += relative * relative;
                product *= forecast;
                if (product > FAR || product < 1 / FAR) {
                    logarithms += Math.log(product);
                    product = 1;
                }
            } else {
                squares += error * error;
            }
            double correction = scalingSeason ? error / seasonal : error;
            level = base + alpha * correction;
            slope = trend + beta * correction;
            if (hasSeason) {
                season[place] = seasonal + gamma * (scalingSeason ? error / base : error);
                place = place + 1 == period ? 0 : place + 1;
            }
        }
        logarithms += Math.log(product);
        return squares < Double.POSITIVE_INFINITY;
    }
}
