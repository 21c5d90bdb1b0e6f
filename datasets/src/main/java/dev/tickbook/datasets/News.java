package dev.tickbook.datasets;

import dev.tickbook.datasets.Rng.Topic;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A company's headlines: earnings each quarter, every corporate action, and news of its own on about one day in twelve.
 */
final class News {

    private static final double CHANCE_PER_DAY = 0.08;
    private static final long MINUTE = 60;

    private static final List<Template> TEMPLATES = List.of(
            new Template("guidance", "high", 1, "% raises its outlook for the year"),
            new Template("guidance", "high", -1, "% cuts its outlook for the year"),
            new Template("product", "medium", 1, "% opens a second plant as orders grow"),
            new Template("product", "medium", -1, "% recalls a product after complaints"),
            new Template("product", "low", 1, "% shows its next generation at a trade fair"),
            new Template("legal", "medium", -1, "% is sued over a supply contract"),
            new Template("legal", "low", 1, "% settles an old patent case"),
            new Template("analyst", "low", 1, "Analysts rate % higher"),
            new Template("analyst", "low", -1, "Analysts rate % lower"));

    private final long seed;
    private final MarketFactors factors;

    News(long seed, MarketFactors factors) {
        this.seed = seed;
        this.factors = factors;
    }

    /** One company's headlines in the order of publication. */
    List<NewsEvent> of(PricePath path) {
        Rng rng = Rng.keyed(seed, Topic.NEWS, path.company);
        String name = Companies.name(path.company);
        List<NewsEvent> news = new ArrayList<>();
        for (int day = 1; day < factors.count; day++) {
            // Published after the close before, or in the two hours before the open, it leans towards this session's
            // surprise.
            if (day % PricePath.QUARTER == path.earningsPhase) {
                double lean = path.surprise[day] + 0.5 * rng.gaussian();
                String verb = lean > 0 ? " earns more than expected" : " earns less than expected";
                news.add(event(
                        factors.close(day - 1).plusSeconds(15 * MINUTE), path, name + verb, "earnings", "high", lean));
            }
            if (rng.chance(CHANCE_PER_DAY)) {
                double lean = 0.6 * path.surprise[day] + rng.gaussian();
                Instant before = factors.opens[day].minusSeconds(MINUTE * rng.between(1, 120));
                news.add(
                        rng.chance(0.1) && path.company > 0
                                ? partnership(before, path, name, rng)
                                : headline(before, path, name, lean, rng));
            }
        }
        for (CorporateAction action : path.actions) {
            String text = action.ratio() == null
                    ? " declares a dividend of " + action.amount() + " dollars a share"
                    : action.ratio().compareTo(BigDecimal.ONE) > 0
                            ? " splits its shares " + action.ratio() + " for 1"
                            : " consolidates its shares 1 for 10";
            double lean = action.ratio() != null && action.ratio().compareTo(BigDecimal.ONE) < 0 ? -0.5 : 0.5;
            news.add(event(action.announcedAt(), path, name + text, "corporate_action", "medium", lean));
        }
        news.sort(Comparator.comparing(NewsEvent::publishedAt));
        return news;
    }

    private static NewsEvent headline(Instant at, PricePath path, String name, double lean, Rng rng) {
        List<Template> fitting = TEMPLATES.stream()
                .filter(template -> template.direction > 0 == lean > 0)
                .toList();
        Template template = fitting.get(rng.below(fitting.size()));
        return event(at, path, template.text.replace("%", name), template.category, template.impact, lean);
    }

    /** With a company of a lower number, which every market that has this one has too. */
    private static NewsEvent partnership(Instant at, PricePath path, String name, Rng rng) {
        int partner = rng.below(path.company);
        return new NewsEvent(
                at,
                List.of(path.ticker, Companies.ticker(partner)),
                name + " and " + Companies.name(partner) + " will develop together",
                "partnership",
                "medium",
                Decimals.round(rng.uniform(0.1, 0.7), 2));
    }

    private static NewsEvent event(
            Instant at, PricePath path, String headline, String category, String impact, double lean) {
        double sentiment = Decimals.clamp(lean / 2.5, -1, 1);
        return new NewsEvent(at, List.of(path.ticker), headline, category, impact, Decimals.round(sentiment, 2));
    }

    private record Template(String category, String impact, int direction, String text) {}
}
