package dev.tickbook.ingest.internal;

import dev.tickbook.ingest.IngestProgress;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

/** What shows how far an ingestion is when nobody says otherwise. */
public final class ProgressDisplay {

    private static final AtomicReference<Function<String, IngestProgress>> USUAL =
            new AtomicReference<>(ProgressDisplay::inTerminal);

    private ProgressDisplay() {}

    /**
     * Shows it in another way from now on.
     *
     * @param display makes a display for the source of that name
     */
    public static void use(Function<String, IngestProgress> display) {
        USUAL.set(display);
    }

    static IngestProgress usual(String source) {
        return USUAL.get().apply(source);
    }

    private static IngestProgress inTerminal(String source) {
        return System.console() == null ? (rows, fraction) -> {} : new TerminalProgress(source, System.err);
    }
}
