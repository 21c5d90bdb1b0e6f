package dev.tickbook.notebook;

import dev.tickbook.Tickbook;
import dev.tickbook.ingest.internal.ProgressDisplay;
import dev.tickbook.notebook.internal.Address;
import dev.tickbook.notebook.internal.IngestBar;
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
        ProgressDisplay.use(source -> new IngestBar(kernel, source));
        start();
    }

    /**
     * @return the session's own database, empty at first. It ends with the session.
     */
    public static synchronized Tickbook tickbook() {
        start();
        return tickbook;
    }

    /**
     * As {@link Tickbook#connect(String)}, for addresses as people have them at hand.
     *
     * @param address a JDBC URL, a URL such as {@code postgresql://user:password@host/database}, or {@code $NAME} for an
     *     environment variable that holds one, which keeps the password out of the notebook
     * @return the database, ready to use
     * @throws dev.tickbook.TickbookException if it is no address, or the server there cannot be used
     */
    public static Tickbook connect(String address) {
        return Address.of(address).connect();
    }

    static synchronized Shell shell() {
        return shell;
    }
}
