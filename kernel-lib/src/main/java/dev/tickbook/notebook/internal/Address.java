package dev.tickbook.notebook.internal;

import dev.tickbook.Tickbook;
import dev.tickbook.TickbookException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;

/**
 * Where a database is, as people write it: a JDBC URL, a URL as psql and hosting services have it
 * ({@code postgresql://user:password@host/database}), or {@code $NAME} for an environment variable that holds one, which
 * keeps the password out of the notebook.
 *
 * @param jdbcUrl without user and password where they were in front of the host
 * @param user null if it is not there
 * @param password null if it is not there
 */
public record Address(String jdbcUrl, String user, String password) {

    /**
     * @param text as the person wrote it
     * @return the address
     * @throws TickbookException if it is none, or the variable is not set
     */
    public static Address of(String text) {
        String url = text;
        if (text.startsWith("$")) {
            url = System.getenv(text.substring(1));
            if (url == null || url.isBlank()) {
                throw new TickbookException("The environment variable " + text.substring(1)
                        + " is not set. Set it to the URL of a database before the kernel starts.");
            }
        }
        if (!url.startsWith("postgresql:") && !url.startsWith("postgres:")) {
            return new Address(url, null, null); // the driver says what is wrong with it
        }
        try {
            URI uri = new URI(url);
            if (uri.getHost() == null) {
                throw new TickbookException(
                        "The URL names no host. Write it as postgresql://USER:PASSWORD@HOST:PORT/DATABASE.");
            }
            String[] login = uri.getRawUserInfo() == null
                    ? new String[0]
                    : uri.getRawUserInfo().split(":", 2);
            String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
            String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
            String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
            return new Address(
                    "jdbc:postgresql://" + uri.getHost() + port + path + query,
                    login.length > 0 ? decoded(login[0]) : null,
                    login.length > 1 ? decoded(login[1]) : null);
        } catch (URISyntaxException e) {
            // Not with the exception's message, which has the password in it.
            throw new TickbookException("This is not a URL. Write it as postgresql://USER:PASSWORD@HOST:PORT/DATABASE;"
                    + " special characters of the password as %XX.");
        }
    }

    /**
     * @return the database there, ready to use
     */
    public Tickbook connect() {
        return user == null ? Tickbook.connect(jdbcUrl) : Tickbook.connect(jdbcUrl, user, password);
    }

    private static String decoded(String part) {
        return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
    }
}
