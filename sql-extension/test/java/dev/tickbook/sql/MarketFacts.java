package dev.tickbook.sql;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Predicate;

/** A small made-up market in which everything is corrected now and then, and each version has the moment it became known. */
final class MarketFacts {
    static final List<String> SYMBOLS = List.of("AAA", "BBB", "CCC", "DDD");
    static final List<String> SECTORS = List.of("Energy", "Health");
    static final ZoneId NEW_YORK = ZoneId.of("America/New_York");
    static final LocalDate FIRST_DAY = LocalDate.of(2023, 1, 2);
    static final int DAYS = 420;
    static final Instant BEGIN = FIRST_DAY.atStartOfDay(ZoneOffset.UTC).toInstant();
    static final Instant END = BEGIN.plus(Duration.ofDays(DAYS + 40));

    /** One version of something. */
    interface Version {
        Instant knownAt();
    }

    /** Prices in cents; close null: withdrawn. */
    record Bar(
            String symbol,
            String interval,
            Instant time,
            Instant knownAt,
            Long open,
            Long high,
            Long low,
            Long close,
            Long volume)
            implements Version {
        Instant closesAt() {
            return time.plus(interval.equals("1d") ? Duration.ofDays(1) : Duration.ofHours(1));
        }
    }

    record News(
            int id,
            Instant publishedAt,
            List<String> symbols,
            String headline,
            boolean retracted,
            Instant correctedAt,
            Instant knownAt)
            implements Version {}

    record Trade(
            int id,
            String symbol,
            String insider,
            String type,
            LocalDate traded,
            LocalDate filed,
            Instant acceptedAt,
            long shares,
            boolean retracted,
            Instant correctedAt,
            Instant knownAt)
            implements Version {}

    record Sentiment(
            String symbol,
            String platform,
            Instant time,
            long mentions,
            long sentiment,
            boolean retracted,
            Instant correctedAt,
            Instant knownAt)
            implements Version {}

    record Event(
            int id,
            Instant publishedAt,
            String sector,
            String title,
            long actual,
            boolean retracted,
            Instant correctedAt,
            Instant knownAt)
            implements Version {}

    record Split(
            int id,
            String symbol,
            Instant announcedAt,
            LocalDate exDate,
            int ratio,
            boolean retracted,
            Instant correctedAt,
            Instant knownAt)
            implements Version {}

    /** Prices in cents. */
    record Prediction(
            int id,
            String symbol,
            Instant madeAt,
            Instant target,
            long base,
            long predicted,
            long lower,
            long upper,
            int confidencePercent,
            long actual,
            Instant actualKnownAt) {}

    record Block(
            String symbol,
            LocalDate day,
            int block,
            Instant madeAt,
            int predicted,
            int confidencePercent,
            int actual,
            Instant actualKnownAt) {}

    /** Each inner list has the versions of one thing. */
    final List<List<Bar>> bars = new ArrayList<>();

    final List<List<News>> news = new ArrayList<>();
    final List<List<Trade>> trades = new ArrayList<>();
    final List<List<Sentiment>> sentiments = new ArrayList<>();
    final List<List<Event>> events = new ArrayList<>();
    final List<List<Split>> splits = new ArrayList<>();
    final List<Prediction> predictions = new ArrayList<>();
    final List<Block> blocks = new ArrayList<>();

    /** Bars by symbol, interval and time, so that the oracle finds them fast enough. */
    final TreeMap<String, TreeMap<Instant, List<Bar>>> barsOf = new TreeMap<>();

    private final Random random;

    MarketFacts(Random random) {
        this.random = random;
        SYMBOLS.forEach(this::makeBars);
        makeEvents();
        for (List<Bar> versions : bars) {
            Bar bar = versions.get(0);
            barsOf.computeIfAbsent(bar.symbol() + " " + bar.interval(), key -> new TreeMap<>())
                    .put(bar.time(), versions);
        }
    }

    /** The version that was known at a moment. */
    static <V extends Version> Optional<V> known(List<V> versions, Instant at) {
        return versions.stream()
                .filter(version -> !version.knownAt().isAfter(at))
                .max(Comparator.comparing(Version::knownAt));
    }

    static <V extends Version> List<V> known(List<List<V>> all, Instant at, Predicate<V> wanted) {
        return all.stream()
                .flatMap(versions -> known(versions, at).stream())
                .filter(wanted)
                .toList();
    }

    private void makeBars(String symbol) {
        long price = 5_000 + random.nextInt(20_000);
        for (int day = 0; day < DAYS; day++) {
            LocalDate date = FIRST_DAY.plusDays(day);
            if (date.getDayOfWeek().getValue() > 5 || random.nextInt(40) == 0) {
                continue;
            }
            price = Math.max(100, price + random.nextInt(401) - 200);
            Instant open = date.atStartOfDay(ZoneOffset.UTC).toInstant();
            bars.add(versions(symbol, "1d", open, price));
            if (symbol.equals("AAA") && day % 7 < 2) {
                for (int hour = 14; hour < 21; hour++) {
                    bars.add(versions(symbol, "1h", open.plus(Duration.ofHours(hour)), price + random.nextInt(50)));
                }
            }
        }
    }

    private List<Bar> versions(String symbol, String interval, Instant time, long price) {
        Bar first = bar(symbol, interval, time, null, price);
        first = withKnownAt(first, first.closesAt());
        List<Bar> versions = new ArrayList<>(List.of(first));
        while (random.nextInt(14) == 0) {
            Instant later = versions.get(versions.size() - 1).knownAt().plusSeconds(1 + random.nextInt(60 * 86_400));
            versions.add(
                    random.nextInt(6) == 0
                            ? new Bar(symbol, interval, time, later, null, null, null, null, null)
                            : bar(symbol, interval, time, later, price + random.nextInt(300)));
        }
        return versions;
    }

    private Bar bar(String symbol, String interval, Instant time, Instant knownAt, long price) {
        long open = price + random.nextInt(101) - 50;
        return new Bar(
                symbol,
                interval,
                time,
                knownAt,
                open,
                Math.max(open, price) + random.nextInt(50),
                Math.min(open, price) - random.nextInt(50),
                price,
                (long) random.nextInt(100_000));
    }

    private static Bar withKnownAt(Bar bar, Instant at) {
        return new Bar(bar.symbol, bar.interval, bar.time, at, bar.open, bar.high, bar.low, bar.close, bar.volume);
    }

    private void makeEvents() {
        for (int id = 1; id <= 250; id++) {
            Instant published = moment();
            List<String> about =
                    SYMBOLS.stream().filter(symbol -> random.nextInt(3) == 0).toList();
            List<News> versions = new ArrayList<>();
            for (Instant corrected : corrections(published)) {
                Instant known = corrected == null ? published : corrected;
                versions.add(new News(
                        id, published, about, "headline " + random.nextInt(), retracted(corrected), corrected, known));
            }
            news.add(versions);

            List<Event> figures = new ArrayList<>();
            String sector = random.nextInt(3) == 0 ? null : SECTORS.get(random.nextInt(2));
            for (Instant corrected : corrections(published)) {
                Instant known = corrected == null ? published : corrected;
                figures.add(new Event(
                        id,
                        published,
                        sector,
                        "figure " + id,
                        random.nextInt(100),
                        retracted(corrected),
                        corrected,
                        known));
            }
            events.add(figures);

            LocalDate traded = FIRST_DAY.plusDays(random.nextInt(DAYS));
            LocalDate filed = traded.plusDays(random.nextInt(20));
            Instant accepted = random.nextBoolean()
                    ? null
                    : filed.atTime(12, 0).atZone(NEW_YORK).toInstant().plusSeconds(random.nextInt(30_000));
            Instant public_ = accepted != null
                    ? accepted
                    : filed.plusDays(1).atStartOfDay(NEW_YORK).toInstant();
            String symbol = SYMBOLS.get(random.nextInt(4));
            String insider = "insider " + random.nextInt(6);
            String type = random.nextInt(3) == 0 ? "sell" : "buy";
            List<Trade> filings = new ArrayList<>();
            for (Instant corrected : corrections(public_)) {
                filings.add(new Trade(
                        id,
                        symbol,
                        insider,
                        type,
                        traded,
                        filed,
                        accepted,
                        1 + random.nextInt(1_000),
                        retracted(corrected),
                        corrected,
                        corrected == null ? public_ : corrected));
            }
            trades.add(filings);
        }
        for (int id = 1; id <= 12; id++) {
            Instant announced = moment();
            LocalDate exDate = announced.atZone(ZoneOffset.UTC).toLocalDate().plusDays(random.nextInt(40) - 5);
            String symbol = SYMBOLS.get(random.nextInt(4));
            List<Split> versions = new ArrayList<>();
            for (Instant corrected : corrections(announced)) {
                versions.add(new Split(
                        id,
                        symbol,
                        announced,
                        exDate,
                        2 + random.nextInt(3),
                        retracted(corrected),
                        corrected,
                        corrected == null ? announced : corrected));
            }
            splits.add(versions);
        }
        for (int hour = 0; hour < 600; hour++) {
            Instant time = BEGIN.plus(Duration.ofHours(hour * 17L));
            for (String platform : List.of("forum", "board")) {
                Instant over = time.plus(Duration.ofHours(1));
                String symbol = SYMBOLS.get(random.nextInt(4));
                List<Sentiment> versions = new ArrayList<>();
                for (Instant corrected : corrections(over)) {
                    versions.add(new Sentiment(
                            symbol,
                            platform,
                            time,
                            random.nextInt(50),
                            random.nextInt(201) - 100,
                            retracted(corrected),
                            corrected,
                            corrected == null ? over : corrected));
                }
                sentiments.add(versions);
            }
        }
        for (int id = 1; id <= 500; id++) {
            Instant made = moment();
            Instant target = made.plusSeconds(3_600 + random.nextInt(10 * 86_400));
            long base = 5_000 + random.nextInt(5_000);
            long predicted = base + random.nextInt(401) - 200;
            predictions.add(new Prediction(
                    id,
                    SYMBOLS.get(random.nextInt(4)),
                    made,
                    target,
                    base,
                    predicted,
                    predicted - random.nextInt(200),
                    predicted + random.nextInt(200),
                    random.nextInt(101),
                    base + random.nextInt(401) - 200,
                    target.plusSeconds(random.nextInt(3 * 86_400))));
            LocalDate day = FIRST_DAY.plusDays(id % DAYS);
            Instant open = day.atTime(9, 30).atZone(NEW_YORK).toInstant();
            blocks.add(new Block(
                    SYMBOLS.get(id % 4),
                    day,
                    1 + id / DAYS,
                    open.minusSeconds(random.nextInt(86_400)),
                    random.nextInt(3) - 1,
                    random.nextInt(101),
                    random.nextInt(3) - 1,
                    open.plusSeconds(3_600 + random.nextInt(86_400))));
        }
    }

    private Instant moment() {
        return BEGIN.plusSeconds(random.nextInt(DAYS * 86_400));
    }

    /** When the versions of something replaced each other; null stands for the first one. */
    private List<Instant> corrections(Instant first) {
        List<Instant> times = new ArrayList<>();
        times.add(null);
        Instant last = first;
        while (random.nextInt(6) == 0) {
            last = last.plusSeconds(1 + random.nextInt(30 * 86_400));
            times.add(last);
        }
        return times;
    }

    private boolean retracted(Instant corrected) {
        return corrected != null && random.nextInt(4) == 0;
    }
}
