package dev.tickbook.sql;

import dev.tickbook.sql.MarketFacts.Bar;
import dev.tickbook.sql.MarketFacts.Block;
import dev.tickbook.sql.MarketFacts.Event;
import dev.tickbook.sql.MarketFacts.News;
import dev.tickbook.sql.MarketFacts.Prediction;
import dev.tickbook.sql.MarketFacts.Sentiment;
import dev.tickbook.sql.MarketFacts.Split;
import dev.tickbook.sql.MarketFacts.Trade;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What was known of the made-up market at a moment, by looking at every version of everything. Answers are lines like those
 * that the questions of {@link PointInTimeTest} select: times in seconds since 1970, prices in cents.
 */
final class MarketOracle {
    private final MarketFacts facts;

    MarketOracle(MarketFacts facts) {
        this.facts = facts;
    }

    List<Bar> bars(String symbol, String interval, Instant from, Instant to, Instant at) {
        if (to.isBefore(from)) {
            return List.of();
        }
        NavigableMap<Instant, List<Bar>> all = facts.barsOf
                .getOrDefault(symbol + " " + interval, new TreeMap<>())
                .subMap(from, true, to, false);
        return all.values().stream()
                .flatMap(versions -> MarketFacts.known(versions, at).stream())
                .filter(bar -> bar.close() != null)
                .toList();
    }

    private List<Bar> bars(String symbol, String interval, Instant at) {
        return bars(symbol, interval, MarketFacts.BEGIN, MarketFacts.END, at);
    }

    private static String line(Bar bar) {
        return bar.time().getEpochSecond() + "|" + bar.knownAt().getEpochSecond() + "|" + bar.open() + "|" + bar.high()
                + "|" + bar.low() + "|" + bar.close() + "|" + bar.volume();
    }

    List<String> latestPrice(String symbol, String interval, Instant at) {
        List<Bar> bars = bars(symbol, interval, at);
        return bars.isEmpty() ? List.of() : List.of(line(bars.get(bars.size() - 1)));
    }

    List<String> priceRange(String symbol, String interval, Instant from, Instant to, Instant at) {
        return bars(symbol, interval, from, to, at).stream()
                .map(MarketOracle::line)
                .toList();
    }

    List<String> marketState(Instant at, List<String> symbols) {
        List<String> lines = new ArrayList<>();
        for (String symbol : symbols) {
            List<Bar> bars =
                    bars(symbol, "1d", at.minus(Duration.ofDays(11)), MarketFacts.END, at) /* closed in ten days */;
            if (!bars.isEmpty()) {
                lines.add(symbol + "|" + line(bars.get(bars.size() - 1)));
            }
        }
        return lines;
    }

    /** Weeks from Monday on, of daily bars, or of hourly ones where no daily one is known. */
    List<String> weeks(String symbol, Instant from, Instant to, Instant at) {
        List<Bar> days = bars(symbol, "1d", from, to, at);
        Map<LocalDate, List<Bar>> weeks = (days.isEmpty() ? bars(symbol, "1h", from, to, at) : days)
                .stream()
                        .collect(Collectors.groupingBy(
                                bar -> {
                                    LocalDate day =
                                            bar.time().atZone(ZoneOffset.UTC).toLocalDate();
                                    return day.minusDays(day.getDayOfWeek().getValue() - 1);
                                },
                                TreeMap::new,
                                Collectors.toList()));
        return weeks.entrySet().stream()
                .map(week -> {
                    List<Bar> bars = week.getValue();
                    return week.getKey().atStartOfDay(ZoneOffset.UTC).toEpochSecond() + "|"
                            + bars.get(0).open() + "|"
                            + bars.stream().mapToLong(Bar::high).max().orElseThrow() + "|"
                            + bars.stream().mapToLong(Bar::low).min().orElseThrow() + "|"
                            + bars.get(bars.size() - 1).close() + "|"
                            + bars.stream().mapToLong(Bar::volume).sum() + "|" + bars.size();
                })
                .toList();
    }

    /** Day, return and volatility of twenty returns. */
    List<String> returns(String symbol, Instant from, Instant to, Instant at) {
        List<Bar> bars = bars(symbol, "1d", MarketFacts.BEGIN, to, at);
        List<String> lines = new ArrayList<>();
        double[] change = new double[bars.size()];
        for (int i = 0; i < bars.size(); i++) {
            change[i] = i == 0
                    ? Double.NaN
                    : bars.get(i).close() / (double) bars.get(i - 1).close() - 1;
            if (bars.get(i).time().isBefore(from)) {
                continue;
            }
            String volatility = "";
            if (i >= 20) {
                double mean = 0;
                double squares = 0;
                for (int j = i - 19; j <= i; j++) {
                    mean += change[j] / 20;
                }
                for (int j = i - 19; j <= i; j++) {
                    squares += (change[j] - mean) * (change[j] - mean);
                }
                volatility = rounded(Math.sqrt(squares / 19) * Math.sqrt(252));
            }
            lines.add(
                    bars.get(i).time().getEpochSecond() + "|" + (i == 0 ? "" : rounded(change[i])) + "|" + volatility);
        }
        return lines;
    }

    List<String> news(Instant at, List<String> symbols, int max) {
        return MarketFacts.known(
                        facts.news,
                        at,
                        n -> !n.retracted()
                                && (symbols == null || n.symbols().stream().anyMatch(symbols::contains)))
                .stream()
                .sorted(Comparator.comparing(News::publishedAt)
                        .thenComparing(News::id)
                        .reversed())
                .limit(max)
                .map(n -> n.id() + "|" + n.knownAt().getEpochSecond() + "|" + n.headline())
                .toList();
    }

    List<String> government(Instant at, List<String> sectors, int max) {
        return MarketFacts.known(
                        facts.events,
                        at,
                        e -> !e.retracted() && (sectors == null || e.sector() == null || sectors.contains(e.sector())))
                .stream()
                .sorted(Comparator.comparing(Event::publishedAt)
                        .thenComparing(Event::id)
                        .reversed())
                .limit(max)
                .map(e -> e.id() + "|" + e.knownAt().getEpochSecond() + "|" + e.actual())
                .toList();
    }

    List<String> insiders(Instant at, List<String> symbols, int max) {
        LocalDate oldest = at.minus(Duration.ofDays(90)).atZone(ZoneOffset.UTC).toLocalDate();
        List<Trade> known = MarketFacts.known(
                facts.trades,
                at,
                t -> !t.retracted()
                        && !t.filed().isBefore(oldest)
                        && (symbols == null || symbols.contains(t.symbol())));
        return known.stream()
                .sorted(Comparator.comparing(Trade::filed)
                        .thenComparing(Trade::traded)
                        .thenComparing(Trade::id)
                        .reversed())
                .limit(max)
                .map(t -> t.id() + "|" + t.knownAt().getEpochSecond() + "|" + t.shares() + "|" + cluster(t, known))
                .toList();
    }

    /** The most insiders in seven days that begin with a trade and contain this one, if there are three. */
    private static String cluster(Trade trade, List<Trade> known) {
        long most = 0;
        for (int back = 0; back < 7; back++) {
            LocalDate first = trade.traded().minusDays(back);
            List<Trade> week = known.stream()
                    .filter(t -> t.symbol().equals(trade.symbol())
                            && t.type().equals(trade.type())
                            && !t.traded().isBefore(first)
                            && t.traded().isBefore(first.plusDays(7)))
                    .toList();
            most = Math.max(most, week.stream().map(Trade::insider).distinct().count());
        }
        return most >= 3 ? String.valueOf(most) : "";
    }

    List<String> sentiment(Instant at, List<String> symbols) {
        TreeMap<String, List<Sentiment>> groups = MarketFacts.known(
                        facts.sentiments,
                        at,
                        s -> !s.retracted()
                                && !s.time().isBefore(at.minus(Duration.ofHours(24)))
                                && (symbols == null || symbols.contains(s.symbol())))
                .stream()
                .collect(
                        Collectors.groupingBy(s -> s.symbol() + "|" + s.platform(), TreeMap::new, Collectors.toList()));
        return groups.entrySet().stream()
                .map(group -> {
                    long mentions = group.getValue().stream()
                            .mapToLong(Sentiment::mentions)
                            .sum();
                    long weighted = group.getValue().stream()
                            .mapToLong(s -> s.mentions() * s.sentiment())
                            .sum();
                    return group.getKey() + "|" + group.getValue().size() + "|" + mentions + "|"
                            + (mentions == 0 ? "" : rounded(weighted / 100.0 / mentions));
                })
                .toList();
    }

    List<String> accuracy(String symbol, int days, Instant at) {
        List<Prediction> due = facts.predictions.stream()
                .filter(p -> p.symbol().equals(symbol)
                        && p.target().isAfter(at.minus(Duration.ofDays(days)))
                        && !p.target().isAfter(at))
                .toList();
        List<Prediction> known =
                due.stream().filter(p -> !p.actualKnownAt().isAfter(at)).toList();
        long hits = known.stream()
                .filter(p -> p.lower() <= p.actual() && p.actual() <= p.upper())
                .count();
        long directions = known.stream()
                .filter(p -> Long.signum(p.predicted() - p.base()) == Long.signum(p.actual() - p.base()))
                .count();
        int n = known.size();
        String measures = n == 0
                ? "|||"
                : rounded(known.stream()
                                        .mapToDouble(p -> Math.abs(p.actual() - p.predicted()) / 100.0)
                                        .sum()
                                / n) + "|"
                        + rounded(Math.sqrt(known.stream()
                                        .mapToDouble(p -> Math.pow((p.actual() - p.predicted()) / 100.0, 2))
                                        .sum()
                                / n))
                        + "|"
                        + rounded(known.stream()
                                        .mapToDouble(p -> Math.abs((p.actual() - p.predicted()) / (double) p.actual()))
                                        .sum()
                                / n)
                        + "|" + rounded(directions / (double) n);
        return List.of(due.size() + "|" + n + "|" + hits + "|" + measures);
    }

    List<String> blockAccuracy(String symbol, int days, Instant at) {
        LocalDate today = at.atZone(MarketFacts.NEW_YORK).toLocalDate();
        List<Block> due = facts.blocks.stream()
                .filter(b -> b.symbol().equals(symbol)
                        && b.day().isAfter(today.minusDays(days))
                        && !b.day().isAfter(today)
                        && !b.madeAt().isAfter(at))
                .toList();
        List<Block> known =
                due.stream().filter(b -> !b.actualKnownAt().isAfter(at)).toList();
        return List.of(due.size() + "|" + known.size() + "|"
                + known.stream().filter(b -> b.predicted() == b.actual()).count());
    }

    /** The last bar, indicators, and the ids of what else is known, of {@code reconstruct_state}. */
    List<String> state(Instant at, String symbol) {
        List<Bar> bars = bars(symbol, "1d", at);
        bars = bars.subList(Math.max(0, bars.size() - 250), bars.size());
        LocalDate today = at.atZone(ZoneOffset.UTC).toLocalDate();
        List<Split> announced = MarketFacts.known(
                facts.splits, at, s -> !s.retracted() && s.symbol().equals(symbol));
        int n = bars.size();
        double[] high = new double[n];
        double[] low = new double[n];
        double[] close = new double[n];
        for (int i = 0; i < n; i++) {
            LocalDate day = bars.get(i).time().atZone(ZoneOffset.UTC).toLocalDate();
            double factor = 100;
            for (Split split : announced) {
                factor *= split.exDate().isAfter(day) && !split.exDate().isAfter(today) ? split.ratio() : 1;
            }
            high[i] = bars.get(i).high() / factor;
            low[i] = bars.get(i).low() / factor;
            close[i] = bars.get(i).close() / factor;
        }
        return List.of(
                n == 0
                        ? ""
                        : bars.get(n - 1).time().getEpochSecond() + "|"
                                + bars.get(n - 1).close(),
                new Indicators(high, low, close).line(),
                announced.stream()
                        .sorted(Comparator.comparing(Split::exDate)
                                .thenComparing(Split::id)
                                .reversed())
                        .limit(20)
                        .map(s -> s.id() + ":" + s.ratio())
                        .toList()
                        .toString(),
                ids(news(at, List.of(symbol), 10)),
                ids(insiders(at, List.of(symbol), 20)),
                ids(government(at, null, 10)),
                facts.predictions.stream()
                        .filter(p -> p.symbol().equals(symbol)
                                && !p.madeAt().isAfter(at)
                                && p.target().isAfter(at))
                        .sorted(Comparator.comparing(Prediction::madeAt).reversed())
                        .limit(20)
                        .map(p -> p.madeAt().getEpochSecond())
                        .toList()
                        .toString());
    }

    private static String ids(List<String> lines) {
        return lines.stream()
                .map(line -> line.substring(0, line.indexOf('|')))
                .toList()
                .toString();
    }

    /** In a form by which {@link PointInTimeTest} knows what is computed in floating point. */
    static String rounded(double value) {
        return String.format(Locale.ROOT, "%.15e", value);
    }

    /** The indicators by their definitions, each from the whole series. */
    record Indicators(double[] high, double[] low, double[] close) {
        String line() {
            int n = close.length;
            double[] up = new double[Math.max(0, n - 1)];
            double[] down = new double[up.length];
            double[] range = new double[up.length];
            for (int i = 1; i < n; i++) {
                up[i - 1] = Math.max(0, close[i] - close[i - 1]);
                down[i - 1] = Math.max(0, close[i - 1] - close[i]);
                range[i - 1] = Math.max(high[i], close[i - 1]) - Math.min(low[i], close[i - 1]);
            }
            Double fast = ema(close, n, 12, 2.0 / 13);
            Double slow = ema(close, n, 26, 2.0 / 27);
            double[] macd = new double[Math.max(0, n - 25)];
            for (int i = 0; i < macd.length; i++) {
                macd[i] = ema(close, 26 + i, 12, 2.0 / 13) - ema(close, 26 + i, 26, 2.0 / 27);
            }
            Double gain = ema(up, up.length, 14, 1.0 / 14);
            Double loss = ema(down, down.length, 14, 1.0 / 14);
            Double rsi = gain == null ? null : loss == 0 ? (gain == 0 ? 50.0 : 100.0) : 100 * gain / (gain + loss);
            Double middle = mean(20);
            Double deviation = null;
            if (middle != null) {
                double squares = 0;
                for (int i = n - 20; i < n; i++) {
                    squares += Math.pow(close[i] - middle, 2);
                }
                deviation = Math.sqrt(squares / 20);
            }
            return n + "|" + text(middle) + "|" + text(mean(50)) + "|" + text(mean(200)) + "|" + text(fast) + "|"
                    + text(slow)
                    + "|" + text(ema(macd, macd.length, 9, 0.2)) + "|" + text(rsi) + "|"
                    + text(middle == null ? null : middle + 2 * deviation) + "|"
                    + text(ema(range, range.length, 14, 1.0 / 14));
        }

        private Double mean(int length) {
            if (close.length < length) {
                return null;
            }
            double sum = 0;
            for (int i = close.length - length; i < close.length; i++) {
                sum += close[i];
            }
            return sum / length;
        }

        private static Double ema(double[] series, int end, int length, double weight) {
            if (end < length) {
                return null;
            }
            double value = 0;
            for (int i = 0; i < length; i++) {
                value += series[i] / length;
            }
            for (int i = length; i < end; i++) {
                value = (1 - weight) * value + weight * series[i];
            }
            return value;
        }

        private static String text(Double value) {
            return value == null ? "" : rounded(value);
        }
    }
}
