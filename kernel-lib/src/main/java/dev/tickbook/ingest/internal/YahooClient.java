package dev.tickbook.ingest.internal;

import dev.tickbook.ingest.HttpPolicy;
import dev.tickbook.ingest.Quote;
import dev.tickbook.ingest.Rows;
import dev.tickbook.ingest.Source;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.Period;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Asks Yahoo's chart service, and makes rows of what it answers. */
public final class YahooClient {

    /** What reports call it. */
    public static final String NAME = "Yahoo Finance";

    private static final String CHART = "v8/finance/chart/";
    private static final int OK = 200;
    private static final Duration SPLITS_ARE_GOOD_FOR = Duration.ofHours(1);
    private static final List<String> BAR_COLUMNS =
            List.of("time", "symbol", "interval", "open", "high", "low", "close", "adjusted_close", "volume", "source");
    private static final List<String> ACTION_COLUMNS =
            List.of("symbol", "type", "announced_at", "ex_date", "ratio", "amount");

    private record Known(List<YahooChart.Event> events, Instant from, Instant asked) {}

    private record Named(String name, Opening opening) implements Source {
        interface Opening {
            Rows open() throws IOException;
        }

        @Override
        public Rows open() throws IOException {
            return opening.open();
        }
    }

    private final URI address;
    private final PoliteClient http;
    private final Map<String, Known> known = new ConcurrentHashMap<>(); // splits, by symbol

    /**
     * @param address of the service
     * @param policy how to ask
     */
    public YahooClient(URI address, HttpPolicy policy) {
        this.address = PoliteClient.folder(address);
        http = new PoliteClient(policy);
    }

    /** Bars of a symbol that open from a time up to another, and are over. */
    public Source bars(String symbol, String interval, Instant from, Instant to) {
        return new Named(NAME + " " + symbol + " " + interval, () -> barRows(symbol, interval, from, to));
    }

    /** Dividends and splits of a symbol with an ex-date from a time up to another. */
    public Source actions(String symbol, Instant from, Instant to) {
        return new Named(NAME + " " + symbol + " actions", () -> actionRows(symbol, from, to));
    }

    private Rows barRows(String symbol, String interval, Instant from, Instant to) throws IOException {
        List<YahooChart.Event> events = events(symbol, from);
        // Days are asked for with a margin, because theirs begin at midnight UTC and the service's at the opening.
        Duration margin = isByDate(interval) ? Duration.ofDays(1) : Duration.ZERO;
        YahooChart chart = ask(symbol, interval, from.minus(margin), to.plus(margin));
        Instant now = Instant.now();
        List<String[]> rows = new ArrayList<>();
        for (YahooChart.Bar bar : chart == null ? List.<YahooChart.Bar>of() : chart.bars()) {
            LocalDate day = bar.time().atZone(chart.zone()).toLocalDate();
            Instant opens =
                    isByDate(interval) ? day.atStartOfDay(ZoneOffset.UTC).toInstant() : bar.time();
            if (opens.isBefore(from)
                    || !opens.isBefore(to)
                    || closes(opens, interval).isAfter(now)) {
                continue;
            }
            BigDecimal factor = YahooChart.splitsAfter(day, events);
            BigDecimal[] v = bar.values();
            rows.add(new String[] {
                opens.toString(),
                symbol,
                interval,
                YahooChart.price(v[0], factor),
                YahooChart.price(v[1], factor),
                YahooChart.price(v[2], factor),
                YahooChart.price(v[3], factor),
                YahooChart.price(v[4], BigDecimal.ONE),
                YahooChart.shares(v[5], factor),
                NAME
            });
        }
        return new ListRows(BAR_COLUMNS, rows);
    }

    private static boolean isByDate(String interval) {
        return interval.matches("1(d|w|mo)");
    }

    private static Instant closes(Instant opens, String interval) {
        return switch (interval) {
            case "1d" -> opens.plus(Duration.ofDays(1));
            case "1w" -> opens.plus(Duration.ofDays(7));
            case "1mo" ->
                opens.atOffset(ZoneOffset.UTC).plus(Period.ofMonths(1)).toInstant();
            case "1h" -> opens.plus(Duration.ofHours(1));
            default -> opens.plus(Duration.ofMinutes(Long.parseLong(interval.replace("m", ""))));
        };
    }

    private Rows actionRows(String symbol, Instant from, Instant to) throws IOException {
        List<YahooChart.Event> events = events(symbol, from);
        List<String[]> rows = new ArrayList<>();
        for (YahooChart.Event event : events) {
            if (event.time().isBefore(from) || !event.time().isBefore(to)) {
                continue;
            }
            boolean split = event.ratio() != null;
            rows.add(new String[] {
                symbol,
                split ? "split" : "dividend",
                event.time().toString(),
                event.exDate().toString(),
                split ? event.ratio().toPlainString() : null,
                split ? null : YahooChart.price(event.amount(), YahooChart.splitsAfter(event.exDate(), events))
            });
        }
        return new ListRows(ACTION_COLUMNS, rows);
    }

    /** All dividends and splits from a time to now: what was traded then is not known without the splits since. */
    private List<YahooChart.Event> events(String symbol, Instant from) throws IOException {
        Known found = known.get(symbol);
        Instant now = Instant.now();
        if (found == null
                || found.from().isAfter(from)
                || found.asked().plus(SPLITS_ARE_GOOD_FOR).isBefore(now)) {
            YahooChart chart = ask(symbol, "1mo", from, now);
            found = new Known(chart == null ? List.of() : chart.events(), from, now);
            known.put(symbol, found);
        }
        return found.events();
    }

    /** The price of now. */
    public Quote latest(String symbol) throws IOException {
        URI place = place(symbol, "interval=1d&range=1d");
        YahooChart chart = read(symbol, place);
        try {
            if (chart == null) {
                throw new Json.ShapeException("chart.result is missing");
            }
            Json volume = chart.meta().get("regularMarketVolume");
            return new Quote(
                    symbol,
                    YahooChart.seconds(chart.meta().get("regularMarketTime").number()),
                    chart.meta().get("regularMarketPrice").number().setScale(4, RoundingMode.HALF_EVEN),
                    volume.isThere() ? volume.whole() : null,
                    null,
                    null,
                    NAME);
        } catch (Json.ShapeException e) {
            throw changed(symbol, place, e.getMessage());
        }
    }

    private YahooChart ask(String symbol, String interval, Instant from, Instant to) throws IOException {
        String theirs = interval.equals("1w") ? "1wk" : interval;
        return read(
                symbol,
                place(
                        symbol,
                        "interval=" + theirs + "&period1=" + from.getEpochSecond() + "&period2=" + to.getEpochSecond()
                                + "&events=div%7Csplit&includeAdjustedClose=true"));
    }

    private URI place(String symbol, String query) {
        String path = URLEncoder.encode(symbol, StandardCharsets.UTF_8).replace("+", "%20");
        return address.resolve(CHART + path + "?" + query);
    }

    /** The chart; null if the service says that it has nothing of that time. */
    private YahooChart read(String symbol, URI place) throws IOException {
        PoliteClient.Answer answer = http.get(symbol, place);
        if (answer.body().stripLeading().startsWith("<")) {
            throw new IOException(NAME + " answered " + symbol + " with a web page (status " + answer.status()
                    + ") where JSON was expected, at " + place
                    + ". Open it in a browser to see what it wants; wait, and run again to go on.");
        }
        try {
            String error = YahooChart.error(answer.body());
            if (error != null && error.startsWith("Data doesn't exist for")) {
                return null;
            }
            if (error != null) {
                throw new IOException(NAME + " has no answer for " + symbol + ": " + error + " (" + place
                        + "). Check the symbol, and how far back bars of that length go.");
            }
            if (answer.status() != OK) {
                throw new IOException(NAME + " answered " + symbol + " with status " + answer.status() + " at " + place
                        + ". Check the address.");
            }
            return YahooChart.parse(answer.body());
        } catch (Json.ShapeException e) {
            throw changed(symbol, place, e.getMessage());
        }
    }

    private static IOException changed(String symbol, URI place, String what) {
        return new IOException(NAME + " answered " + symbol + " in a form that is not understood: " + what + " ("
                + place + "). Run again; if it stays so, the service has changed, and Tickbook must follow.");
    }
}
