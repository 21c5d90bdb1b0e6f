package dev.tickbook.accuracy;

import dev.tickbook.datasets.Datasets;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;

/** The bundled series as arrays. */
final class Series {

    private Series() {}

    static double[] of(String name) {
        try (BufferedReader lines = Datasets.reader(name)) {
            return lines.lines()
                    .skip(1)
                    .mapToDouble(line -> Double.parseDouble(line.split(",")[1]))
                    .toArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The change over a number of steps; as many values shorter. */
    static double[] change(double[] series, int steps) {
        double[] change = new double[series.length - steps];
        for (int i = 0; i < change.length; i++) {
            change[i] = series[i + steps] - series[i];
        }
        return change;
    }
}
