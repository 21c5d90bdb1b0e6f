package dev.tickbook.ingest.internal;

/** A value of one line that is not as it must be; whoever catches it knows the file and the line. */
final class BadValueException extends Exception {

    BadValueException(String message) {
        super(message);
    }
}
