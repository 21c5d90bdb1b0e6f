package dev.tickbook.forecast.internal;

import dev.tickbook.TickbookException;

/** Numbers that a system property or, without it, an environment variable of the same name sets. */
public final class Setting {

    private Setting() {}

    /**
     * @param name of the property or variable
     * @param otherwise its value where neither is set
     * @return the number, 1 or more
     * @throws TickbookException if it is set to something else
     */
    public static int of(String name, int otherwise) {
        String text = System.getProperty(name, System.getenv(name));
        if (text == null || text.isBlank()) {
            return otherwise;
        }
        try {
            int value = Integer.parseInt(text.strip());
            if (value >= 1) {
                return value;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new TickbookException(name + " is set to \"" + text + "\". Set it to a whole number, 1 or more.");
    }
}
