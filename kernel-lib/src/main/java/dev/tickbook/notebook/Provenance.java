package dev.tickbook.notebook;

import dev.tickbook.Tickbook;
import dev.tickbook.datasets.MarketGenerator;
import java.time.ZoneId;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import tech.tablesaw.api.Table;

/**
 * What a result depends on: versions, time zone, the generator's seed, and the data, with a fingerprint that is the same
 * for the same bars in whatever order they were loaded. Each report ends with it.
 *
 * @param facts by name, in the order to show them
 */
public record Provenance(Map<String, String> facts) {

    /**
     * @param facts by name, in the order to show them
     */
    public Provenance {
        facts = Collections.unmodifiableMap(new LinkedHashMap<>(facts));
    }

    /**
     * Reads every bar once, about a second per million.
     *
     * @param tb the database that the results come from
     * @return what they depend on, at this moment
     */
    public static Provenance of(Tickbook tb) {
        Map<String, String> facts = new LinkedHashMap<>();
        Table server = tb.sql("SELECT current_setting('server_version') AS server, tickbook.version() AS extension,"
                        + " tickbook.engine() AS engine, current_setting('TimeZone') AS zone")
                .table();
        facts.put("Tickbook", server.getString(0, "extension") + ", engine " + server.getString(0, "engine"));
        facts.put("Java", Runtime.version().toString());
        facts.put("PostgreSQL", server.getString(0, "server"));
        facts.put(
                "Time zone", server.getString(0, "zone") + " in the database, " + ZoneId.systemDefault() + " in Java");
        facts.put("Seed of generated data", MarketGenerator.DEFAULT_SEED + ", unless a cell sets another");
        Table bars = tb.sql("""
                        SELECT count(*) AS bars, count(DISTINCT symbol) AS symbols, min(time)::date::text AS first, max(time)::date::text AS last,
                               coalesce(to_hex((sum(hash_record_extended(ROW(symbol, interval, time, open, high, low, close, volume), 0)) % 4611686018427387904)::bigint), '') AS print
                          FROM market.market_data
                        """).table();
        long count = bars.longColumn("bars").get(0);
        facts.put(
                "Bars in market.market_data",
                count == 0
                        ? "none"
                        : String.format(
                                Locale.ROOT,
                                "%,d of %,d symbols, %s to %s, fingerprint %s",
                                count,
                                bars.longColumn("symbols").get(0),
                                bars.getString(0, "first"),
                                bars.getString(0, "last"),
                                bars.getString(0, "print")));
        return new Provenance(facts);
    }

    @Override
    public String toString() {
        return facts.entrySet().stream()
                .map(fact -> fact.getKey() + ": " + fact.getValue())
                .collect(Collectors.joining("\n"));
    }
}
