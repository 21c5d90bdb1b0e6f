package dev.tickbook.bench;

import dev.tickbook.forecast.Arima;
import dev.tickbook.forecast.ArimaOrder;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** What R's forecast says of some series: asked now where R has it, else as it said when it was asked last. */
record RFigures(String version, boolean fresh, List<Fit> fits) {

    /**
     * @param auto whether R chose the orders itself
     * @param constant none, mean or drift
     * @param seconds of one processor
     */
    record Fit(
            String series,
            boolean auto,
            ArimaOrder order,
            String constant,
            double logLikelihood,
            double aicc,
            double seconds) {

        Arima model() {
            Arima model = Arima.of(order);
            return switch (constant) {
                case "mean" -> model;
                case "drift" ->
                    order.differences() == 0
                            ? model.withDrift()
                            : model.withoutMean().withDrift();
                default -> model.withoutMean();
            };
        }
    }

    /** @param series as the script wants them */
    static RFigures of(List<String> series) throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("arima");
        Path input = Files.write(folder.resolve("series.csv"), series);
        Path script = folder.resolve("arima.R");
        Path output = folder.resolve("figures.csv");
        try {
            Files.write(script, resource("arima.R"));
            Process process = new ProcessBuilder("Rscript", script.toString(), input.toString())
                    .redirectOutput(output.toFile())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (process.waitFor() == 0) {
                return parse(Files.readString(output), true);
            }
        } catch (IOException e) {
            // There is no R here.
        } finally {
            for (Path file : List.of(input, script, output)) {
                Files.deleteIfExists(file);
            }
            Files.delete(folder);
        }
        return parse(new String(resource("arima-r.csv"), StandardCharsets.UTF_8), false);
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream stream = RFigures.class.getResourceAsStream(name)) {
            return stream.readAllBytes();
        } catch (NullPointerException e) {
            throw new UncheckedIOException(new IOException(name + " is missing beside the benchmark's classes", e));
        }
    }

    private static RFigures parse(String csv, boolean fresh) {
        List<String> lines = csv.lines().toList();
        List<Fit> fits = lines.stream()
                .skip(1)
                .map(line -> line.split(","))
                .map(f -> new Fit(
                        f[0],
                        f[1].equals("auto"),
                        new ArimaOrder(at(f, 2), at(f, 3), at(f, 4), at(f, 5), at(f, 6), at(f, 7)),
                        f[8],
                        Double.parseDouble(f[9]),
                        Double.parseDouble(f[10]),
                        Double.parseDouble(f[11])))
                .collect(Collectors.toList());
        return new RFigures(lines.get(0).substring(2), fresh, fits);
    }

    private static int at(String[] fields, int position) {
        return Integer.parseInt(fields[position]);
    }
}
