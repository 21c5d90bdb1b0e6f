package dev.tickbook.datasets;

import static java.time.DayOfWeek.FRIDAY;
import static java.time.DayOfWeek.THURSDAY;
import static java.time.DayOfWeek.WEDNESDAY;
import static java.time.temporal.TemporalAdjusters.dayOfWeekInMonth;
import static java.time.temporal.TemporalAdjusters.lastInMonth;

import dev.tickbook.datasets.Rng.Topic;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/**
 * Statistics on their usual days at 08:30 in New York, eight rate decisions a year at 14:00, and policies when they
 * please.
 */
final class Government {

    private static final LocalTime STATISTICS = LocalTime.of(8, 30);
    private static final LocalTime DECISION = LocalTime.of(14, 0);
    private static final Set<Integer> DECISION_MONTHS = Set.of(1, 3, 5, 6, 7, 9, 11, 12);
    private static final Set<Integer> GROWTH_MONTHS = Set.of(1, 4, 7, 10);

    private final long seed;

    Government(long seed) {
        this.seed = seed;
    }

    List<GovernmentEvent> events(LocalDate from, LocalDate to) {
        List<GovernmentEvent> events = new ArrayList<>();
        double rate = 4;
        for (YearMonth month = YearMonth.from(from); !month.isAfter(YearMonth.from(to)); month = month.plusMonths(1)) {
            Rng rng = Rng.keyed(seed, Topic.GOVERNMENT, month.getYear(), month.getMonthValue());
            LocalDate first = month.atDay(1);
            events.add(figure(
                    publication(first.with(dayOfWeekInMonth(1, FRIDAY)), STATISTICS),
                    "employment",
                    "Jobs added in the month, thousands",
                    "high",
                    rng.uniform(80, 260),
                    45 * rng.gaussian(),
                    0));
            events.add(figure(
                    publication(first.with(dayOfWeekInMonth(2, WEDNESDAY)), STATISTICS),
                    "inflation",
                    "Consumer prices on the year, per cent",
                    "high",
                    rng.uniform(1.8, 3.6),
                    0.12 * rng.gaussian(),
                    1));
            if (GROWTH_MONTHS.contains(month.getMonthValue())) {
                events.add(figure(
                        publication(first.with(lastInMonth(THURSDAY)), STATISTICS),
                        "growth",
                        "Output of the quarter, annual rate, per cent",
                        "medium",
                        rng.uniform(0.5, 3.5),
                        0.4 * rng.gaussian(),
                        1));
            }
            if (DECISION_MONTHS.contains(month.getMonthValue())) {
                double step = rng.chance(0.25) ? rng.oneOf(-0.25, 0.25) : 0;
                double expected = rng.chance(0.85) ? rate + step : rate;
                rate = Decimals.clamp(rate + step, 0.25, 8);
                events.add(new GovernmentEvent(
                        publication(first.with(dayOfWeekInMonth(3, WEDNESDAY)), DECISION),
                        "Central Bank",
                        "rate_decision",
                        step == 0 ? "Policy rate held" : step > 0 ? "Policy rate raised" : "Policy rate lowered",
                        null,
                        "high",
                        Decimals.round(expected, 2),
                        Decimals.round(rate, 2)));
            }
            if (rng.chance(0.5)) {
                events.add(policy(month, rng));
            }
        }
        Instant start = at(from, LocalTime.MIDNIGHT);
        Instant end = at(to.plusDays(1), LocalTime.MIDNIGHT);
        return events.stream()
                .filter(event -> !event.publishedAt().isBefore(start)
                        && event.publishedAt().isBefore(end))
                .sorted(Comparator.comparing(GovernmentEvent::publishedAt))
                .toList();
    }

    private static GovernmentEvent figure(
            Instant at, String category, String title, String impact, double expected, double miss, int decimals) {
        BigDecimal forecast = Decimals.round(expected, decimals);
        BigDecimal actual = Decimals.round(forecast.doubleValue() + miss, decimals);
        return new GovernmentEvent(at, "Statistics Office", category, title, null, impact, forecast, actual);
    }

    private static GovernmentEvent policy(YearMonth month, Rng rng) {
        String sector = rng.oneOf(Companies.SECTORS);
        String title = rng.oneOf(
                "Import duties on % reviewed",
                "New disclosure rules for %", "Tax credit for % extended", "Inquiry into competition in %");
        return new GovernmentEvent(
                publication(month.atDay(rng.between(1, 24)), LocalTime.of(rng.between(9, 17), 5 * rng.below(12))),
                "Ministry of Trade",
                "policy",
                title.replace("%", sector),
                sector,
                rng.oneOf("low", "medium"),
                null,
                null);
    }

    /** Offices are closed when the exchanges are: then it is the next session's day. */
    private static Instant publication(LocalDate usualDay, LocalTime time) {
        LocalDate day =
                TradingCalendar.isTradingDay(usualDay) ? usualDay : TradingCalendar.plusTradingDays(usualDay, 1);
        return at(day, time);
    }

    private static Instant at(LocalDate day, LocalTime time) {
        return day.atTime(time).atZone(TradingCalendar.ZONE).toInstant();
    }
}
