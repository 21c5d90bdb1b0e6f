package dev.tickbook.datasets;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tickbook.datasets.Defect.Kind;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class DefectsTest {

    /** Looks at the feed and the calendar only, as a quality report does. */
    @Test
    void the_defects_found_in_the_feed_are_the_defects_planted() {
        Market market = Markets.small();
        List<Finding> found = new ArrayList<>();
        market.minuteFeed()
                .collect(Collectors.groupingBy(bar ->
                        bar.symbol() + bar.time().atZone(TradingCalendar.ZONE).toLocalDate()))
                .values()
                .forEach(session -> inspect(session, found));
        List<Finding> planted = market.defects()
                .map(defect -> new Finding(defect.kind(), defect.symbol(), defect.from(), defect.to()))
                .toList();
        assertThat(found).containsExactlyInAnyOrderElementsOf(planted);
        assertThat(planted).extracting(Finding::kind).contains(Kind.values());
    }

    @Test
    void the_truth_mends_the_feed() {
        Market market = Markets.small();
        Map<String, MinuteBar> clean = market.minuteBars().collect(Collectors.toMap(DefectsTest::key, bar -> bar));
        Map<String, MinuteBar> feed = new HashMap<>();
        market.minuteFeed().forEach(bar -> feed.put(key(bar), bar));
        Set<String> faulty = new HashSet<>();
        market.defects().forEach(defect -> {
            for (Instant time = defect.from(); !time.isAfter(defect.to()); time = time.plusSeconds(60)) {
                faulty.add(defect.symbol() + time);
            }
            if (defect.field() != null) {
                String key = defect.symbol() + defect.from();
                assertThat(price(clean.get(key), defect.field())).isEqualTo(defect.trueValue());
                assertThat(price(feed.get(key), defect.field())).isEqualTo(defect.plantedValue());
            }
        });
        clean.forEach((key, bar) -> {
            if (!faulty.contains(key)) {
                assertThat(feed).containsEntry(key, bar);
            }
        });
    }

    private static void inspect(List<MinuteBar> session, List<Finding> found) {
        String symbol = session.get(0).symbol();
        LocalDate day = session.get(0).time().atZone(TradingCalendar.ZONE).toLocalDate();
        Set<Instant> seen = new HashSet<>();
        BigDecimal last = null;
        for (MinuteBar bar : session) {
            if (!seen.add(bar.time())) {
                found.add(new Finding(Kind.DUPLICATE_ROW, symbol, bar.time(), bar.time()));
            }
            if (Stream.of(bar.open(), bar.high(), bar.low(), bar.close()).anyMatch(price -> price.signum() == 0)) {
                found.add(new Finding(Kind.ZERO_PRICE, symbol, bar.time(), bar.time()));
            } else if (bar.high().compareTo(bar.low()) < 0) {
                found.add(new Finding(Kind.HIGH_BELOW_LOW, symbol, bar.time(), bar.time()));
            } else if (last != null && isShifted(bar.close().doubleValue() / last.doubleValue())) {
                found.add(new Finding(Kind.DECIMAL_SHIFT, symbol, bar.time(), bar.time()));
            } else {
                last = bar.close();
            }
        }
        Instant gapStart = null;
        Instant close = TradingCalendar.close(day);
        for (Instant time = TradingCalendar.open(day); !time.isAfter(close); time = time.plusSeconds(60)) {
            boolean missing = time.isBefore(close) && !seen.contains(time);
            if (missing && gapStart == null) {
                gapStart = time;
            } else if (!missing && gapStart != null) {
                found.add(new Finding(Kind.MISSING_MINUTES, symbol, gapStart, time.minusSeconds(60)));
                gapStart = null;
            }
        }
    }

    private static boolean isShifted(double ratio) {
        return ratio > 5 || ratio < 0.2;
    }

    private static String key(MinuteBar bar) {
        return bar.symbol() + bar.time();
    }

    private static BigDecimal price(MinuteBar bar, String field) {
        return switch (field) {
            case "open" -> bar.open();
            case "high" -> bar.high();
            case "low" -> bar.low();
            case "close" -> bar.close();
            default -> throw new AssertionError(field);
        };
    }

    private record Finding(Kind kind, String symbol, Instant from, Instant to) {}
}
