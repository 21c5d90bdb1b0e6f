package dev.tickbook.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZonedDateTime;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class EventsTest {

    private final Market market = Markets.longDaily();

    @Test
    void an_action_is_announced_after_a_close_and_well_before_its_ex_date() {
        assertThat(market.corporateActions()).hasSizeGreaterThan(100).allSatisfy(action -> {
            LocalDate announced = newYork(action.announcedAt()).toLocalDate();
            assertThat(action.announcedAt()).isAfter(TradingCalendar.close(announced));
            assertThat(action.exDate()).isAfter(announced.plusDays(10)).matches(TradingCalendar::isTradingDay);
            assertThat(action.ratio() == null).isEqualTo(action.type().equals("dividend"));
            assertThat(action.amount() == null).isEqualTo(action.type().equals("split"));
        });
    }

    @Test
    void every_action_is_in_the_news_when_it_is_announced() {
        Set<List<Object>> headlines = market.news()
                .filter(news -> news.category().equals("corporate_action"))
                .map(news -> List.<Object>of(news.publishedAt(), news.symbols().get(0)))
                .collect(Collectors.toSet());
        assertThat(market.corporateActions().map(action -> List.<Object>of(action.announcedAt(), action.symbol())))
                .hasSameSizeAs(headlines)
                .allMatch(headlines::contains);
    }

    @Test
    void news_before_the_open_leans_towards_the_session_and_does_not_tell_it() {
        Map<String, BigDecimal> close = new HashMap<>();
        Map<String, Double> change = new HashMap<>();
        market.dailyBars().forEach(bar -> {
            BigDecimal before = close.put(bar.symbol(), bar.adjustedClose());
            if (before != null) {
                change.put(bar.symbol() + bar.date(), bar.adjustedClose().doubleValue() / before.doubleValue() - 1);
            }
        });
        List<Boolean> right = market.news()
                .filter(news -> news.sentiment().signum() != 0)
                .filter(news -> change.containsKey(
                        news.symbols().get(0) + newYork(news.publishedAt()).toLocalDate()))
                .filter(news -> newYork(news.publishedAt()).getHour() < 10)
                .map(news -> news.sentiment().signum()
                                * change.get(news.symbols().get(0)
                                        + newYork(news.publishedAt()).toLocalDate())
                        > 0)
                .toList();
        double share = right.stream().filter(hit -> hit).count() / (double) right.size();
        assertThat(right).hasSizeGreaterThan(5_000);
        assertThat(share).isBetween(0.53, 0.75);
    }

    @Test
    void news_names_listed_companies_only_and_some_names_two() {
        Set<String> listed = market.symbols().map(Symbol::symbol).collect(Collectors.toSet());
        assertThat(market.news())
                .allMatch(news -> listed.containsAll(news.symbols()))
                .anyMatch(news -> news.symbols().size() == 2)
                .allMatch(news -> news.sentiment().abs().compareTo(BigDecimal.ONE) <= 0);
    }

    @Test
    void an_insider_trade_is_filed_later_within_the_range_of_its_day() {
        Map<String, DailyBar> bars =
                market.dailyBars().collect(Collectors.toMap(bar -> bar.symbol() + bar.date(), bar -> bar));
        assertThat(market.insiderTrades()).hasSizeGreaterThan(1000).allSatisfy(trade -> {
            DailyBar day = bars.get(trade.symbol() + trade.tradeDate());
            assertThat(trade.filingDate()).isAfter(trade.tradeDate()).isBeforeOrEqualTo("2023-12-29");
            assertThat(trade.price()).isBetween(day.low(), day.high());
            assertThat(trade.value()).isEqualTo(trade.price().multiply(BigDecimal.valueOf(trade.shares())));
        });
        assertThat(market.insiderTrades())
                .as("some are late")
                .anyMatch(trade -> trade.filingDate().isAfter(trade.tradeDate().plusDays(20)));
    }

    @Test
    void insiders_sometimes_buy_in_clusters() {
        Map<String, List<InsiderTrade>> buys = market.insiderTrades()
                .filter(trade -> trade.type().equals("buy"))
                .collect(Collectors.groupingBy(InsiderTrade::symbol));
        long clusters = 0;
        for (List<InsiderTrade> trades : buys.values()) {
            for (InsiderTrade first : trades) {
                Set<String> insiders = new HashSet<>();
                trades.stream()
                        .filter(trade -> !trade.tradeDate().isBefore(first.tradeDate())
                                && trade.tradeDate().isBefore(first.tradeDate().plusDays(7)))
                        .forEach(trade -> insiders.add(trade.insider()));
                clusters += insiders.size() >= 3 ? 1 : 0;
            }
        }
        assertThat(clusters).isGreaterThan(50);
    }

    @Test
    void social_sentiment_has_every_hour_even_when_the_clocks_change() {
        Market spring = Markets.small();
        Map<String, List<SocialSentiment>> series =
                spring.socialSentiment().collect(Collectors.groupingBy(row -> row.symbol() + row.platform()));
        assertThat(series).hasSize(8 * 3);
        // 87 days from 2 January to 28 March 2024, less the hour lost on 10 March.
        assertThat(series.values()).allSatisfy(rows -> {
            assertThat(rows).hasSize(87 * 24 - 1);
            for (int i = 1; i < rows.size(); i++) {
                assertThat(rows.get(i).time()).isEqualTo(rows.get(i - 1).time().plus(Duration.ofHours(1)));
            }
        });
    }

    @Test
    void social_sentiment_is_the_balance_of_posts() {
        assertThat(Markets.small().socialSentiment()).allSatisfy(row -> {
            assertThat(row.positive() + row.negative()).isLessThanOrEqualTo(row.mentions());
            assertThat(row.sentiment().doubleValue() * row.mentions())
                    .isCloseTo(row.positive() - row.negative(), within(0.00005 * row.mentions() + 1e-9));
        });
    }

    @Test
    void the_government_publishes_on_its_usual_hours_and_decides_on_rates_eight_times_a_year() {
        List<GovernmentEvent> events = market.governmentEvents().toList();
        assertThat(events).extracting(GovernmentEvent::publishedAt).isSorted();
        assertThat(events)
                .allMatch(event -> TradingCalendar.isTradingDay(
                        newYork(event.publishedAt()).toLocalDate()));
        assertThat(events.stream().filter(event -> event.category().equals("rate_decision")))
                .hasSize(8 * 8)
                .allMatch(event -> newYork(event.publishedAt()).getHour() == 14);
        assertThat(events.stream().filter(event -> event.category().equals("employment")))
                .hasSize(12 * 8)
                .allMatch(event ->
                        newYork(event.publishedAt()).toLocalTime().toString().equals("08:30"));
    }

    private static ZonedDateTime newYork(Instant instant) {
        return instant.atZone(TradingCalendar.ZONE);
    }
}
