package dev.tickbook.db.internal;

import dev.tickbook.TickbookException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.SQLException;
import java.util.UUID;

/** A file that is there whole or not at all: it is written beside its place, and moved there when it is complete. */
final class WholeFile {

    private WholeFile() {}

    /** Fills a file. */
    interface Writing {
        long to(Path beside) throws SQLException, IOException;
    }

    /**
     * @param file replaced if it is there
     * @param writing fills the file that it is given
     * @return what writing returned
     * @throws SQLException what writing threw; the file is as it was
     */
    static long write(Path file, Writing writing) throws SQLException {
        Path place = file.toAbsolutePath();
        if (Files.isDirectory(place)) {
            throw new TickbookException(file + " is a folder. Name a file in it.");
        }
        if (!Files.isDirectory(place.getParent())) {
            throw new TickbookException("There is no folder " + place.getParent() + " to write " + place.getFileName()
                    + " in. Create it first.");
        }
        Path beside = null;
        try {
            // No temporary file, which only its owner may read: others may want this one.
            Path part = place.resolveSibling("." + place.getFileName() + "." + UUID.randomUUID() + ".part");
            beside = Files.createFile(part);
            long rows = writing.to(beside);
            move(beside, place);
            return rows;
        } catch (IOException | UncheckedIOException e) {
            throw new TickbookException(
                    file + " cannot be written, and is as it was: " + e.getMessage()
                            + ". Check the disk and the folder's rights.",
                    e);
        } finally {
            deleteIfThere(beside);
        }
    }

    private static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static void deleteIfThere(Path beside) {
        try {
            if (beside != null) {
                Files.deleteIfExists(beside);
            }
        } catch (IOException e) {
            beside.toFile().deleteOnExit(); // what matters is said already
        }
    }
}
