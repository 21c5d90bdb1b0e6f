package dev.tickbook.ingest.internal;

import dev.tickbook.ingest.HttpPolicy;
import dev.tickbook.ingest.Rows;
import dev.tickbook.ingest.Source;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.Period;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Asks Stooq, and makes rows of what it answers. */
public final class StooqClient {

    /** What reports call it. */
    public static final String NAME = "Stooq";

    private static final Map<String, Period> INTERVALS =
            Map.of("1d", Period.ofDays(1), "1w", Period.ofDays(7), "1mo", Period.ofMonths(1));
    private static final int OK = 200;
    private static final String HEADER = "Date,Open,High,Low,Close";
    private static final List<String> COLUMNS =
            List.of("time", "symbol", "interval", "open", "high", "low", "close", "volume", "source");

    private record Bars(String name, StooqClient client, String symbol, String interval, LocalDate from, LocalDate to)
            implements Source {
        @Override
        public Rows open() throws IOException {
            return client.rows(symbol, interval, from, to);
        }
    }

    private final URI address;
    private final PoliteClient http;

    /**
     * @param address of the service
     * @param policy how to ask
     */
    public StooqClient(URI address, HttpPolicy policy) {
        this.address = PoliteClient.folder(address);
        http = new PoliteClient(policy);
    }

    /** Bars of a symbol that open from a time up to another, and are over. */
    public Source bars(String symbol, String interval, Instant from, Instant to) {
        // The first day that begins at or after from; the last that begins before to.
        LocalDate first =
                from.minusNanos(1).atOffset(ZoneOffset.UTC).toLocalDate().plusDays(1);
        LocalDate last = to.minusNanos(1).atOffset(ZoneOffset.UTC).toLocalDate();
        return new Bars(NAME + " " + symbol + " " + interval, this, symbol, interval, first, last);
    }

    private Rows rows(String symbol, String interval, LocalDate from, LocalDate to) throws IOException {
        URI place = address.resolve("q/d/l/?s=" + URLEncoder.encode(theirs(symbol), StandardCharsets.UTF_8) + "&d1="
                + from.format(DateTimeFormatter.BASIC_ISO_DATE) + "&d2=" + to.format(DateTimeFormatter.BASIC_ISO_DATE)
                + "&i=" + interval.charAt(1));
        PoliteClient.Answer answer = http.get(symbol, place);
        List<String> lines =
                answer.body().lines().filter(line -> !line.isBlank()).toList();
        String first = lines.isEmpty() ? "" : lines.get(0).strip();
        if (first.startsWith("Exceeded the daily hits limit")) {
            throw new IOException(NAME + " did not answer " + symbol + ": the questions of today are used up (" + place
                    + "). Run again tomorrow to go on.");
        }
        if (answer.status() != OK || !first.startsWith(HEADER) && !first.equals("No data")) {
            throw new IOException(NAME + " answered " + symbol + " with status " + answer.status()
                    + " and something that is not CSV of bars: \"" + first.substring(0, Math.min(80, first.length()))
                    + "\" (" + place + "). Open it in a browser to see what it wants; then run again to go on.");
        }
        List<String[]> rows = new ArrayList<>();
        LocalDate today = LocalDate.now(ZoneOffset.UTC);
        for (String line : first.equals("No data") ? List.<String>of() : lines.subList(1, lines.size())) {
            String[] v = line.strip().split(",", -1);
            LocalDate day = day(v, line, symbol, place);
            if (!day.isBefore(from)
                    && !day.isAfter(to)
                    && !day.plus(INTERVALS.get(interval)).isAfter(today)) {
                rows.add(new String[] {
                    day.toString(), symbol, interval, v[1], v[2], v[3], v[4], v.length > 5 ? shares(v[5]) : null, NAME
                });
            }
        }
        return new ListRows(COLUMNS, rows);
    }

    private static LocalDate day(String[] values, String line, String symbol, URI place) throws IOException {
        try {
            if (values.length >= 5) {
                return LocalDate.parse(values[0]);
            }
        } catch (DateTimeParseException e) {
            // said below
        }
        throw new IOException(NAME + " answered " + symbol + " with a line that is no bar: \"" + line + "\" (" + place
                + "). Run again; if it stays so, the service has changed, and Tickbook must follow.");
    }

    /** Volumes of long ago are fractions of shares, because they too are corrected for splits. */
    private static String shares(String volume) {
        int point = volume.indexOf('.');
        return volume.isBlank() ? null : point < 0 ? volume : volume.substring(0, Math.max(1, point));
    }

    private static String theirs(String symbol) {
        String name = symbol.toLowerCase(Locale.ROOT);
        if (name.endsWith(".fx")) {
            return name.substring(0, name.length() - ".fx".length());
        }
        return name.startsWith("^") || name.contains(".") ? name : name + ".us";
    }
}
