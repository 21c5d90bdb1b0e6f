package dev.tickbook.ingest.internal;

import dev.tickbook.TickbookException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/** Opens files, compressed or not. */
public final class Bytes {

    private static final int BUFFER = 1 << 16;
    private static final int GZIP_MAGIC = 0x1f8b;

    private Bytes() {}

    /**
     * @param file plain or gzip: its first bytes tell, not its name
     * @return what is in it
     * @throws IOException if it cannot be read
     * @throws TickbookException if it is not there
     */
    public static InputStream open(Path file) throws IOException {
        needFile(file);
        return unpacked(Files.newInputStream(file));
    }

    /** What is in these bytes, which are closed with it. */
    static InputStream unpacked(InputStream bytes) throws IOException {
        InputStream in = new BufferedInputStream(bytes, BUFFER);
        try {
            in.mark(2);
            int magic = in.read() << 8 | in.read();
            in.reset();
            return magic == GZIP_MAGIC ? new GZIPInputStream(in, BUFFER) : in;
        } catch (IOException e) {
            in.close();
            throw e;
        }
    }

    /** Throws where there is no such file. */
    static void needFile(Path file) {
        if (!Files.exists(file)) {
            throw new TickbookException("There is no file " + file.toAbsolutePath() + ". Check the path.");
        }
        if (Files.isDirectory(file)) {
            throw new TickbookException(file.toAbsolutePath() + " is a folder. Name a file in it.");
        }
    }
}
