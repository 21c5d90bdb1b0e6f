package dev.tickbook.db.internal;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** The address of a database as psql and most other programs write it. */
final class PostgresUrl {

    private PostgresUrl() {}

    /**
     * @param url {@code postgresql://user:password@host:port/database?…}, or anything else
     * @return the same for JDBC, where the user and the password are parameters; anything else as it is
     */
    static String toJdbc(String url) {
        if (url == null || !url.matches("(?s)postgres(ql)?://.*")) {
            return url;
        }
        String rest = url.substring(url.indexOf("://") + 3);
        int slash = rest.indexOf('/');
        int question = rest.indexOf('?');
        int end = slash >= 0 ? slash : question >= 0 ? question : rest.length();
        int at = rest.lastIndexOf('@', end);
        if (at < 0) {
            return "jdbc:postgresql://" + rest;
        }
        String who = rest.substring(0, at);
        int colon = who.indexOf(':');
        String user = parameter("user", colon < 0 ? who : who.substring(0, colon));
        String password = colon < 0 ? "" : "&" + parameter("password", who.substring(colon + 1));
        String place = rest.substring(at + 1);
        return "jdbc:postgresql://" + place + (place.contains("?") ? "&" : place.contains("/") ? "?" : "/?") + user
                + password;
    }

    /** Written with percent signs before the host; {@code +} is itself there, and a space in a parameter. */
    private static String parameter(String name, String value) {
        String plain = URLDecoder.decode(value.replace("+", "%2B"), StandardCharsets.UTF_8);
        return name + "=" + URLEncoder.encode(plain, StandardCharsets.UTF_8);
    }
}
