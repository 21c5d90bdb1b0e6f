package dev.tickbook.ingest.internal;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import dev.tickbook.TickbookException;
import dev.tickbook.ingest.CsvFile;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** Reads the bars of a CSV file, line by line. */
final class BarReader {

    private BarReader() {}

    /** Takes the bars one by one. */
    @FunctionalInterface
    interface BarConsumer {
        void accept(long line, Bar bar) throws SQLException;
    }

    /**
     * @param file what to read
     * @param bars takes each bar with the number of its line
     * @return how many bars there were
     * @throws SQLException what the consumer throws
     * @throws TickbookException for the first line that is not as it must be
     */
    static long read(CsvFile file, BarConsumer bars) throws SQLException {
        Path path = file.path();
        if (Files.isDirectory(path)) {
            throw new TickbookException(path + " is a folder. Name a file in it.");
        }
        // A reader of its own, because this one says so where the bytes are not UTF-8.
        try (BufferedReader text = Files.newBufferedReader(path);
                CsvReader<CsvRecord> reader = CsvReader.builder()
                        .missingFieldStrategy(
                                FieldMismatchStrategy.IGNORE) // found by the layout, and said with the line
                        .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
                        .ofCsvRecord(text)) {
            Iterator<CsvRecord> lines = reader.iterator();
            if (!lines.hasNext()) {
                throw new TickbookException(path + " is empty. It needs a line of column names, then a bar per line.");
            }
            BarLayout layout = BarLayout.of(file, lines.next().getFields());
            long count = 0;
            while (lines.hasNext()) {
                CsvRecord line = lines.next();
                List<Bar> parsed = new ArrayList<>();
                try {
                    layout.parse(line.getFields(), parsed::add);
                } catch (BadValueException e) {
                    throw new TickbookException(path + ", line " + line.getStartingLineNumber() + ": " + e.getMessage()
                            + " Mend the line and load the file again; nothing of it was stored.");
                }
                for (Bar bar : parsed) {
                    bars.accept(line.getStartingLineNumber(), bar);
                    count++;
                }
            }
            if (count == 0) {
                throw new TickbookException(
                        path + " has a header and no bars. Check that it is the right file; nothing was" + " stored.");
            }
            return count;
        } catch (NoSuchFileException e) {
            throw new TickbookException(
                    "There is no file " + path.toAbsolutePath() + ". Check its name and folder.", e);
        } catch (CsvParseException e) {
            throw new TickbookException(path + " is not CSV. " + reason(e) + " Nothing of it was stored.", e);
        } catch (IOException | UncheckedIOException e) {
            throw new TickbookException(path + " cannot be read. " + reason(e) + " Nothing of it was stored.", e);
        }
    }

    private static String reason(Exception e) {
        Throwable cause = e;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof CharacterCodingException) {
            return "It is not text in UTF-8. Save it as UTF-8 and load it again.";
        }
        if (cause instanceof AccessDeniedException) {
            return "You may not read it. Ask its owner for the right to.";
        }
        return cause.getMessage() + ".";
    }
}
