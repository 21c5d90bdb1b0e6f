package dev.tickbook.notebook.internal;

/**
 * A line that says what was done, where there is nothing to show.
 *
 * @param text the line
 */
public record Remark(String text) {

    @Override
    public String toString() {
        return text;
    }
}
