package dev.tickbook.db.internal;

/** Keeps passwords out of messages. */
public final class Secrets {

    private Secrets() {}

    /** The URL with three stars where a password stands, as a parameter or before the host. */
    public static String hide(String url) {
        return url.replaceAll("(?i)([?&](?:ssl)?password=)[^&]*", "$1***").replaceAll("(//[^/@:]*):.*@", "$1:***@");
    }
}
