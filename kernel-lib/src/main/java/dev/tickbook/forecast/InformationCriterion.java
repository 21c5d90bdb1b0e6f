package dev.tickbook.forecast;

/** What a choice between models makes small: how badly one fits, and how many parameters it takes for that. */
public enum InformationCriterion {
    /** Akaike's. */
    AIC,
    /** Akaike's, corrected for short series; infinite where there are hardly more observations than parameters. */
    AICC,
    /** Schwarz's. */
    BIC;

    /** @param parameters how many were estimated, the variance included */
    double of(double logLikelihood, int parameters, int observations) {
        double aic = -2 * logLikelihood + 2 * parameters;
        return switch (this) {
            case AIC -> aic;
            case AICC -> {
                int spare = observations - parameters - 1;
                yield spare > 0 ? aic + 2.0 * parameters * (parameters + 1) / spare : Double.POSITIVE_INFINITY;
            }
            case BIC -> aic + parameters * (Math.log(observations) - 2);
        };
    }
}
