package dev.tickbook.datasets;

import dev.tickbook.datasets.Rng.Topic;
import java.time.Instant;
import java.time.LocalDate;

/**
 * What all symbols share: the sessions, and the daily returns of the market and of each sector.
 *
 * <p>The market's variance is a GJR-GARCH(1,1): it clusters, and falls raise it more than rises.
 */
final class MarketFactors {

    private static final double MARKET_VARIANCE = square(0.16) / 252;
    private static final double SECTOR_VARIANCE = square(0.08) / 252;

    /** Sessions known beyond the last day, so that ex-dates and weeks can be looked up. */
    private static final int LOOKAHEAD = 60;

    /** The days of the market, then {@link #LOOKAHEAD} more. */
    final LocalDate[] days;

    final Instant[] opens;
    final int[] minutes;
    final int count;
    final double[] market;
    final double[] marketVariance;
    final double[][] sector;

    MarketFactors(long seed, LocalDate from, LocalDate to) {
        count = (int) TradingCalendar.tradingDays(from, to).count();
        days = TradingCalendar.tradingDays(from, to.plusDays(3L * LOOKAHEAD))
                .limit(count + (long) LOOKAHEAD)
                .toArray(LocalDate[]::new);
        opens = new Instant[count];
        minutes = new int[count];
        market = new double[count];
        marketVariance = new double[count];
        sector = new double[Companies.SECTORS.length][count];

        Rng rng = Rng.keyed(seed, Topic.MARKET);
        double variance = MARKET_VARIANCE;
        for (int day = 0; day < count; day++) {
            opens[day] = TradingCalendar.open(days[day]);
            minutes[day] = TradingCalendar.minutes(days[day]);
            marketVariance[day] = variance;
            double shock = Decimals.clamp(StrictMath.sqrt(variance) * rng.gaussian(), -0.12, 0.12);
            market[day] = 0.07 / 252 + shock;
            double leverage = shock < 0 ? 0.10 : 0;
            variance = 0.02 * MARKET_VARIANCE + (0.04 + leverage) * shock * shock + 0.89 * variance;
        }
        for (int s = 0; s < sector.length; s++) {
            Rng own = Rng.keyed(seed, Topic.SECTOR, s);
            for (int day = 0; day < count; day++) {
                sector[s][day] = StrictMath.sqrt(SECTOR_VARIANCE) * own.gaussian();
            }
        }
    }

    double sectorVariance() {
        return SECTOR_VARIANCE;
    }

    Instant close(int day) {
        return opens[day].plusSeconds(60L * minutes[day]);
    }

    /** Whether this is the last session of its week. */
    boolean endsWeek(int day) {
        return days[day + 1].getDayOfWeek().compareTo(days[day].getDayOfWeek()) < 0
                || days[day].plusDays(6).isBefore(days[day + 1]);
    }

    private static double square(double x) {
        return x * x;
    }
}
