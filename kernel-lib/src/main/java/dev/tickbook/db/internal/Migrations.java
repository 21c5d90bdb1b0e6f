package dev.tickbook.db.internal;

import dev.tickbook.TickbookException;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/** Brings the tables of schema {@code market} up to date. */
final class Migrations {

    private static final String SCHEMA = "market";

    private Migrations() {}

    static void run(DataSource database) {
        try {
            // The class loader is named because a notebook's library is not on the system's class path.
            Flyway.configure(Migrations.class.getClassLoader())
                    .dataSource(database)
                    .defaultSchema(SCHEMA)
                    .locations("classpath:tickbook/migration")
                    .load()
                    .migrate();
        } catch (FlywayException e) {
            throw new TickbookException("Schema " + SCHEMA + " cannot be brought up to date: " + e.getMessage(), e);
        }
    }
}
