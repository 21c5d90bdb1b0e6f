package dev.tickbook.datasets;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;

/**
 * A European option on one symbol at one close, valued by {@link BlackScholes} at {@link #RATE} without dividends.
 *
 * <p>Call and put of one strike and expiry have one implied volatility, so their theoretical prices keep put-call
 * parity. The Greeks follow from {@code underlying}, {@code strike}, {@code impliedVolatility} and the years to expiry:
 * calendar days from the quote's day in New York to {@code expiry}, divided by 365.
 *
 * @param quotedAt the close of the last session of a week
 * @param symbol ticker of the underlying
 * @param contractSymbol ticker, expiry, C or P, strike in thousandths, such as {@code ALTR250321C00150000}
 * @param type {@code call} or {@code put}
 * @param expiry last trading day: the third Friday of a month, or the trading day before when that is a holiday
 * @param strike US dollars
 * @param underlying the symbol's close, US dollars
 * @param bid US dollars, two decimals
 * @param ask US dollars, two decimals
 * @param theoretical Black-Scholes price, four decimals, between bid and ask
 * @param volume contracts traded on the day
 * @param openInterest contracts open
 * @param impliedVolatility per year, 0.25 is 25 %
 * @param delta US dollars per dollar of the underlying
 * @param gamma delta per dollar of the underlying
 * @param theta US dollars per calendar day
 * @param vega US dollars per percentage point of volatility
 * @param rho US dollars per percentage point of the rate
 * @param inTheMoney whether exercising now would pay
 */
public record OptionQuote(
        Instant quotedAt,
        String symbol,
        String contractSymbol,
        String type,
        LocalDate expiry,
        BigDecimal strike,
        BigDecimal underlying,
        BigDecimal bid,
        BigDecimal ask,
        BigDecimal theoretical,
        long volume,
        long openInterest,
        BigDecimal impliedVolatility,
        BigDecimal delta,
        BigDecimal gamma,
        BigDecimal theta,
        BigDecimal vega,
        BigDecimal rho,
        boolean inTheMoney) {

    /** The riskless rate behind every quote, continuously compounded per year. */
    public static final double RATE = 0.04;
}
