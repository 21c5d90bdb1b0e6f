package dev.tickbook.notebook.internal;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Passes on what a cell prints, up to as much as a person and a browser can take; of the rest it keeps the end, which it
 * passes on when it is closed, after a line that says how much is missing.
 */
public final class LimitedOutput extends OutputStream {

    private static final int FIRST = 100_000; // bytes
    private static final int LAST = 10_000;

    /** Each flush is a message to the browser, and of a flood some are dropped, the one that says that the cell is over too. */
    private static final int LIVELY = 200; // messages, after which there is one in a while

    private static final long WHILE = 50_000_000; // nanoseconds

    private final OutputStream target;
    private final ByteArrayOutputStream waiting = new ByteArrayOutputStream();
    private int messages;
    private long sentAt;
    private final byte[] end = new byte[LAST];
    private long written;

    private LimitedOutput(OutputStream target) {
        this.target = target;
    }

    /**
     * @param target where a cell's output goes; it stays open
     * @return a stream for one cell; close it when the cell is over
     */
    public static PrintStream of(PrintStream target) {
        return new PrintStream(new LimitedOutput(target), true, StandardCharsets.UTF_8);
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public synchronized void write(byte[] bytes, int from, int length) throws IOException {
        int passed = (int) Math.min(length, Math.max(0, FIRST - written));
        waiting.write(bytes, from, passed);
        for (int i = passed; i < length; i++) {
            end[(int) ((written + i - FIRST) % LAST)] = bytes[from + i];
        }
        written += length;
    }

    @Override
    public synchronized void flush() throws IOException {
        if (waiting.size() > 0 && (messages < LIVELY || System.nanoTime() - sentAt > WHILE)) {
            send();
        }
    }

    private void send() throws IOException {
        target.write(waiting.toByteArray());
        target.flush();
        waiting.reset();
        messages++;
        sentAt = System.nanoTime();
    }

    @Override
    public synchronized void close() throws IOException {
        long after = written - FIRST;
        if (after > LAST) {
            waiting.write(String.format(Locale.ROOT, "%n… %,d characters are left out …%n", after - LAST)
                    .getBytes(StandardCharsets.UTF_8));
        }
        if (after > 0) {
            ByteArrayOutputStream kept = new ByteArrayOutputStream();
            int start = after > LAST ? (int) (after % LAST) : 0;
            for (int i = 0; i < Math.min(after, LAST); i++) {
                kept.write(end[(start + i) % LAST]);
            }
            waiting.write(kept.toByteArray());
        }
        send();
    }
}
