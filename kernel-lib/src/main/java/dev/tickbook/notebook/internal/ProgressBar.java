package dev.tickbook.notebook.internal;

import java.util.Locale;

/**
 * A moment of something that takes its time.
 *
 * @param title what is done
 * @param done how much of it
 * @param total how much there is; 0 where that is not known
 * @param unit of both
 */
public record ProgressBar(String title, long done, long total, String unit) {

    private static final int CELLS = 30;

    /** For a terminal: a line without its end. */
    public String line() {
        if (total <= 0) {
            return this.toString();
        }
        int full = (int) (CELLS * Math.min(done, total) / total);
        return title + " " + "█".repeat(full) + "░".repeat(CELLS - full) + " " + amount();
    }

    String html() {
        String bar = total <= 0
                ? ""
                : "<progress max=\"" + total + "\" value=\"" + Math.min(done, total)
                        + "\" style=\"width:14em;max-width:60%;accent-color:#2a9d8f\"></progress> ";
        return "<div>" + TableView.escaped(title) + " " + bar + TableView.escaped(amount()) + "</div>";
    }

    private String amount() {
        return total <= 0
                ? String.format(Locale.ROOT, "%,d %s", done, unit)
                : String.format(Locale.ROOT, "%,d of %,d %s", done, total, unit);
    }

    @Override
    public String toString() {
        return title + ": " + amount();
    }
}
