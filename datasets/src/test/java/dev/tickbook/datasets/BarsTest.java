package dev.tickbook.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class BarsTest {

    @Test
    void every_session_has_a_bar_for_every_minute() {
        Map<LocalDate, List<MinuteBar>> sessions = Markets.small()
                .minuteBars("ALTR")
                .collect(Collectors.groupingBy(BarsTest::day, TreeMap::new, Collectors.toList()));
        assertThat(sessions.keySet())
                .containsExactlyElementsOf(Markets.small().tradingDays().toList());
        sessions.forEach((day, bars) -> {
            assertThat(bars).hasSize(TradingCalendar.minutes(day));
            for (int minute = 0; minute < bars.size(); minute++) {
                assertThat(bars.get(minute).time())
                        .isEqualTo(TradingCalendar.open(day).plusSeconds(60L * minute));
            }
        });
    }

    @Test
    void high_and_low_embrace_open_close_and_average() {
        Markets.small()
                .minuteBars()
                .forEach(bar -> requireSound(
                        bar.open(), bar.high(), bar.low(), bar.close(), bar.vwap(), bar.volume(), bar.trades(), bar));
        Markets.longDaily()
                .dailyBars()
                .forEach(bar -> requireSound(
                        bar.open(), bar.high(), bar.low(), bar.close(), bar.vwap(), bar.volume(), bar.trades(), bar));
    }

    @Test
    void a_daily_bar_is_exactly_its_minute_bars() {
        Market market = Markets.small();
        Map<String, Map<LocalDate, List<MinuteBar>>> minutes = market.minuteBars()
                .collect(Collectors.groupingBy(MinuteBar::symbol, Collectors.groupingBy(BarsTest::day)));
        assertThat(market.dailyBars()).hasSize(8 * 61).allSatisfy(daily -> {
            List<MinuteBar> bars = minutes.get(daily.symbol()).get(daily.date());
            long volume = bars.stream().mapToLong(MinuteBar::volume).sum();
            BigDecimal paid = bars.stream()
                    .map(bar -> bar.vwap().multiply(BigDecimal.valueOf(bar.volume())))
                    .reduce(BigDecimal.ZERO, BigDecimal::add);
            assertThat(daily.open()).isEqualTo(bars.get(0).open());
            assertThat(daily.high())
                    .isEqualTo(bars.stream()
                            .map(MinuteBar::high)
                            .max(Comparator.naturalOrder())
                            .get());
            assertThat(daily.low())
                    .isEqualTo(bars.stream()
                            .map(MinuteBar::low)
                            .min(Comparator.naturalOrder())
                            .get());
            assertThat(daily.close()).isEqualTo(bars.get(bars.size() - 1).close());
            assertThat(daily.volume()).isEqualTo(volume);
            assertThat(daily.trades())
                    .isEqualTo(bars.stream().mapToLong(MinuteBar::trades).sum());
            assertThat(daily.vwap()).isEqualTo(paid.divide(BigDecimal.valueOf(volume), 4, RoundingMode.HALF_UP));
        });
    }

    @Test
    void volume_is_u_shaped_over_the_session() {
        double[] volume = new double[13];
        Markets.small().minuteBars().forEach(bar -> {
            long minute = TradingCalendar.open(day(bar)).until(bar.time(), ChronoUnit.MINUTES);
            volume[(int) minute / 30] += bar.volume();
        });
        double noon = volume[6];
        assertThat(volume[0]).isGreaterThan(1.8 * noon);
        assertThat(volume[12]).isGreaterThan(1.3 * noon);
        assertThat(volume[0]).isGreaterThan(volume[12]);
    }

    @Test
    void squared_returns_are_autocorrelated_and_returns_are_not() {
        Collection<double[]> returns = adjustedReturns(Markets.longDaily()).values();
        assertThat(meanAutocorrelation(returns, false)).isCloseTo(0, within(0.02));
        assertThat(meanAutocorrelation(returns, true)).isGreaterThan(0.09);
    }

    @Test
    void the_volatility_of_the_market_as_a_whole_clusters_too() {
        Collection<double[]> returns = adjustedReturns(Markets.longDaily()).values();
        double[] index = new double[returns.iterator().next().length];
        for (double[] r : returns) {
            for (int i = 0; i < index.length; i++) {
                index[i] += r[i] / returns.size();
            }
        }
        assertThat(meanAutocorrelation(List.of(index), true)).isGreaterThan(0.15);
    }

    @Test
    void companies_move_together_and_more_so_within_a_sector() {
        List<Symbol> symbols = Markets.longDaily().symbols().toList();
        Map<String, double[]> returns = adjustedReturns(Markets.longDaily());
        List<Double> within = new ArrayList<>();
        List<Double> across = new ArrayList<>();
        for (Symbol a : symbols) {
            for (Symbol b : symbols) {
                if (a.symbol().compareTo(b.symbol()) < 0) {
                    (a.sector().equals(b.sector()) ? within : across)
                            .add(correlation(returns.get(a.symbol()), returns.get(b.symbol())));
                }
            }
        }
        assertThat(mean(across)).isBetween(0.1, 0.6);
        assertThat(mean(within)).isGreaterThan(mean(across) + 0.03);
    }

    /** Rebuilds the adjusted closes from raw closes and actions, as a vendor does. */
    @Test
    void adjusted_closes_follow_from_closes_and_actions() {
        Market market = Markets.longDaily();
        Map<String, Map<LocalDate, CorporateAction>> actions = market.corporateActions()
                .collect(Collectors.groupingBy(
                        CorporateAction::symbol, Collectors.toMap(CorporateAction::exDate, action -> action)));
        Map<String, List<DailyBar>> bars = market.dailyBars().collect(Collectors.groupingBy(DailyBar::symbol));
        bars.forEach((symbol, days) -> {
            double factor = 1;
            for (int i = days.size() - 1; i >= 0; i--) {
                double close = days.get(i).close().doubleValue();
                assertThat(days.get(i).adjustedClose().doubleValue()).isCloseTo(close * factor, within(0.0000501));
                CorporateAction action =
                        actions.getOrDefault(symbol, Map.of()).get(days.get(i).date());
                if (action != null && i > 0) {
                    double before = days.get(i - 1).close().doubleValue();
                    factor *= action.ratio() != null
                            ? 1 / action.ratio().doubleValue()
                            : 1 - action.amount().doubleValue() / before;
                }
            }
        });
    }

    @Test
    void raw_prices_jump_at_a_split_and_adjusted_ones_do_not() {
        Market market = Markets.longDaily();
        Map<String, List<DailyBar>> bars = market.dailyBars().collect(Collectors.groupingBy(DailyBar::symbol));
        Set<BigDecimal> ratios = new HashSet<>();
        market.corporateActions()
                .filter(action -> action.type().equals("split"))
                .forEach(split -> {
                    List<DailyBar> days = bars.get(split.symbol());
                    for (int i = 1; i < days.size(); i++) {
                        if (days.get(i).date().equals(split.exDate())) {
                            DailyBar before = days.get(i - 1);
                            DailyBar after = days.get(i);
                            ratios.add(split.ratio());
                            assertThat(before.close().doubleValue()
                                            / after.close().doubleValue())
                                    .isCloseTo(
                                            split.ratio().doubleValue(),
                                            within(0.4 * split.ratio().doubleValue()));
                            assertThat(after.adjustedClose().doubleValue()
                                            / before.adjustedClose().doubleValue())
                                    .isBetween(0.7, 1.42);
                        }
                    }
                });
        assertThat(ratios)
                .contains(new BigDecimal("2"), new BigDecimal("3"), new BigDecimal("4"), new BigDecimal("0.1"));
    }

    @Test
    void symbols_are_unique_and_priced_from_the_first_day() {
        Market market =
                MarketGenerator.of(7).symbols(3200).to(LocalDate.of(2024, 1, 2)).generate();
        List<Symbol> symbols = market.symbols().toList();
        assertThat(symbols).extracting(Symbol::symbol).doesNotHaveDuplicates().allMatch(s -> s.matches("[A-Z]{4}"));
        assertThat(symbols).extracting(Symbol::name).doesNotHaveDuplicates();
        assertThat(symbols).extracting(Symbol::sector).containsOnly(Companies.SECTORS);
        assertThat(symbols).extracting(Symbol::marketCap).allMatch(cap -> cap > 1_000_000);
    }

    private static void requireSound(
            BigDecimal open,
            BigDecimal high,
            BigDecimal low,
            BigDecimal close,
            BigDecimal vwap,
            long volume,
            long trades,
            Record bar) {
        boolean sound = low.signum() > 0
                && low.compareTo(open.min(close)) <= 0
                && high.compareTo(open.max(close)) >= 0
                && vwap.compareTo(low) >= 0
                && vwap.compareTo(high) <= 0
                && open.scale() == 2
                && vwap.scale() == 4
                && trades >= 1
                && volume >= trades / 2;
        if (!sound) {
            throw new AssertionError("unsound: " + bar);
        }
    }

    private static LocalDate day(MinuteBar bar) {
        return bar.time().atZone(TradingCalendar.ZONE).toLocalDate();
    }

    static Map<String, double[]> adjustedReturns(Market market) {
        Map<String, double[]> returns = new TreeMap<>();
        market.dailyBars().collect(Collectors.groupingBy(DailyBar::symbol)).forEach((symbol, days) -> {
            double[] r = new double[days.size() - 1];
            for (int i = 0; i < r.length; i++) {
                r[i] = Math.log(days.get(i + 1).adjustedClose().doubleValue()
                        / days.get(i).adjustedClose().doubleValue());
            }
            returns.put(symbol, r);
        });
        return returns;
    }

    /** Over lags of one to five days, of the returns or of their squares. */
    private static double meanAutocorrelation(Collection<double[]> series, boolean squared) {
        double sum = 0;
        for (double[] returns : series) {
            double[] x = squared ? Arrays.stream(returns).map(r -> r * r).toArray() : returns;
            for (int lag = 1; lag <= 5; lag++) {
                sum += autocorrelation(x, lag);
            }
        }
        return sum / (5 * series.size());
    }

    private static double autocorrelation(double[] x, int lag) {
        return correlation(Arrays.copyOfRange(x, 0, x.length - lag), Arrays.copyOfRange(x, lag, x.length));
    }

    private static double correlation(double[] x, double[] y) {
        double meanX = Arrays.stream(x).average().orElseThrow();
        double meanY = Arrays.stream(y).average().orElseThrow();
        double xy = 0;
        double xx = 0;
        double yy = 0;
        for (int i = 0; i < x.length; i++) {
            xy += (x[i] - meanX) * (y[i] - meanY);
            xx += (x[i] - meanX) * (x[i] - meanX);
            yy += (y[i] - meanY) * (y[i] - meanY);
        }
        return xy / Math.sqrt(xx * yy);
    }

    private static double mean(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    }
}
