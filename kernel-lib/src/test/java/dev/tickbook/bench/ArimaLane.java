package dev.tickbook.bench;

import dev.tickbook.datasets.Datasets;
import dev.tickbook.forecast.ArimaModel;
import dev.tickbook.forecast.ArimaOrder;
import dev.tickbook.forecast.AutoArima;
import dev.tickbook.forecast.Forecast;
import dev.tickbook.forecast.TimeSeries;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * ARIMA against R's forecast, on the published series and 200 that were drawn from known models: likelihood at the same
 * orders, AICc of the chosen model, processor time of one thread each (ours after a first pass, as R's code is compiled too).
 * And the M4 competition's hourly series, where the measure is how good the forecasts are.
 */
final class ArimaLane implements Bench.Lane {

    private static final int SIMULATED = 200;
    private static final int HORIZON = 48;
    private static final int SEASON = 24;

    private record Series(String name, TimeSeries values, ArimaOrder given) {}

    @Override
    public void run() throws Exception {
        List<Series> all = classics();
        for (SimulatedSeries s : SimulatedSeries.draw(SIMULATED)) {
            int[] o = s.orders();
            ArimaOrder order = new ArimaOrder(o[0], o[1], o[2], o[3], o[4], o[5]);
            all.add(new Series(s.name(), new TimeSeries(s.values(), s.period()), order));
        }
        RFigures r = RFigures.of(all.stream().map(ArimaLane::line).toList());
        System.err.println(
                r.fresh()
                        ? "Compared with " + r.version() + "."
                        : "No R with forecast here: compared with what " + r.version()
                                + " said before, on another machine.");
        Map<String, Series> byName = all.stream().collect(Collectors.toMap(Series::name, s -> s));
        likelihoods(r, byName);
        choices(r, all);
        System.gc();
        long start = System.nanoTime();
        all.parallelStream().forEach(s -> AutoArima.defaults().fit(s.values()));
        Bench.report("arima.series_per_second", all.size() / ((System.nanoTime() - start) / 1e9), "1/s");
        hourly();
    }

    private static List<Series> classics() throws IOException {
        List<Series> all = new ArrayList<>();
        all.add(classic("AirPassengers", 1, 12, new ArimaOrder(0, 1, 1, 0, 1, 1)));
        all.add(classic("WWWusage", 1, 1, ArimaOrder.of(1, 1, 1)));
        all.add(classic("LakeHuron", 1, 1, ArimaOrder.of(2, 0, 0)));
        all.add(classic("lynx", 1, 1, ArimaOrder.of(2, 0, 2)));
        all.add(classic("Nile", 1, 1, ArimaOrder.of(0, 1, 1)));
        all.add(classic("sunspot.year", 1, 1, ArimaOrder.of(9, 0, 0)));
        all.add(classic("sunspots", 1, 12, ArimaOrder.of(2, 1, 2)));
        for (int column = 2; column <= 5; column++) {
            all.add(classic("EuStockMarkets", column, 1, ArimaOrder.of(0, 1, 1)));
        }
        return all;
    }

    private static Series classic(String name, int column, int period, ArimaOrder given) throws IOException {
        try (BufferedReader rows = Datasets.reader(name)) {
            double[] values = rows.lines()
                    .skip(1)
                    .mapToDouble(row -> Double.parseDouble(row.split(",")[column]))
                    .toArray();
            String label = column == 1 ? name : name + "-" + (column - 1);
            return new Series(label, new TimeSeries(values, period), given);
        }
    }

    private static String line(Series s) {
        ArimaOrder o = s.given();
        return s.name() + "," + s.values().period() + ","
                + IntStream.of(o.p(), o.d(), o.q(), o.seasonalP(), o.seasonalD(), o.seasonalQ())
                        .mapToObj(String::valueOf)
                        .collect(Collectors.joining(","))
                + ","
                + Arrays.stream(s.values().values()).mapToObj(String::valueOf).collect(Collectors.joining(","));
    }

    private static void likelihoods(RFigures r, Map<String, Series> series) {
        long notWorse = r.fits().stream()
                .filter(fit ->
                        fit.model().fit(series.get(fit.series()).values()).logLikelihood()
                                >= fit.logLikelihood() - 0.001)
                .count();
        Bench.report(
                "arima.loglik_not_worse_than_r", (double) notWorse / r.fits().size(), "share");
    }

    private static void choices(RFigures r, List<Series> all) {
        Map<String, ArimaModel> models = new HashMap<>();
        double seconds = 0;
        for (int pass = 0; pass < 2; pass++) {
            long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
            for (Series s : all) {
                models.put(s.name(), AutoArima.defaults().fit(s.values()));
            }
            seconds = (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start) / 1e9;
        }
        List<RFigures.Fit> chosen = r.fits().stream().filter(RFigures.Fit::auto).toList();
        // Where the differences are others, the criteria cannot be compared, and that counts as worse.
        long notWorse = chosen.stream()
                .filter(fit -> {
                    ArimaModel ours = models.get(fit.series());
                    return ours.order().d() == fit.order().d()
                            && ours.order().seasonalD() == fit.order().seasonalD()
                            && ours.aicc() <= fit.aicc() + 0.01;
                })
                .count();
        Bench.report("arima.aicc_not_worse_than_r", (double) notWorse / chosen.size(), "share");
        double rSeconds = chosen.stream().mapToDouble(RFigures.Fit::seconds).sum();
        Bench.report("arima.auto_speedup_over_r", rSeconds / seconds, "ratio");
    }

    private static void hourly() throws IOException {
        Path folder = Path.of(System.getProperty("bench.data", "../shared/data"));
        Path train = folder.resolve("m4-Hourly-train.csv");
        if (Files.notExists(train)) {
            String why = train + " is not there";
            Bench.skip("arima.m4_hourly_mase", why);
            Bench.skip("arima.m4_hourly_coverage95", why);
            return;
        }
        List<double[]> known = rows(train);
        List<double[]> future = rows(folder.resolve("m4-Hourly-test.csv"));
        DoubleAdder scaledErrors = new DoubleAdder();
        DoubleAdder covered = new DoubleAdder();
        long start = System.nanoTime();
        IntStream.range(0, known.size()).parallel().forEach(i -> {
            double[] y = known.get(i);
            double[] actual = future.get(i);
            Forecast forecast =
                    AutoArima.defaults().fit(new TimeSeries(y, SEASON)).forecast(HORIZON, 95);
            double error = 0;
            for (int h = 0; h < HORIZON; h++) {
                error += Math.abs(actual[h] - forecast.mean()[h]) / HORIZON;
                boolean inside = actual[h] >= forecast.lower()[0][h] && actual[h] <= forecast.upper()[0][h];
                covered.add(inside ? 1 : 0);
            }
            scaledErrors.add(error / seasonalNaiveError(y));
        });
        int count = known.size();
        Bench.report("arima.m4_hourly_mase", scaledErrors.sum() / count, "ratio");
        Bench.report("arima.m4_hourly_coverage95", covered.sum() / (count * HORIZON), "share");
        Bench.report("arima.m4_hourly_seconds", (System.nanoTime() - start) / 1e9, "s");
    }

    private static double seasonalNaiveError(double[] y) {
        double sum = 0;
        for (int t = SEASON; t < y.length; t++) {
            sum += Math.abs(y[t] - y[t - SEASON]);
        }
        return sum / (y.length - SEASON);
    }

    /** The numbers of each line after the first: its label, then values, then nothing where the series is shorter than others. */
    private static List<double[]> rows(Path file) throws IOException {
        return Files.readAllLines(file).stream()
                .skip(1)
                .map(line -> Arrays.stream(line.replace("\"", "").split(","))
                        .skip(1)
                        .filter(field -> !field.isBlank() && !field.equals("NA"))
                        .mapToDouble(Double::parseDouble)
                        .toArray())
                .toList();
    }
}
