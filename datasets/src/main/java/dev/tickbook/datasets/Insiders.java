package dev.tickbook.datasets;

import dev.tickbook.datasets.Rng.Topic;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/**
 * A company's insider trades: single ones, and now and then a cluster of three or more insiders who buy within five
 * sessions.
 */
final class Insiders {

    private static final List<String> OFFICES = List.of("CEO", "CFO", "COO", "CTO", "DIR1", "DIR2", "DIR3");
    private static final double SINGLE_CHANCE = 0.012;
    private static final double CLUSTER_CHANCE = 0.002;
    private static final int CLUSTER_DAYS = 5;

    private final long seed;
    private final MarketFactors factors;

    Insiders(long seed, MarketFactors factors) {
        this.seed = seed;
        this.factors = factors;
    }

    /** The trades that are filed by the market's last day, by filing date. */
    List<InsiderTrade> of(PricePath path) {
        Rng rng = Rng.keyed(seed, Topic.INSIDER, path.company);
        List<InsiderTrade> trades = new ArrayList<>();
        for (int day = 0; day < factors.count; day++) {
            if (rng.chance(SINGLE_CHANCE)) {
                String office = OFFICES.get(rng.below(OFFICES.size()));
                trade(trades, path, day, office, rng.chance(0.35) ? "buy" : "sell", rng);
            }
            if (rng.chance(CLUSTER_CHANCE)) {
                int first = rng.below(OFFICES.size());
                int insiders = rng.between(3, 5);
                for (int i = 0; i < insiders; i++) {
                    String office = OFFICES.get((first + i) % OFFICES.size());
                    trade(trades, path, day + rng.below(CLUSTER_DAYS), office, "buy", rng);
                }
            }
        }
        trades.sort(Comparator.comparing(InsiderTrade::filingDate).thenComparing(InsiderTrade::tradeDate));
        return Collections.unmodifiableList(trades);
    }

    private void trade(List<InsiderTrade> trades, PricePath path, int day, String office, String type, Rng rng) {
        // Two sessions are the law; one filing in eight is late.
        int delay = rng.chance(0.125) ? rng.between(3, 30) : rng.between(1, 2);
        double amount = 40_000 * StrictMath.exp(rng.gaussian());
        if (day + delay >= factors.count) {
            return;
        }
        LocalDate filed = factors.days[day + delay];
        long cents = (path.open[day] + path.close[day]) / 2;
        long shares = Math.max(1, Math.round(amount / cents * 100));
        BigDecimal price = Decimals.cents(cents);
        trades.add(new InsiderTrade(
                factors.days[day],
                filed,
                path.ticker,
                path.ticker + "-" + office,
                type,
                shares,
                price,
                price.multiply(BigDecimal.valueOf(shares))));
    }
}
