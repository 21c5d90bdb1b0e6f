package dev.tickbook.notebook;

import dev.tickbook.Tickbook;
import dev.tickbook.notebook.internal.Shell;

/** Called by a kernel, and by the startup script of a kernel or a JShell. */
public final class Notebook {

    private static Tickbook tickbook;
    private static Shell shell;

    private Notebook() {}

    /** Starts the session's database, while the shell, and the person, are busy with something else. */
    public static synchronized void start() {
        if (tickbook == null) {
            tickbook = Tickbook.openInBackground();
        }
    }

    /**
     * As {@link #start()}, in a kernel.
     *
     * @param kernel shows what changes while a cell runs
     */
    public static synchronized void start(Shell kernel) {
        shell = kernel;
        start();
    }

    /**
     * @return the session's own database, empty at first. It ends with the session.
     */
    public static synchronized Tickbook tickbook() {
        start();
        return tickbook;
    }

    static synchronized Shell shell() {
        return shell;
    }
}
