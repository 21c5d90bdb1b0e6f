package dev.tickbook.forecast;

/** A way to model a series: {@link #fit} makes of a series a model that forecasts it. Holds no state; safe for threads. */
public interface Forecaster {

    /** @return what tables and charts call it, for example {@code "auto ARIMA"} or {@code "seasonal naive"} */
    String name();

    /**
     * Estimates the model.
     *
     * @param series what is known; nothing else is looked at
     * @return the model
     * @throws dev.tickbook.TickbookException if the series cannot be modelled this way; it says why
     */
    FittedModel fit(TimeSeries series);

    /**
     * The same under another name, so that tables and stored predictions tell it from the same with other settings.
     *
     * @param name for example {@code "auto ARIMA of logarithms"}
     * @return the same with this name
     */
    default Forecaster named(String name) {
        Forecaster model = this;
        return new Forecaster() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public FittedModel fit(TimeSeries series) {
                return model.fit(series);
            }
        };
    }
}
