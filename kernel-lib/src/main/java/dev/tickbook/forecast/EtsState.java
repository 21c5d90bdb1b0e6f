package dev.tickbook.forecast;

/**
 * The state of an exponential smoothing, moved along a series. With the additive error e, level l, slope b, season s and
 * damping φ, in the error-correction form (Hyndman, Koehler, Ord and Snyder, Forecasting with Exponential Smoothing,
 * 2008, table 2.2 and 2.3): forecast q + s or q·s with q = l + φb; then l = q + αe, b = φb + βe, s = s + γe, where e is
 * divided by s for level and slope, and by q for the season, if the season scales.
 */
final class EtsState {

    private static final double FAR = 1e100;

    private final boolean scalingError;
    private final boolean hasSeason;
    private final boolean scalingSeason;
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
        this.scalingError = form.scalingError();
        this.hasSeason = form.hasSeason();
        this.scalingSeason = form.season() == EtsForm.Season.SCALES;
        this.alpha = alpha;
        this.beta = beta;
        this.gamma = gamma;
        this.phi = phi;
        this.level = level;
        this.slope = slope;
        this.season = season;
    }

    /** @return one that moves on its own */
    EtsState copy(EtsForm form) {
        return new EtsState(form, alpha, beta, gamma, phi, level, slope, season.clone());
    }

    /** @return the forecast of the next value, which has this place in the season */
    double next(int place) {
        double base = level + phi * slope;
        if (scalingSeason) {
            return base * season[place];
        }
        return hasSeason ? base + season[place] : base;
    }

    /** Takes in the next value: what it is above its forecast. */
    void correct(int place, double error) {
        double trend = phi * slope;
        double base = level + trend;
        double correction = error;
        if (scalingSeason) {
            correction = error / season[place];
            season[place] += gamma * error / base;
        } else if (hasSeason) {
            season[place] += gamma * error;
        }
        level = base + alpha * correction;
        slope = trend + beta * correction;
    }

    /**
     * Moves along a series that begins at the first place of the season. A missing value moves the state as if it had been
     * forecast exactly.
     *
     * @param values the series
     * @param fitted takes the one-step forecasts; may be null
     * @return whether all forecasts are such that the errors' likelihood can be computed
     */
    boolean run(double[] values, double[] fitted) {
        double product = 1;
        int place = 0;
        for (int i = 0; i < values.length; i++) {
            double forecast = next(place);
            double error = Double.isNaN(values[i]) ? 0 : values[i] - forecast;
            if (fitted != null) {
                fitted[i] = forecast;
            }
            if (!scalingError) {
                squares += error * error;
            } else if (!(forecast > 0)) {
                return false;
            } else if (!Double.isNaN(values[i])) {
                double relative = error / forecast;
                squares += relative * relative;
                product *= forecast;
                if (product > FAR || product < 1 / FAR) {
                    logarithms += Math.log(product);
                    product = 1;
                }
            }
            correct(place, error);
            place = place + 1 == season.length ? 0 : place + 1;
        }
        logarithms += Math.log(product);
        return squares < Double.POSITIVE_INFINITY;
    }
}
