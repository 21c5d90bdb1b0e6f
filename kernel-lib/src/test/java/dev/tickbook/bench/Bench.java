package dev.tickbook.bench;

import java.util.Locale;

/** Runs one lane of {@code ci/bench}, which see. Each line it prints is a metric, its value and its unit. */
public final class Bench {

    private Bench() {}

    interface Lane {
        void run() throws Exception;
    }

    /** @param lane the name of one lane */
    public static void main(String[] lane) throws Exception {
        switch (lane[0]) {
            case "aggregates" -> new AggregatesLane().run();
            case "arima" -> new ArimaLane().run();
            case "compression" -> new CompressionLane().run();
            case "hypertable" -> new HypertableLane().run();
            case "ingest" -> new IngestLane().run();
            case "read" -> new ReadLane().run();
            case "rpc" -> new RpcLane().run();
            default -> throw new IllegalArgumentException("There is no lane \"" + lane[0] + "\".");
        }
    }

    static void report(String metric, double value, String unit) {
        System.out.printf(Locale.ROOT, "%s %.3f %s%n", metric, value, unit);
    }

    static void skip(String metric, String why) {
        System.out.printf("%s skipped: %s%n", metric, why);
    }
}
