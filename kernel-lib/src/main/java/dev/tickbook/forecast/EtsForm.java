package dev.tickbook.forecast;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which exponential smoothing: the error adds to the forecast or scales with it, the trend is none, a line or a line that
 * flattens, the season is none, adds or scales.
 */
record EtsForm(boolean scalingError, Trend trend, Season season, int period) {

    enum Trend {
        NONE("N"),
        LINE("A"),
        DAMPED("Ad");

        final String letter;

        Trend(String letter) {
            this.letter = letter;
        }
    }

    enum Season {
        NONE("N"),
        ADDS("A"),
        SCALES("M");

        final String letter;

        Season(String letter) {
            this.letter = letter;
        }
    }

    private static final Pattern NOTATION = Pattern.compile("([AMZ])(N|A|Ad|Z)([NAMZ])");

    /**
     * The forms that a notation stands for.
     *
     * @param notation error, trend and season as in R, {@code "ANN"}, {@code "MAdM"}; Z stands for all
     * @param period of the series; 1 has no season
     * @return those whose variance is finite: an error that adds goes with no season that scales
     */
    static List<EtsForm> matching(String notation, int period) {
        Matcher letters = NOTATION.matcher(notation);
        if (!letters.matches()) {
            throw new IllegalArgumentException(
                    "Exponential smoothing is written as error (A or M), trend (N, A or Ad) and"
                            + " season (N, A or M), for example MAdM, with Z for \"choose\"; not \"" + notation
                            + "\".");
        }
        List<EtsForm> forms = new ArrayList<>();
        for (boolean scaling : new boolean[] {false, true}) {
            for (Trend trend : Trend.values()) {
                for (Season season : Season.values()) {
                    boolean asked = fits(letters.group(1), scaling ? "M" : "A")
                            && fits(letters.group(2), trend.letter)
                            && fits(letters.group(3), season.letter);
                    boolean sensible = (scaling || season != Season.SCALES) && (period > 1 || season == Season.NONE);
                    if (asked && sensible) {
                        forms.add(new EtsForm(scaling, trend, season, period));
                    }
                }
            }
        }
        return forms;
    }

    private static boolean fits(String asked, String letter) {
        return asked.equals("Z") || asked.equals(letter);
    }

    String name() {
        return "ETS(" + (scalingError ? "M" : "A") + "," + trend.letter + "," + season.letter + ")";
    }

    boolean hasTrend() {
        return trend != Trend.NONE;
    }

    boolean damped() {
        return trend == Trend.DAMPED;
    }

    boolean hasSeason() {
        return season != Season.NONE;
    }

    /** Needs values above 0. */
    boolean scales() {
        return scalingError || season == Season.SCALES;
    }

    int smoothingParameters() {
        return 1 + (hasTrend() ? 1 : 0) + (hasSeason() ? 1 : 0) + (damped() ? 1 : 0);
    }

    /** The level, the slope and all but one of the seasonal states, which sum to a constant. */
    int freeStates() {
        return 1 + (hasTrend() ? 1 : 0) + (hasSeason() ? period - 1 : 0);
    }
}
