package dev.tickbook.forecast;

import dev.tickbook.TickbookException;
import dev.tickbook.forecast.internal.ArmaStructure;
import dev.tickbook.forecast.internal.Estimator;
import java.util.HashMap;
import java.util.Map;

/**
 * ARIMA models of given orders, estimated by exact maximum likelihood.
 *
 * <pre>{@code
 * Arima airline = Arima.of(0, 1, 1).seasonal(0, 1, 1);
 * ArimaModel model = airline.fit(new TimeSeries(logPassengers, 12));
 * model.coefficients();             // {ma1=-0.40, sma1=-0.56}
 * model.forecast(24, 80, 95);
 * }</pre>
 *
 * <p>Coefficients have the signs of {@code w[t] = ar·w[t-1] + e[t] + ma·e[t-1]}, as in R. A series that is not differenced
 * has a mean unless {@link #withoutMean}; one that is differenced has none unless {@link #withDrift}. Values may be missing
 * (NaN): the likelihood is that of the others. Scale does not matter. The same series gives the same model, always.
 */
public final class Arima implements Forecaster {

    /** Above this the filter's matrices are too large to be of use; a season this long wants regressors. */
    private static final int MAX_STATE = 1200;

    private final ArimaOrder order;
    private final boolean mean;
    private final boolean drift;
    private final BoxCox boxCox;

    private Arima(ArimaOrder order, boolean mean, boolean drift, BoxCox boxCox) {
        this.order = order;
        this.mean = mean;
        this.drift = drift;
        this.boxCox = boxCox;
    }

    /** @return the model (p,d,q): so many lags of the series, differences, and lags of the errors */
    public static Arima of(int p, int d, int q) {
        return of(ArimaOrder.of(p, d, q));
    }

    /** @return the model of these orders */
    public static Arima of(ArimaOrder order) {
        return new Arima(order, true, false, null);
    }

    /** @return this model with the orders (P,D,Q) of the season, whose length the series says */
    public Arima seasonal(int seasonalP, int seasonalD, int seasonalQ) {
        return new Arima(order.seasonal(seasonalP, seasonalD, seasonalQ), mean, drift, boxCox);
    }

    /** @return this model around zero */
    public Arima withoutMean() {
        return new Arima(order, false, drift, boxCox);
    }

    /** @return this model around a straight line; of a differenced series: with a constant step, in units per observation */
    public Arima withDrift() {
        return new Arima(order, mean, true, boxCox);
    }

    /** @return this model of the transformed series; forecasts and fitted values are taken back */
    public Arima boxCox(BoxCox boxCox) {
        return new Arima(order, mean, drift, boxCox);
    }

    @Override
    public String name() {
        return "ARIMA" + order.text(0).replace("[0]", "");
    }

    /** @return the orders */
    public ArimaOrder order() {
        return order;
    }

    @Override
    public ArimaModel fit(TimeSeries series) {
        return fit(series, new double[0][]);
    }

    /**
     * Estimates the model with regressors: the series is a linear function of them and of ARIMA errors.
     *
     * @param regressors one array per regressor, each as long as the series, none of their values missing
     * @throws TickbookException if the series is too short, constant, or not finite, or a regressor cannot be told from the
     *     others
     */
    public ArimaModel fit(TimeSeries series, double[]... regressors) {
        return new Fitting(Sample.of(series, boxCox, regressors)).fit(this);
    }

    /** @return whether the model has a mean: it is differenced nowhere, and the mean is wanted */
    boolean hasMean() {
        return mean && order.differences() == 0;
    }

    boolean hasDrift() {
        return drift;
    }

    /** One sample, and what has been computed of it once for many models. */
    static final class Fitting {

        private final Sample sample;
        private final Map<String, Estimator> estimators = new HashMap<>();

        Fitting(Sample sample) {
            this.sample = sample;
        }

        Sample sample() {
            return sample;
        }

        ArimaModel fit(Arima arima) {
            check(arima);
            return model(arima, estimator(arima).best(structure(arima.order)));
        }

        /** @param nearly the coefficients of a search */
        ArimaModel finish(Arima arima, double[] nearly) {
            return model(arima, estimator(arima).finish(structure(arima.order), nearly));
        }

        private ArimaModel model(Arima arima, Estimator.Estimate estimate) {
            if (Double.isNaN(estimate.logLikelihood()) || estimate.logLikelihood() == Double.NEGATIVE_INFINITY) {
                throw new TickbookException("ARIMA" + arima.order.text(sample.period())
                        + " cannot be estimated from this series: its regressors depend on each other once differenced,"
                        + " or the likelihood is nowhere finite. Leave out a regressor, or use smaller orders.");
            }
            return new ArimaModel(arima, sample, estimator(arima), structure(arima.order), estimate);
        }

        Estimator estimator(Arima arima) {
            ArimaOrder o = arima.order;
            String key = o.d() + "," + o.seasonalD() + "," + arima.hasMean() + "," + arima.hasDrift();
            return estimators.computeIfAbsent(
                    key,
                    k -> new Estimator(
                            sample.values(),
                            Observations.filled(sample.values(), sample.period()),
                            sample.regressors(arima.hasMean(), arima.hasDrift()),
                            Estimator.differencing(o.d(), o.seasonalD(), sample.period())));
        }

        ArmaStructure structure(ArimaOrder o) {
            return new ArmaStructure(o.p(), o.q(), o.seasonalP(), o.seasonalQ(), sample.period());
        }

        private void check(Arima arima) {
            ArimaOrder o = arima.order;
            String name = "ARIMA" + o.text(sample.period());
            if (o.isSeasonal() && sample.period() == 1) {
                throw new TickbookException(
                        name + " is seasonal, and the series has no season. Give the series its period,"
                                + " for example new TimeSeries(values, 12), or leave out the seasonal orders.");
            }
            if (arima.drift && o.differences() > 1) {
                throw new TickbookException(
                        name + " cannot have a drift: a straight line is gone after differencing twice."
                                + " Leave out withDrift().");
            }
            ArmaStructure structure = structure(o);
            int lost = o.d() + o.seasonalD() * sample.period();
            if (structure.stateDimension() + lost > MAX_STATE) {
                throw new TickbookException("A season of " + sample.period() + " observations is too long for " + name
                        + ". Use a shorter one, or regressors (sines and cosines of the season) instead.");
            }
            int coefficients = structure.size() + sample.regressors(arima.hasMean(), arima.hasDrift()).length + 1;
            if (sample.observed() - lost < coefficients + 1) {
                throw new TickbookException("The series has " + sample.observed() + " observations, and " + name
                        + " needs at least " + (lost + coefficients + 1) + ". Use smaller orders or a longer series.");
            }
            double[] w = Estimator.difference(
                    sample.values(), Estimator.differencing(o.d(), o.seasonalD(), sample.period()));
            if (structure.size() > 0 && Sample.isConstant(w, sample.values())) {
                throw new TickbookException("The series is constant once differenced as " + name
                        + " says, so there is nothing to estimate. Use p = q = P = Q = 0.");
            }
        }
    }

    @Override
    public String toString() {
        return name() + (hasDrift() ? " with drift" : hasMean() ? " with mean" : "");
    }

    BoxCox boxCox() {
        return boxCox;
    }
}
