package dev.tickbook.sql;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;

/** A test class whose databases have the market tables too, as the migrations make them. */
abstract class MarketTest extends DatabaseTest {
    @BeforeEach
    void migrate() {
        migrate(db);
    }

    static void migrate(Database database) {
        database.execute("SET timezone = 'UTC'");
        migrations().forEach(file -> {
            try {
                database.execute(Files.readString(file));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /** In the order of their numbers, as Flyway runs them. */
    static List<Path> migrations() {
        try (Stream<Path> files = Files.list(Path.of("migrations"))) {
            return files.filter(file -> file.toString().endsWith(".sql"))
                    .sorted(Comparator.comparingInt(file ->
                            Integer.parseInt(file.getFileName().toString().replaceFirst("V(\\d+)__.*", "$1"))))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
