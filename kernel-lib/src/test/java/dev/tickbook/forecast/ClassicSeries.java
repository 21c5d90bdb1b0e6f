package dev.tickbook.forecast;

import dev.tickbook.datasets.Datasets;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;

/** The published series that R has too. */
final class ClassicSeries {

    private ClassicSeries() {}

    static TimeSeries airPassengers() {
        return read("AirPassengers", 12);
    }

    static TimeSeries wwwUsage() {
        return read("WWWusage", 1);
    }

    static TimeSeries lakeHuron() {
        return read("LakeHuron", 1);
    }

    static TimeSeries nile() {
        return read("Nile", 1);
    }

    static TimeSeries lynx() {
        return read("lynx", 1);
    }

    static TimeSeries sunspots() {
        return read("sunspots", 12);
    }

    private static TimeSeries read(String name, int period) {
        try (BufferedReader rows = Datasets.reader(name)) {
            return new TimeSeries(
                    rows.lines()
                            .skip(1)
                            .mapToDouble(row -> Double.parseDouble(row.split(",")[1]))
                            .toArray(),
                    period);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
