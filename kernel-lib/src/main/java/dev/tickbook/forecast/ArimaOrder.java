package dev.tickbook.forecast;

/**
 * The orders of a seasonal ARIMA model, (p,d,q)(P,D,Q).
 *
 * @param p how many lags of the series
 * @param d how often it is differenced
 * @param q how many lags of the errors
 * @param seasonalP how many lags of whole seasons
 * @param seasonalD how often it is differenced by a season
 * @param seasonalQ how many lags of the errors of whole seasons
 */
public record ArimaOrder(int p, int d, int q, int seasonalP, int seasonalD, int seasonalQ) {

    /** @throws IllegalArgumentException if an order is negative */
    public ArimaOrder {
        if (Math.min(Math.min(Math.min(p, d), Math.min(q, seasonalP)), Math.min(seasonalD, seasonalQ)) < 0) {
            throw new IllegalArgumentException("The orders of an ARIMA model are 0 or more, not (" + p + "," + d + ","
                    + q + ")(" + seasonalP + "," + seasonalD + "," + seasonalQ + ").");
        }
    }

    /** @return the orders of a model without a season */
    public static ArimaOrder of(int p, int d, int q) {
        return new ArimaOrder(p, d, q, 0, 0, 0);
    }

    /** @return these orders with those of the season */
    public ArimaOrder seasonal(int seasonalP, int seasonalD, int seasonalQ) {
        return new ArimaOrder(p, d, q, seasonalP, seasonalD, seasonalQ);
    }

    /** @return whether there is anything seasonal */
    public boolean isSeasonal() {
        return seasonalP + seasonalD + seasonalQ > 0;
    }

    /** @return how often the series is differenced in all */
    public int differences() {
        return d + seasonalD;
    }

    /** @return the orders as they are written, for a season of so many observations: {@code (0,1,1)(0,1,1)[12]} */
    public String text(int period) {
        String regular = "(" + p + "," + d + "," + q + ")";
        return isSeasonal()
                ? regular + "(" + seasonalP + "," + seasonalD + "," + seasonalQ + ")[" + period + "]"
                : regular;
    }
}
