package dev.tickbook.notebook.internal;

/** What the magics need of the kernel that they run in; each kernel has its own. */
public interface Shell {

    /**
     * Runs Java in the person's session.
     *
     * @param java statements and declarations, or an expression
     * @return the value of the last expression; null if there is none
     * @throws Exception what the compiler or the code says
     */
    Object evaluate(String java) throws Exception;

    /**
     * Shows a value now, before the cell is over.
     *
     * @param value anything that the kernel can render
     */
    void show(Object value);

    /**
     * Shows a value that changes while the cell runs.
     *
     * @param id of the place where it is shown
     * @param value what it is now
     * @param again whether something is shown there already, which this replaces
     */
    void show(String id, Object value, boolean again);
}
