package dev.tickbook;

/**
 * Something that the caller can mend: a file, a server, a folder or a statement that is not as it must be. The message
 * names it and says what to do.
 */
public final class TickbookException extends RuntimeException {

    /**
     * @param message what is wrong, with what, and what to do about it
     */
    public TickbookException(String message) {
        super(message);
    }

    /**
     * @param message what is wrong, with what, and what to do about it
     * @param cause what was thrown underneath
     */
    public TickbookException(String message, Throwable cause) {
        super(message, cause);
    }
}
