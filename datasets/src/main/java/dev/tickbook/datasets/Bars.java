package dev.tickbook.datasets;

import dev.tickbook.datasets.Rng.Topic;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Turns a company's days into bars: minutes by a Brownian bridge from open to close, days as the sum of their minutes.
 */
final class Bars {

    private static final double SESSION = StrictMath.sqrt(1 - PricePath.OVERNIGHT);

    private final long seed;
    private final MarketFactors factors;

    Bars(long seed, MarketFactors factors) {
        this.seed = seed;
        this.factors = factors;
    }

    /** The bars of one session, without defects. */
    List<MinuteBar> minutes(PricePath path, int day) {
        Rng rng = Rng.keyed(seed, Topic.MINUTES, path.company, factors.days[day].toEpochDay());
        int count = factors.minutes[day];
        double[] share = activity(count);
        double sessionVolatility = SESSION * path.volatility[day];
        long[] price = bridge(path, day, share, sessionVolatility, rng);

        List<MinuteBar> bars = new ArrayList<>(count);
        double shares = path.turnover[day] / (path.close[day] / 100.0);
        for (int minute = 0; minute < count; minute++) {
            Instant time = factors.opens[day].plusSeconds(60L * minute);
            long open = minute == 0 ? price[0] : Math.max(1, price[minute] + rng.between(-1, 1));
            long close = price[minute + 1];
            double reach = 0.5 * price[minute] * sessionVolatility * StrictMath.sqrt(share[minute]);
            long high = Math.max(open, close) + Math.round(reach * Math.abs(rng.gaussian()));
            long low = Math.max(1, Math.min(open, close) - Math.round(reach * Math.abs(rng.gaussian())));
            long volume = Math.max(1, Math.round(shares * share[minute] * StrictMath.exp(0.4 * rng.gaussian() - 0.08)));
            long trades = 1 + volume / rng.between(80, 160);
            bars.add(new MinuteBar(
                    time,
                    path.ticker,
                    Decimals.cents(open),
                    Decimals.cents(high),
                    Decimals.cents(low),
                    Decimals.cents(close),
                    volume,
                    mean(open, high, low, close),
                    trades));
        }
        return bars;
    }

    /** A day that has minute bars: exactly their aggregation. */
    DailyBar dayOfMinutes(PricePath path, int day) {
        List<MinuteBar> bars = minutes(path, day);
        return new DailyBar(
                factors.days[day],
                path.ticker,
                bars.get(0).open(),
                extreme(bars, MinuteBar::high, 1),
                extreme(bars, MinuteBar::low, -1),
                bars.get(bars.size() - 1).close(),
                path.adjustedClose(day),
                bars.stream().mapToLong(MinuteBar::volume).sum(),
                weightedPrice(bars),
                bars.stream().mapToLong(MinuteBar::trades).sum());
    }

    /** A day without minute bars; open and close are the same as with them. */
    DailyBar dayAlone(PricePath path, int day) {
        Rng rng = Rng.keyed(seed, Topic.DAY, path.company, factors.days[day].toEpochDay());
        long open = path.open[day];
        long close = path.close[day];
        double reach = 0.4 * SESSION * path.volatility[day] * close;
        long high = Math.max(open, close) + Math.round(reach * Math.abs(rng.gaussian()));
        long low = Math.max(1, Math.min(open, close) - Math.round(reach * Math.abs(rng.gaussian())));
        long volume = Math.max(100, Math.round(path.turnover[day] / (close / 100.0)));
        return new DailyBar(
                factors.days[day],
                path.ticker,
                Decimals.cents(open),
                Decimals.cents(high),
                Decimals.cents(low),
                Decimals.cents(close),
                path.adjustedClose(day),
                volume,
                mean(open, high, low, close),
                1 + volume / rng.between(100, 140));
    }

    /** Each minute's share of the session's variance and volume: much at the open, less at the close, least at noon. */
    private static double[] activity(int count) {
        double[] share = new double[count];
        double total = 0;
        for (int minute = 0; minute < count; minute++) {
            share[minute] = 1 + 4 * StrictMath.exp(-minute / 20.0) + 2.5 * StrictMath.exp(-(count - 1 - minute) / 20.0);
            total += share[minute];
        }
        for (int minute = 0; minute < count; minute++) {
            share[minute] /= total;
        }
        return share;
    }

    /**
     * The price at the start of each minute and at the end of the last, in cents: a random walk bent to end at the
     * close.
     */
    private static long[] bridge(PricePath path, int day, double[] share, double volatility, Rng rng) {
        int count = share.length;
        double[] walk = new double[count + 1];
        for (int minute = 0; minute < count; minute++) {
            walk[minute + 1] = walk[minute] + volatility * StrictMath.sqrt(share[minute]) * rng.gaussian();
        }
        double target = StrictMath.log((double) path.close[day] / path.open[day]);
        long[] price = new long[count + 1];
        price[0] = path.open[day];
        double elapsed = 0;
        for (int minute = 1; minute < count; minute++) {
            elapsed += share[minute - 1];
            double bent = walk[minute] + elapsed * (target - walk[count]);
            price[minute] = Math.max(1, Math.round(path.open[day] * StrictMath.exp(bent)));
        }
        price[count] = path.close[day];
        return price;
    }

    private static BigDecimal extreme(List<MinuteBar> bars, Function<MinuteBar, BigDecimal> price, int sign) {
        return bars.stream()
                .map(price)
                .reduce((a, b) -> a.compareTo(b) * sign >= 0 ? a : b)
                .orElseThrow();
    }

    private static BigDecimal weightedPrice(List<MinuteBar> bars) {
        BigInteger paid = BigInteger.ZERO;
        long volume = 0;
        for (MinuteBar bar : bars) {
            paid = paid.add(bar.vwap().unscaledValue().multiply(BigInteger.valueOf(bar.volume())));
            volume += bar.volume();
        }
        return new BigDecimal(paid, 4).divide(BigDecimal.valueOf(volume), 4, RoundingMode.HALF_UP);
    }

    /** The mean of four prices in cents, exact with four decimals. */
    private static BigDecimal mean(long open, long high, long low, long close) {
        return BigDecimal.valueOf((open + high + low + close) * 25, 4);
    }
}
