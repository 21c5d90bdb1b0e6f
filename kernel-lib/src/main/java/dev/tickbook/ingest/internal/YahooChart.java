package dev.tickbook.ingest.internal;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What an answer of Yahoo's chart service says, checked. */
public final class YahooChart {

    private static final int PRICE_DECIMALS = 4;

    /**
     * A bar as the service has it: prices and volume as if all later splits had happened before.
     *
     * @param time as the service gives it: the opening of the session for days, of the bar for shorter ones
     * @param values open, high, low, close, adjusted close, volume; null where there is none
     */
    record Bar(Instant time, BigDecimal[] values) {}

    /**
     * A dividend or a split.
     *
     * @param time the opening of the ex-date's session
     * @param ratio new shares for one old; null for a dividend
     * @param amount of the dividend, as if all later splits had happened before; null for a split
     */
    record Event(Instant time, LocalDate exDate, BigDecimal ratio, BigDecimal amount) {}

    private final Json meta;
    private final ZoneId zone;
    private final List<Bar> bars;
    private final List<Event> events;

    private YahooChart(Json meta, ZoneId zone, List<Bar> bars, List<Event> events) {
        this.meta = meta;
        this.zone = zone;
        this.bars = bars;
        this.events = events;
    }

    /** What the service says instead of an answer; null if it says nothing. */
    static String error(String body) throws Json.ShapeException {
        Json error = Json.parse(body).get("chart").get("error");
        return error.isThere() ? error.get("description").text() : null;
    }

    static YahooChart parse(String body) throws Json.ShapeException {
        Json result = Json.parse(body).get("chart").get("result").first();
        Json meta = result.get("meta");
        ZoneId zone = zone(meta.get("exchangeTimezoneName"));
        return new YahooChart(meta, zone, bars(result), events(result.get("events"), zone));
    }

    private static ZoneId zone(Json name) throws Json.ShapeException {
        try {
            return ZoneId.of(name.text());
        } catch (DateTimeException e) {
            throw new Json.ShapeException("chart.result[0].meta.exchangeTimezoneName is no time zone");
        }
    }

    private static List<Bar> bars(Json result) throws Json.ShapeException {
        List<Bar> bars = new ArrayList<>();
        if (!result.get("timestamp").isThere()) {
            return bars; // nothing was traded in that time
        }
        List<BigDecimal> times = result.get("timestamp").numbers();
        Json quote = result.get("indicators").get("quote").first();
        Json adjusted = result.get("indicators").get("adjclose").first().get("adjclose");
        List<List<BigDecimal>> columns = new ArrayList<>();
        for (String name : List.of("open", "high", "low", "close")) {
            columns.add(sameLength(name, quote.get(name).numbers(), times));
        }
        columns.add(adjusted.isThere() ? sameLength("adjclose", adjusted.numbers(), times) : null);
        columns.add(sameLength("volume", quote.get("volume").numbers(), times));
        for (int i = 0; i < times.size(); i++) {
            BigDecimal[] values = new BigDecimal[columns.size()];
            boolean traded = false;
            for (int column = 0; column < values.length; column++) {
                values[column] =
                        columns.get(column) == null ? null : columns.get(column).get(i);
                traded |= values[column] != null;
            }
            if (traded) { // a holiday or a halt has only nulls
                bars.add(new Bar(seconds(times.get(i)), values));
            }
        }
        return bars;
    }

    private static List<BigDecimal> sameLength(String name, List<BigDecimal> values, List<BigDecimal> times)
            throws Json.ShapeException {
        if (values.size() != times.size()) {
            throw new Json.ShapeException(
                    name + " has " + values.size() + " values for " + times.size() + " timestamps");
        }
        return values;
    }

    static Instant seconds(BigDecimal count) throws Json.ShapeException {
        try {
            return Instant.ofEpochSecond(count.longValueExact());
        } catch (ArithmeticException | DateTimeException | NullPointerException e) {
            throw new Json.ShapeException("a time has a value that is no time: " + count);
        }
    }

    private static List<Event> events(Json events, ZoneId zone) throws Json.ShapeException {
        List<Event> found = new ArrayList<>();
        for (Json split : events.get("splits").members()) {
            BigDecimal denominator = split.get("denominator").number();
            if (denominator.signum() <= 0) {
                throw new Json.ShapeException("a split has the denominator " + denominator);
            }
            Instant time = seconds(split.get("date").number());
            found.add(new Event(
                    time,
                    time.atZone(zone).toLocalDate(),
                    split.get("numerator").number().divide(denominator, 6, RoundingMode.HALF_EVEN),
                    null));
        }
        for (Json dividend : events.get("dividends").members()) {
            Instant time = seconds(dividend.get("date").number());
            found.add(new Event(
                    time,
                    time.atZone(zone).toLocalDate(),
                    null,
                    dividend.get("amount").number()));
        }
        found.sort(Comparator.comparing(Event::time));
        return found;
    }

    Json meta() {
        return meta;
    }

    ZoneId zone() {
        return zone;
    }

    List<Bar> bars() {
        return bars;
    }

    List<Event> events() {
        return events;
    }

    /** How many shares of today one of that day has become. */
    static BigDecimal splitsAfter(LocalDate day, List<Event> events) {
        BigDecimal factor = BigDecimal.ONE;
        for (Event event : events) {
            if (event.ratio() != null && event.exDate().isAfter(day)) {
                factor = factor.multiply(event.ratio());
            }
        }
        return factor;
    }

    /** A price, with the decimals that prices have: the service sends 182.00999450683594 for 182.01. */
    static String price(BigDecimal value, BigDecimal factor) {
        return value == null
                ? null
                : value.multiply(factor)
                        .setScale(PRICE_DECIMALS, RoundingMode.HALF_EVEN)
                        .toPlainString();
    }

    /** A number of shares. */
    static String shares(BigDecimal value, BigDecimal factor) {
        return value == null || factor.signum() == 0
                ? null
                : value.divide(factor, 0, RoundingMode.HALF_EVEN).toPlainString();
    }
}
