package dev.tickbook.datasets;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Objects;

/**
 * The published series that come with Tickbook, each a CSV file with a header line, in UTF-8.
 *
 * <pre>{@code
 * Datasets.names();                                   // EuStockMarkets, AirPassengers, WWWusage, …
 * try (InputStream csv = Datasets.open("lynx")) { … } // year,value
 * Datasets.copyTo("EuStockMarkets", Path.of("eu.csv"));
 * Datasets.readme("Nile");                            // what it is, units, source, standing
 * }</pre>
 *
 * <p>{@code EuStockMarkets} has the columns {@code time,date,DAX,SMI,CAC,FTSE}. Every other series has two:
 * {@code date} (first day of the month), {@code year} or {@code minute}, and {@code value}. Names are R's and case
 * matters. Each method throws {@link IllegalArgumentException} for a name that does not exist, and says which names do.
 */
public final class Datasets {

    private static final List<String> NAMES = List.of(
            "EuStockMarkets", "AirPassengers", "WWWusage", "LakeHuron", "lynx", "Nile", "sunspots", "sunspot.year");

    private Datasets() {}

    /** The names of all series, the market data first. */
    public static List<String> names() {
        return NAMES;
    }

    /** The CSV of a series as bytes; the caller closes it. */
    public static InputStream open(String name) {
        return resource(name, name + ".csv");
    }

    /** The CSV of a series as text; the caller closes it. */
    public static BufferedReader reader(String name) {
        return new BufferedReader(new InputStreamReader(open(name), StandardCharsets.UTF_8));
    }

    /** What a series is: its columns with units, its source and its standing, as Markdown. */
    public static String readme(String name) throws IOException {
        try (InputStream text = resource(name, "README.md")) {
            return new String(text.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /**
     * Copies the CSV of a series to a file and replaces what was there.
     *
     * @param target a file, or an existing folder, which then gets {@code <name>.csv}
     * @return the file written
     * @throws NoSuchFileException when the folder to write into does not exist
     */
    public static Path copyTo(String name, Path target) throws IOException {
        Path file = Files.isDirectory(target) ? target.resolve(name + ".csv") : target;
        try (InputStream csv = open(name)) {
            Path folder = file.toAbsolutePath().getParent();
            if (Files.notExists(folder)) {
                throw new NoSuchFileException(folder.toString(), null, "create this folder before copying into it");
            }
            if (!Files.isDirectory(folder)) {
                throw new NotDirectoryException(folder.toString());
            }
            Files.copy(csv, file, StandardCopyOption.REPLACE_EXISTING);
        }
        return file;
    }

    private static InputStream resource(String name, String file) {
        Objects.requireNonNull(name, "name");
        if (!NAMES.contains(name)) {
            throw new IllegalArgumentException(
                    "There is no data set '" + name + "'; there are " + String.join(", ", NAMES) + ".");
        }
        InputStream stream = Datasets.class.getResourceAsStream("/tickbook/datasets/" + name + "/" + file);
        if (stream == null) {
            throw new IllegalStateException("The data set '" + name + "' lacks its file " + file
                    + "; tickbook-datasets on the class path is not complete.");
        }
        return stream;
    }
}
