package dev.tickbook.ingest.internal;

import dev.tickbook.TickbookException;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** The characters of a file or of what a server sent: unpacked, without a byte order mark; bytes that mean none become U+FFFD. */
public final class CsvInput implements Closeable {

    /** What stands where bytes were that are no character. */
    static final char UNREADABLE = '\uFFFD';

    private static final int LONGEST_MARK = 4;

    private final CountedBytes bytes;
    private final long total;
    private final Reader characters;
    private final String name;

    private CsvInput(CountedBytes bytes, long total, Reader characters, String name) {
        this.bytes = bytes;
        this.total = total;
        this.characters = characters;
        this.name = name;
    }

    /**
     * @param path a file, perhaps packed with gzip or alone in a zip
     * @param charset null: as its mark says, else UTF-8
     * @return its characters
     * @throws IOException if it cannot be read
     * @throws TickbookException if there is no such file
     */
    public static CsvInput open(Path path, Charset charset) throws IOException {
        if (Files.isDirectory(path)) {
            throw new TickbookException(path + " is a folder. Name a file in it.");
        }
        try {
            return of(Files.newInputStream(path), Files.size(path), path.toString(), charset);
        } catch (NoSuchFileException e) {
            throw new TickbookException(
                    "There is no file " + path.toAbsolutePath() + ". Check its name and folder.", e);
        } catch (AccessDeniedException e) {
            throw new TickbookException(
                    path + " cannot be read. You may not read it. Ask its owner for the right to.", e);
        }
    }

    /**
     * @param stream closed with the result
     * @param size in bytes, -1 if it is not known
     * @param name for errors
     * @param charset null: as its mark says, else UTF-8
     * @return its characters
     * @throws IOException if it cannot be read
     */
    public static CsvInput of(InputStream stream, long size, String name, Charset charset) throws IOException {
        CountedBytes counting = new CountedBytes(stream);
        try {
            InputStream plain = unpacked(new BufferedInputStream(counting, 1 << 16), name);
            Charset found = charset == null ? charsetOf(plain) : charset;
            Reader reader = new InputStreamReader(
                    plain,
                    found.newDecoder()
                            .onMalformedInput(CodingErrorAction.REPLACE)
                            .onUnmappableCharacter(CodingErrorAction.REPLACE));
            return new CsvInput(counting, size, reader, name);
        } catch (IOException | RuntimeException e) {
            counting.close();
            throw e;
        }
    }

    private static InputStream unpacked(BufferedInputStream stream, String name) throws IOException {
        stream.mark(LONGEST_MARK);
        byte[] start = stream.readNBytes(LONGEST_MARK);
        stream.reset();
        if (begins(start, 0x1F, 0x8B)) {
            return new BufferedInputStream(new GZIPInputStream(stream, 1 << 16), 1 << 16);
        }
        if (!begins(start, 'P', 'K', 3, 4)) {
            return stream;
        }
        ZipInputStream zip = new ZipInputStream(stream);
        ZipEntry entry = zip.getNextEntry();
        while (entry != null && entry.isDirectory()) {
            entry = zip.getNextEntry();
        }
        if (entry == null) {
            throw new TickbookException(name + " is a zip with no file in it. It needs one, with the rows.");
        }
        return new BufferedInputStream(new OnlyEntry(zip, name), 1 << 16);
    }

    /** A mark is read past; the encodings that have none are UTF-8, or must be said. */
    private static Charset charsetOf(InputStream stream) throws IOException {
        stream.mark(LONGEST_MARK);
        byte[] start = stream.readNBytes(3);
        stream.reset();
        if (begins(start, 0xEF, 0xBB, 0xBF)) {
            stream.readNBytes(3);
        } else if (begins(start, 0xFF, 0xFE)) {
            stream.readNBytes(2);
            return StandardCharsets.UTF_16LE;
        } else if (begins(start, 0xFE, 0xFF)) {
            stream.readNBytes(2);
            return StandardCharsets.UTF_16BE;
        }
        return StandardCharsets.UTF_8;
    }

    private static boolean begins(byte[] start, int... with) {
        if (start.length < with.length) {
            return false;
        }
        for (int i = 0; i < with.length; i++) {
            if ((start[i] & 0xFF) != with[i]) {
                return false;
            }
        }
        return true;
    }

    int read(char[] into, int from, int count) throws IOException {
        try {
            return characters.read(into, from, count);
        } catch (java.util.zip.ZipException | java.io.EOFException e) {
            throw new IOException(
                    name + " is packed, and what is in it is cut off or broken (" + e.getMessage()
                            + "). Fetch or pack it again.",
                    e);
        }
    }

    /** How much has been read, from 0 to 1; NaN if the size is not known. */
    double fraction() {
        return total > 0 ? Math.min(1, (double) bytes.count() / total) : Double.NaN;
    }

    @Override
    public void close() throws IOException {
        characters.close();
    }

    /** The file of a zip that has no second one: rows must not be left out because nobody looked for them. */
    private static final class OnlyEntry extends FilterInputStream {

        private final ZipInputStream zip;
        private final String name;

        OnlyEntry(ZipInputStream zip, String name) {
            super(zip);
            this.zip = zip;
            this.name = name;
        }

        @Override
        public int read() throws IOException {
            return last(super.read());
        }

        @Override
        public int read(byte[] into, int from, int length) throws IOException {
            return last(super.read(into, from, length));
        }

        private int last(int read) throws IOException {
            ZipEntry other = read < 0 ? zip.getNextEntry() : null;
            while (other != null && (other.isDirectory() || other.getName().startsWith("__MACOSX/"))) {
                other = zip.getNextEntry();
            }
            if (other != null) {
                throw new IOException(name + " has a second file in it, " + other.getName()
                        + ". Unpack it, and load each file by itself.");
            }
            return read;
        }
    }
}
