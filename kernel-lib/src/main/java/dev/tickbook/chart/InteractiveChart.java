package dev.tickbook.chart;

/**
 * A chart that a reader can zoom into, in a notebook and in a report, without a network: see {@link Charts#interactive}.
 *
 * @param title what is shown
 * @param html a figure with all that it needs in it; where scripts do not run it is a picture
 */
public record InteractiveChart(String title, String html) {

    @Override
    public String toString() {
        return "[chart: " + title + "]";
    }
}
