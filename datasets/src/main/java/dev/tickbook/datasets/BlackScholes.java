package dev.tickbook.datasets;

/**
 * The Black-Scholes value and Greeks of a European option on a share without dividends.
 *
 * <p>Only IEEE arithmetic and {@link StrictMath}: the same bits everywhere.
 *
 * @param price US dollars
 * @param delta change of the price per dollar of the underlying
 * @param gamma change of delta per dollar of the underlying
 * @param theta change of the price per calendar day that passes
 * @param vega change of the price per percentage point of volatility
 * @param rho change of the price per percentage point of the rate
 */
public record BlackScholes(double price, double delta, double gamma, double theta, double vega, double rho) {

    /**
     * @param call true for a call, false for a put
     * @param spot price of the underlying, positive
     * @param strike positive
     * @param years time to expiry, positive
     * @param volatility per year, positive
     * @param rate continuously compounded, per year
     * @throws IllegalArgumentException when a value that must be positive is not
     */
    public static BlackScholes of(
            boolean call, double spot, double strike, double years, double volatility, double rate) {
        if (!(spot > 0 && strike > 0 && years > 0 && volatility > 0)) {
            throw new IllegalArgumentException("Black-Scholes needs a positive spot, strike, years and volatility, not "
                    + spot + ", " + strike + ", " + years + " and " + volatility + ".");
        }
        double root = StrictMath.sqrt(years);
        double d1 =
                (StrictMath.log(spot / strike) + (rate + volatility * volatility / 2) * years) / (volatility * root);
        double d2 = d1 - volatility * root;
        double discounted = strike * StrictMath.exp(-rate * years);
        double sign = call ? 1 : -1;
        double n1 = sign * normalCdf(sign * d1);
        double n2 = sign * normalCdf(sign * d2);
        double density = normalDensity(d1);
        return new BlackScholes(
                spot * n1 - discounted * n2,
                n1,
                density / (spot * volatility * root),
                (-spot * density * volatility / (2 * root) - rate * discounted * n2) / 365,
                spot * density * root / 100,
                discounted * years * n2 / 100);
    }

    private static double normalDensity(double x) {
        return StrictMath.exp(-x * x / 2) / StrictMath.sqrt(2 * StrictMath.PI);
    }

    /** The normal distribution function by its Taylor series about 0: x + x³/3 + x⁵/(3·5) + … times the density. */
    static double normalCdf(double x) {
        if (x < -8) {
            return 0;
        }
        if (x > 8) {
            return 1;
        }
        double term = x;
        double sum = x;
        double previous = 0;
        for (int i = 3; sum != previous; i += 2) {
            previous = sum;
            term *= x * x / i;
            sum += term;
        }
        return 0.5 + sum * normalDensity(x);
    }
}
