package dev.tickbook.forecast;

import dev.tickbook.TickbookException;
import java.util.Arrays;
import java.util.List;

/**
 * Exponential smoothing in state-space form, ETS: error, trend and season, each additive or multiplicative or none, the
 * trend damped or not. All forms that suit the series are estimated by maximum likelihood and the one with the least AICc
 * is taken, as R's {@code forecast::ets} does.
 *
 * <p>What differs from R: a missing value moves the states along without an error, where R models only the longest part
 * without missing values and so may forecast from the past; a damped slope is damped in the variance of a multiplicative
 * season too; a season of more than 24 observations is left out, as in R; the model's name
 * then says N.
 *
 * <p>Hyndman, Koehler, Ord and Snyder, Forecasting with Exponential Smoothing, Springer 2008.
 */
public final class ExponentialSmoothing implements Forecaster {

    /** Longer seasons have too many states to estimate. */
    private static final int LONGEST_SEASON = 24;

    private static final int FEWEST = 5;

    private final String notation;

    /** Chooses the form by its AICc. */
    public ExponentialSmoothing() {
        this("ZZZ");
    }

    /**
     * Takes one form, or chooses among some.
     *
     * @param form error (A or M), trend (N, A or Ad) and season (N, A or M), for example {@code "AAN"} or {@code "MAdM"};
     *     Z for each that is to be chosen: {@code "ZZN"}
     * @throws IllegalArgumentException if it is not written like this
     */
    public ExponentialSmoothing(String form) {
        EtsForm.matching(form, 2);
        this.notation = form;
    }

    @Override
    public String name() {
        return notation.equals("ZZZ") ? "exponential smoothing" : "ETS " + notation;
    }

    /**
     * {@inheritDoc}
     *
     * @throws TickbookException if fewer than 5 values were observed, one is infinite, or the form that was asked for does
     *     not suit the series: a multiplicative one needs values above 0, and each needs more observations than it has
     *     parameters
     */
    @Override
    public EtsModel fit(TimeSeries series) {
        double[] values = Observations.of(series, name(), FEWEST);
        int observed = Observations.count(values);
        int period = series.period() <= LONGEST_SEASON ? series.period() : 1;
        if (Observations.constant(values)) {
            return constant(values);
        }
        double[] complete = Observations.filled(values, period);
        List<EtsForm> forms = EtsForm.matching(notation, period);
        boolean positive = positive(values);
        EtsModel best = EtsEstimation.best(
                forms.stream()
                        .filter(form -> (positive || !form.scales()) && !tooFew(form, observed))
                        .toList(),
                values,
                complete);
        if (best == null) {
            throw new TickbookException(reason(forms, values, observed, series.period()));
        }
        return best;
    }

    /** Each parameter, the variance among them, needs an observation, and the correction of the AIC two more. */
    private static boolean tooFew(EtsForm form, int observed) {
        return observed <= form.smoothingParameters() + form.freeStates() + 2;
    }

    private static boolean positive(double[] values) {
        for (double value : values) {
            if (value <= 0) {
                return false;
            }
        }
        return true;
    }

    private String reason(List<EtsForm> forms, double[] values, int observed, int period) {
        if (forms.isEmpty()) {
            return "No exponential smoothing is written " + notation + " for a series of period " + period
                    + ": a season needs a period between 2 and " + LONGEST_SEASON
                    + ", and a multiplicative season a multiplicative error. Use ZZZ to choose among all that suit it.";
        }
        boolean scales = forms.stream().allMatch(EtsForm::scales);
        if (scales && !positive(values)) {
            return "The form " + notation + " is multiplicative and needs values above 0, but the series has others."
                    + " Use an additive form, or ZZZ to choose.";
        }
        return "The form " + notation + " has too many parameters for " + observed + " observations with a season of "
                + period + ". Use a form without season, or a longer series.";
    }

    /** Smoothing a constant: no error, whatever the parameters. */
    private static EtsModel constant(double[] values) {
        EtsForm form = new EtsForm(false, EtsForm.Trend.NONE, EtsForm.Season.NONE, 1);
        double level = Observations.mean(values);
        double[] fitted = new double[values.length];
        Arrays.fill(fitted, level);
        EtsState last = new EtsState(form, 1, 0, 0, 1, level, 0, new double[1]);
        return new EtsModel(form, values, fitted, last, 0, Double.POSITIVE_INFINITY, 3, true);
    }
}
