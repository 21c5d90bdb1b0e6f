package dev.tickbook.sql;

/** Roles that tests use; roles belong to a server, not to a database, so they are made once and stay. */
final class Roles {
    private Roles() {}

    static void create(Server server) {
        try (Database any = new Database(server, server.url())) {
            for (String role : new String[] {"tickbook_owner", "tickbook_other", "tickbook_reader"}) {
                any.execute("DO $$ BEGIN CREATE ROLE " + role
                        + " LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$");
            }
        }
    }
}
