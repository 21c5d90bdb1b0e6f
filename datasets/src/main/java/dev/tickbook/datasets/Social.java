package dev.tickbook.datasets;

import dev.tickbook.datasets.Rng.Topic;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.function.Consumer;

/** Hourly posts per platform. The mood follows the last finished session and fades; big moves are talked about more. */
final class Social {

    static final List<String> PLATFORMS = List.of("forum", "microblog", "comments");

    /** Posts per hour in New York, midnight first, relative to the busiest hour. */
    private static final double[] HOURS = {
        .2, .15, .1, .1, .1, .15, .25, .4, .6, .9, 1, .9, .8, .8, .85, 1, .9, .7, .6, .55, .5, .45, .4, .3
    };

    private final long seed;
    private final MarketFactors factors;
    private final LocalDate from;
    private final LocalDate to;

    Social(long seed, MarketFactors factors, LocalDate from, LocalDate to) {
        this.seed = seed;
        this.factors = factors;
        this.from = from;
        this.to = to;
    }

    void of(PricePath path, Consumer<SocialSentiment> sink) {
        for (int platform = 0; platform < PLATFORMS.size(); platform++) {
            of(path, platform, sink);
        }
    }

    private void of(PricePath path, int platform, Consumer<SocialSentiment> sink) {
        Rng rng = Rng.keyed(seed, Topic.SENTIMENT, path.company, platform);
        double posts = StrictMath.exp(rng.uniform(1.5, 4.5));
        Instant end = to.plusDays(1).atStartOfDay(TradingCalendar.ZONE).toInstant();
        double mood = 0;
        int sessions = 0;
        for (Instant hour = from.atStartOfDay(TradingCalendar.ZONE).toInstant();
                hour.isBefore(end);
                hour = hour.plus(Duration.ofHours(1))) {
            while (sessions < factors.count && !factors.close(sessions).isAfter(hour)) {
                mood += 0.3 * Decimals.clamp(path.surprise[sessions], -3, 3);
                sessions++;
            }
            mood = 0.97 * mood + 0.05 * rng.gaussian();
            double stir = sessions == 0 ? 1 : 1 + Math.abs(path.surprise[sessions - 1]);
            int clock = hour.atZone(TradingCalendar.ZONE).getHour();
            long mentions = 1 + (long) (posts * HOURS[clock] * stir * StrictMath.exp(0.4 * rng.gaussian()));
            double share = Decimals.clamp(0.4 + 0.2 * mood + 0.05 * rng.gaussian(), 0.02, 0.78);
            long positive = Math.round(mentions * share);
            long negative = Math.round((mentions - positive) * Decimals.clamp(0.8 - share, 0, 1));
            sink.accept(new SocialSentiment(
                    hour,
                    path.ticker,
                    PLATFORMS.get(platform),
                    mentions,
                    positive,
                    negative,
                    Decimals.round((double) (positive - negative) / mentions, 4)));
        }
    }
}
