package dev.tickbook.forecast;

/** A model of one series, estimated. */
public interface FittedModel {

    /** @return what was fitted, with its orders where it has some: {@code "ARIMA(0,1,1)(0,1,1)[12]"} */
    String name();

    /** @return the one-step forecasts of the observations themselves, NaN where there is none; as long as the series */
    double[] fitted();

    /** @return observation minus fitted value; as long as the series */
    double[] residuals();

    /**
     * Forecasts what follows the series.
     *
     * @param horizon how many steps, at least 1
     * @param levels of the prediction intervals in percent, for example {@code 80, 95}
     * @return the forecast, the same for the same model
     */
    Forecast forecast(int horizon, double... levels);
}
