package dev.tickbook.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** As an extension and as a plain script, without a superuser, it is the same. {@link PgxsTest} is the third way. */
@ParameterizedClass(name = "{0}")
@MethodSource("dev.tickbook.sql.Servers#natives")
class InstallTest {
    @Parameter
    Server server;

    @Test
    void theOwnerOfADatabaseInstallsTheExtension() {
        org.junit.jupiter.api.Assumptions.assumeTrue(server.files(), "no files can be added to this server");
        try (Database owned = ownedDatabase();
                Database owner = owned.connectAs("tickbook_owner")) {
            owner.execute("CREATE EXTENSION tickbook");
            assertWorks(owner);
            owner.execute("DROP EXTENSION tickbook CASCADE");
            assertThat(objects(owner)).isEmpty();
        }
    }

    @Test
    void theOwnerOfADatabaseLoadsThePlainScriptOverJdbc() {
        try (Database owned = ownedDatabase();
                Database owner = owned.connectAs("tickbook_owner")) {
            owner.execute(Servers.plainScript());
            assertWorks(owner);
            assertThat(owner.rows("SELECT * FROM pg_extension WHERE extname = 'tickbook'"))
                    .isEmpty();
            DatabaseTest.assertError(owner, Servers.plainScript())
                    .startsWith("42710 tickbook 1.0.0 is already installed in database \"" + owned.name()
                            + "\" HINT: There is nothing to do.");
        }
    }

    /** Functions, views, defaults and checks are bound to what they call when the script runs. */
    @Test
    void whatAnyoneMadeInSchemaPublicBecomesNoPartOfIt() {
        List<String> ways = server.files()
                ? List.of(Servers.plainScript(), "CREATE EXTENSION tickbook")
                : List.of(Servers.plainScript());
        for (String install : ways) {
            try (Database db = server.createEmptyDatabase()) {
                db.execute(
                        "CREATE FUNCTION public.format(text, text) RETURNS text LANGUAGE sql AS $$ SELECT 'captured'::text $$",
                        "CREATE FUNCTION public.same(regtype, regtype) RETURNS boolean LANGUAGE sql AS $$ SELECT true $$",
                        "CREATE OPERATOR public.= (LEFTARG = regtype, RIGHTARG = regtype, FUNCTION = public.same)",
                        "SET search_path = public, pg_catalog",
                        install);
                assertThat(db.rows("SHOW search_path")).as("as it was").containsExactly("public, pg_catalog");
                assertThat(
                                db.rows(
                                        "SELECT pg_describe_object(d.classid, d.objid, d.objsubid) FROM pg_depend d"
                                                + " WHERE d.refobjid IN ('public.format(text,text)'::regprocedure, 'public.=(regtype,regtype)'::regoperator)"))
                        .isEmpty();
                assertThat(db.value("SELECT tickbook._to_time_type('timestamptz', 't')", String.class))
                        .isEqualTo("t");
            }
        }
    }

    @Test
    void bothWaysMakeTheSameObjects() {
        org.junit.jupiter.api.Assumptions.assumeTrue(server.files(), "no files can be added to this server");
        try (Database extension = server.createEmptyDatabase();
                Database plain = server.createEmptyDatabase()) {
            extension.execute("CREATE EXTENSION tickbook");
            plain.execute(Servers.plainScript());
            assertThat(objects(plain)).isEqualTo(objects(extension)).hasSizeGreaterThan(50);
        }
    }

    @Test
    void everyFunctionTableAndViewHasAComment() {
        try (Database db = server.createEmptyDatabase()) {
            db.execute(Servers.plainScript());
            assertThat(db.rows("SELECT oid::regprocedure FROM pg_proc WHERE pronamespace = 'tickbook'::regnamespace"
                            + " AND obj_description(oid, 'pg_proc') IS NULL"))
                    .isEmpty();
            assertThat(db.rows("SELECT oid::regclass FROM pg_class WHERE relnamespace = 'tickbook'::regnamespace"
                            + " AND relkind IN ('r', 'v') AND obj_description(oid, 'pg_class') IS NULL"))
                    .isEmpty();
        }
    }

    @Test
    void everyFunctionPinsItsSearchPathOrHasNamesResolvedAlready() {
        try (Database db = server.createEmptyDatabase()) {
            db.execute(Servers.plainScript());
            assertThat(db.rows("SELECT oid::regprocedure FROM pg_proc WHERE pronamespace = 'tickbook'::regnamespace"
                            + " AND prokind = 'f' AND prosqlbody IS NULL"
                            + " AND NOT coalesce('search_path=pg_catalog, tickbook, pg_temp' = ANY (proconfig), false)"
                            + " AND proname !~ '^_(first|last)_(step|merge)$|^_bookend_(value|text)$|^_from_text$'"))
                    .as(
                            "parts of aggregates, called for every row and under the caller's path, name everything in full instead")
                    .isEmpty();
        }
    }

    @Test
    void theVersionIsTheOneOfTheControlFileAndTheBuild() throws Exception {
        try (Database db = server.createEmptyDatabase()) {
            db.execute(Servers.plainScript());
            assertThat(db.value("SELECT tickbook.version()", String.class)).isEqualTo("1.0.0");
        }
        assertThat(Files.readString(Servers.EXTENSION.resolve("tickbook.control")))
                .contains("default_version = '1.0.0'");
        assertThat(Servers.EXTENSION.resolve("tickbook--1.0.0.sql")).exists();
        assertThat(Files.readString(Path.of("pom.xml"))).contains("<version>1.0.0</version>");
    }

    private Database ownedDatabase() {
        Roles.create(server);
        Database database = server.createEmptyDatabase();
        database.execute("ALTER DATABASE " + database.name() + " OWNER TO tickbook_owner");
        return database;
    }

    private static void assertWorks(Database owner) {
        owner.execute(
                "CREATE TABLE bars (time timestamptz NOT NULL, close int)",
                "INSERT INTO bars VALUES ('2024-01-01', 1)",
                "SELECT tickbook.create_hypertable('bars', 'time', migrate_data => true)",
                "CALL tickbook.run_jobs()");
        assertThat(owner.rows("SELECT relation, chunks, engine FROM tickbook.hypertables"))
                .containsExactly("bars|1|native");
        assertThat(owner.rows("SELECT last_status FROM tickbook.jobs")).containsExactly("succeeded");
    }

    private static List<String> objects(Database db) {
        return db.rows(
                "SELECT pg_describe_object(classid, objid, 0), obj_description(objid, classid::regclass::text) FROM ("
                        + "SELECT 'pg_proc'::regclass::oid, oid FROM pg_proc WHERE pronamespace = to_regnamespace('tickbook')"
                        + " UNION ALL SELECT 'pg_class'::regclass, oid FROM pg_class WHERE relnamespace = to_regnamespace('tickbook')"
                        + " UNION ALL SELECT 'pg_type'::regclass, oid FROM pg_type WHERE typnamespace = to_regnamespace('tickbook')"
                        + ") o (classid, objid) ORDER BY 1");
    }
}
