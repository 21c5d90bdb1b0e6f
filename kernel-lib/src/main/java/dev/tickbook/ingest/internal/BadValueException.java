package dev.tickbook.ingest.internal;

/** A row that is not as it must be; whoever catches it knows the source and the line. */
final class BadValueException extends Exception {

    private static final long serialVersionUID = 1;

    private final String check;

    /**
     * @param check what was looked at, for the counts of the quality report
     * @param message what is wrong with the row
     */
    BadValueException(String check, String message) {
        super(message, null, false, false); // thrown for each bad row: no stack trace
        this.check = check;
    }

    String check() {
        return check;
    }
}
