package dev.tickbook.datasets;

import dev.tickbook.datasets.Rng.Topic;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/**
 * One company's days: opens, closes, volatility, turnover and corporate actions.
 *
 * <p>A day's return is the market's and the sector's, each times the company's beta, plus its own GARCH(1,1) shock,
 * three times as large on the day after quarterly earnings. Thirty per cent of the variance falls between close and
 * open.
 */
final class PricePath {

    /** The share of a day's variance that falls between the last close and the open. */
    static final double OVERNIGHT = 0.3;

    static final int QUARTER = 63;

    private static final double SPLIT_ABOVE = 450;
    private static final double REVERSE_SPLIT_BELOW = 3;

    final int company;
    final String ticker;
    /** In cents. */
    final long[] open;

    final long[] close;
    /** The standard deviation of the day's return, as the model knew it before the day. */
    final double[] volatility;
    /** The same as if no earnings came that day: what options are priced on. */
    final double[] ordinaryVolatility;
    /** The part of the day's return that is neither the market's nor the sector's, in standard deviations. */
    final double[] surprise;
    /** What is traded over the day, in US dollars. */
    final double[] turnover;
    /** Multiply a close by this to get the adjusted close. */
    final double[] adjustment;

    /** In the order of announcement; one is over before the next is announced. */
    final List<CorporateAction> actions = new ArrayList<>();

    final double sharesOutstanding;
    final int earningsPhase;

    private final MarketFactors factors;

    PricePath(long seed, int company, MarketFactors factors) {
        this.company = company;
        this.factors = factors;
        ticker = Companies.ticker(company);
        int count = factors.count;
        open = new long[count];
        close = new long[count];
        volatility = new double[count];
        ordinaryVolatility = new double[count];
        surprise = new double[count];
        turnover = new double[count];
        adjustment = new double[count];

        Rng rng = Rng.keyed(seed, Topic.PATH, company);
        double beta = rng.uniform(0.5, 1.6);
        double sectorBeta = rng.uniform(0.6, 1.4);
        double ownVariance = square(rng.uniform(0.15, 0.45)) / 252;
        double drift = rng.uniform(-0.02, 0.06) / 252;
        double price = firstPrice(company, rng);
        double size = 5e8 * StrictMath.exp(1.4 * rng.gaussian() + 1.5);
        sharesOutstanding = size / price;
        double dailyTurnover = size * rng.uniform(0.003, 0.012);
        earningsPhase = rng.between(5, QUARTER - 1);
        double dividendYield = rng.chance(0.5) ? rng.uniform(0.01, 0.04) : 0;
        int dividendPhase = rng.below(QUARTER);

        double variance = ownVariance;
        long last = Math.round(price * 100);
        Pending pending = null;
        double[] stepFactor = new double[count];
        for (int day = 0; day < count; day++) {
            boolean earnings = day % QUARTER == earningsPhase;
            double scale = earnings ? 3 : 1;
            double draw = rng.gaussian();
            double sharedVariance =
                    beta * beta * factors.marketVariance[day] + sectorBeta * sectorBeta * factors.sectorVariance();
            ordinaryVolatility[day] = StrictMath.sqrt(sharedVariance + variance);
            volatility[day] = StrictMath.sqrt(sharedVariance + scale * scale * variance);
            double shock = Decimals.clamp(StrictMath.sqrt(variance) * draw, -0.10, 0.10);
            surprise[day] = draw;
            double change = Decimals.clamp(
                    drift
                            + beta * factors.market[day]
                            + sectorBeta * factors.sector[Companies.sector(company)][day]
                            + scale * shock,
                    -0.35,
                    0.35);
            double gap = OVERNIGHT * change
                    + StrictMath.sqrt(OVERNIGHT * (1 - OVERNIGHT)) * volatility[day] * rng.gaussian();

            stepFactor[day] = 1;
            double base = last;
            if (pending != null && pending.exDay == day) {
                base = pending.priceAfter(last);
                stepFactor[day] = base / last;
                pending = null;
            }
            open[day] = toCents(base * StrictMath.exp(Decimals.clamp(gap, -0.3, 0.3)));
            close[day] = toCents(base * StrictMath.exp(change));
            last = close[day];
            double moved = Math.min(Math.abs(change) / volatility[day], 4);
            turnover[day] = dailyTurnover * StrictMath.exp(0.25 * rng.gaussian() + 0.35 * moved - 0.3);
            variance = 0.03 * ownVariance + 0.10 * shock * shock + 0.87 * variance;
            if (pending == null) {
                pending = decide(day, rng, dividendYield, day % QUARTER == dividendPhase);
            }
        }

        double factor = 1;
        for (int day = count - 1; day >= 0; day--) {
            adjustment[day] = factor;
            factor *= stepFactor[day];
        }
    }

    /** Every tenth company starts dear enough to split soon, one in thirty so cheap that it must consolidate. */
    private static double firstPrice(int company, Rng rng) {
        double level = rng.uniform();
        if (company % 10 == 3) {
            return 480 + 400 * level;
        }
        if (company % 30 == 7) {
            return 2 + 0.9 * level;
        }
        return 15 * StrictMath.exp(level * 3);
    }

    /** What the board announces after the close of a day, seeing only what is known by then; null for nothing. */
    private Pending decide(int day, Rng rng, double dividendYield, boolean dividendDay) {
        double price = close[day] / 100.0;
        if (dividendDay && dividendYield > 0) {
            BigDecimal amount = Decimals.round(price * dividendYield / 4, 2);
            return amount.signum() > 0 ? announce(day, day + 12, null, amount) : null;
        }
        if (price > SPLIT_ABOVE && rng.chance(0.1)) {
            int ratio = price > 1500 ? 10 : rng.between(2, 4);
            return announce(day, day + rng.between(15, 24), BigDecimal.valueOf(ratio), null);
        }
        if (price < REVERSE_SPLIT_BELOW && rng.chance(0.1)) {
            return announce(day, day + rng.between(15, 24), new BigDecimal("0.1"), null);
        }
        return null;
    }

    private Pending announce(int day, int exDay, BigDecimal ratio, BigDecimal amount) {
        actions.add(new CorporateAction(
                factors.close(day).plusSeconds(30 * 60L),
                ticker,
                ratio == null ? "dividend" : "split",
                factors.days[exDay],
                ratio,
                amount));
        return new Pending(exDay, ratio, amount);
    }

    BigDecimal adjustedClose(int day) {
        return Decimals.round(close[day] / 100.0 * adjustment[day], 4);
    }

    private static long toCents(double cents) {
        return Math.max(10, Math.round(cents));
    }

    private static double square(double x) {
        return x * x;
    }

    /** An action that is announced and not yet in the price; there is one at a time. */
    private record Pending(int exDay, BigDecimal ratio, BigDecimal amount) {

        double priceAfter(long cents) {
            return ratio != null ? cents / ratio.doubleValue() : cents - amount.doubleValue() * 100;
        }
    }
}
