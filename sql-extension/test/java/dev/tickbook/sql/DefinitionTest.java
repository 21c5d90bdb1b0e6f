package dev.tickbook.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.MethodSource;

/** A table keeps its definition when it becomes a hypertable, and gets the very same one back. */
@MethodSource("dev.tickbook.sql.Servers#natives")
class DefinitionTest extends DatabaseTest {
    /** Everything a table can have that a hypertable can have too. */
    static final String[] TABLE = {
        "CREATE TABLE venue (id int PRIMARY KEY)",
        "INSERT INTO venue VALUES (1), (2)",
        "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$",
        "CREATE TABLE quotes (dropped int, \"Time\" timestamptz NOT NULL DEFAULT now(),"
                + " id int GENERATED ALWAYS AS IDENTITY (START 5 INCREMENT 2 CACHE 3), serial bigserial,"
                + " symbol text NOT NULL COLLATE \"C\", price numeric(15,4) CHECK (price > 0), volume bigint DEFAULT 7,"
                + " notional numeric GENERATED ALWAYS AS (price * 100) STORED, venue int REFERENCES venue ON DELETE CASCADE,"
                + " PRIMARY KEY (symbol, \"Time\") WITH (fillfactor = 80), CONSTRAINT once UNIQUE (\"Time\", volume) INCLUDE (id),"
                + " CONSTRAINT positive CHECK (volume >= 0))"
                + " WITH (fillfactor = 70, autovacuum_enabled = false, toast.autovacuum_enabled = false)",
        "ALTER TABLE quotes DROP COLUMN dropped",
        "CREATE INDEX ON quotes (price DESC NULLS LAST) WHERE volume > 0",
        "CREATE INDEX by_expression ON quotes (lower(symbol), \"Time\") WITH (fillfactor = 50)",
        "CREATE INDEX \"ugly USING name\" ON quotes USING brin (\"Time\")",
        "ALTER TABLE quotes ADD CONSTRAINT later UNIQUE (\"Time\", serial) WITH (fillfactor = 60) DEFERRABLE INITIALLY DEFERRED",
        "ALTER INDEX by_expression ALTER COLUMN 1 SET STATISTICS 400",
        "COMMENT ON SEQUENCE quotes_id_seq IS 'sequence'",
        "CREATE STATISTICS related (dependencies) ON symbol, volume FROM quotes",
        "ALTER TABLE quotes ALTER symbol SET STATISTICS 500, ALTER symbol SET (n_distinct = 30),"
                + " ALTER symbol SET STORAGE external, ALTER symbol SET COMPRESSION pglz",
        "COMMENT ON TABLE quotes IS 'table'",
        "COMMENT ON COLUMN quotes.price IS 'column'",
        "COMMENT ON INDEX by_expression IS 'index'",
        "COMMENT ON CONSTRAINT positive ON quotes IS 'check'",
        "COMMENT ON CONSTRAINT quotes_pkey ON quotes IS 'key'",
        "COMMENT ON STATISTICS related IS 'statistics'",
        "CREATE TRIGGER before_row BEFORE INSERT ON quotes FOR EACH ROW EXECUTE FUNCTION touch()",
        "CREATE TRIGGER disabled AFTER UPDATE OF price ON quotes FOR EACH ROW WHEN (OLD.price <> NEW.price) EXECUTE FUNCTION touch()",
        "CREATE TRIGGER statement AFTER INSERT ON quotes REFERENCING NEW TABLE AS n FOR EACH STATEMENT EXECUTE FUNCTION touch()",
        "ALTER TABLE quotes DISABLE TRIGGER disabled",
        "ALTER TABLE quotes ENABLE ALWAYS TRIGGER statement",
        "COMMENT ON TRIGGER before_row ON quotes IS 'trigger'",
        "GRANT SELECT ON quotes TO tickbook_reader WITH GRANT OPTION",
        "GRANT INSERT, UPDATE ON quotes TO tickbook_owner",
        "GRANT SELECT (price), UPDATE (volume) ON quotes TO PUBLIC",
        "GRANT USAGE ON SEQUENCE quotes_id_seq TO tickbook_reader",
        "ALTER TABLE quotes ENABLE ROW LEVEL SECURITY",
        "CREATE POLICY visible ON quotes FOR SELECT TO tickbook_reader USING (symbol <> 'X')",
        "CREATE POLICY small ON quotes AS RESTRICTIVE FOR INSERT WITH CHECK (volume < 1000)",
        "COMMENT ON POLICY visible ON quotes IS 'policy'",
        "ALTER TABLE quotes REPLICA IDENTITY USING INDEX quotes_pkey",
        "INSERT INTO quotes (\"Time\", symbol, price, volume, venue)"
                + " SELECT timestamptz '2024-01-01' + i * interval '1 hour', 'S' || i % 3, i, i, 1 + i % 2 FROM generate_series(1, 500) i"
    };

    @BeforeEach
    void createTable() {
        Roles.create(server);
        db.execute(TABLE);
    }

    @Test
    void asAHypertableItHasTheSameColumnsKeysTriggersRightsAndComments() {
        List<String> before = definition(false);
        db.execute("SELECT tickbook.create_hypertable('quotes', 'Time', migrate_data => true)");
        assertThat(definition(false)).isEqualTo(before);
        assertThat(
                        db.rows(
                                "SELECT DISTINCT c.reloptions FROM pg_partition_tree('quotes') p JOIN pg_class c ON c.oid = p.relid WHERE isleaf"))
                .as("every chunk has the storage parameters")
                .containsExactly("{fillfactor=70,autovacuum_enabled=false}");
        db.execute("INSERT INTO quotes (symbol, price, volume) VALUES ('N', 1, 999)");
        assertThat(db.rows("SELECT id >= 1005, serial, notional FROM quotes WHERE symbol = 'N'"))
                .as("sequences go on, generated columns work")
                .containsExactly("t|501|100.0000");
        assertError("INSERT INTO quotes (symbol, price, volume, venue) VALUES ('N', 1, 1, 3)")
                .startsWith("23503");
        assertError("INSERT INTO quotes (symbol, price) VALUES ('N', 0)").startsWith("23514");
    }

    @Test
    void revertedItIsWhatItWas() {
        List<String> before = definition(true);
        List<String> rows = db.rows("SELECT * FROM quotes ORDER BY id");
        db.execute(
                "SELECT tickbook.create_hypertable('quotes', 'Time', migrate_data => true)",
                "SELECT tickbook.maintain_hypertable('quotes')",
                "SELECT tickbook.revert_hypertable('quotes')");
        assertThat(definition(true)).isEqualTo(before);
        assertThat(db.rows("SELECT * FROM quotes ORDER BY id")).isEqualTo(rows);
        assertThat(db.count("SELECT nextval('quotes_serial_seq')")).isEqualTo(501);
    }

    @Test
    void aSuperuserConvertsAnotherOwnersTableAndTheOwnerKeepsAllOfIt() {
        db.execute(
                "ALTER TABLE quotes OWNER TO tickbook_owner",
                "ALTER STATISTICS related OWNER TO tickbook_owner",
                "SELECT tickbook.create_hypertable('quotes', 'Time', migrate_data => true)",
                "INSERT INTO quotes (\"Time\", symbol, price) VALUES ('2030-01-01', 'N', 1)",
                "SELECT tickbook.maintain_hypertable('quotes')");
        assertThat(
                        db.rows(
                                "SELECT DISTINCT relowner::regrole FROM pg_partition_tree('quotes') p JOIN pg_class c ON c.oid = p.relid"))
                .containsExactly("tickbook_owner");
        assertThat(db.rows("SELECT stxowner::regrole FROM pg_statistic_ext WHERE stxrelid = 'quotes'::regclass"))
                .containsExactly("tickbook_owner");
    }

    /** What pg_dump would write of the table, from the catalog, so that it can be asked on every version. */
    private List<String> definition(boolean plain) {
        List<String> all = new ArrayList<>();
        all.addAll(db.rows(
                "SELECT attname, format_type(atttypid, atttypmod), attnotnull, attidentity, attgenerated, attstorage, attcompression,"
                        + " attstattarget, attoptions, attacl, attcollation::regcollation, pg_get_expr(adbin, adrelid), col_description(attrelid, attnum)"
                        + " FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum"
                        + " WHERE attrelid = 'quotes'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum"));
        all.addAll(db.rows(
                "SELECT relowner::regrole, relacl, relrowsecurity, relforcerowsecurity, relreplident, obj_description(oid)"
                        + " FROM pg_class WHERE oid = 'quotes'::regclass"));
        all.addAll(db.rows("SELECT conname, contype, pg_get_constraintdef(oid), obj_description(oid) FROM pg_constraint"
                + " WHERE conrelid = 'quotes'::regclass AND conparentid = 0 AND contype <> 't' ORDER BY conname"));
        all.addAll(
                db.rows(
                        "SELECT i.relname, replace(pg_get_indexdef(i.oid), ' ON ONLY ', ' ON '), indisreplident, obj_description(i.oid)"
                                + " FROM pg_index x JOIN pg_class i ON i.oid = indexrelid WHERE indrelid = 'quotes'::regclass ORDER BY 1"));
        all.addAll(
                db.rows(
                        "SELECT i.relname, i.reloptions, a.attnum, nullif(a.attstattarget, -1) FROM pg_index x JOIN pg_class i ON i.oid = indexrelid"
                                + " JOIN pg_attribute a ON a.attrelid = i.oid WHERE indrelid = 'quotes'::regclass ORDER BY 1, 3"));
        all.addAll(db.rows("SELECT pg_get_triggerdef(oid), tgenabled, obj_description(oid) FROM pg_trigger"
                + " WHERE tgrelid = 'quotes'::regclass AND NOT tgisinternal ORDER BY 1"));
        all.addAll(
                db.rows(
                        "SELECT polname, polcmd, polpermissive, polroles::regrole[], pg_get_expr(polqual, polrelid),"
                                + " pg_get_expr(polwithcheck, polrelid), obj_description(oid) FROM pg_policy WHERE polrelid = 'quotes'::regclass ORDER BY 1"));
        all.addAll(
                db.rows(
                        "SELECT pg_get_statisticsobjdef(oid), stxowner::regrole, obj_description(oid) FROM pg_statistic_ext WHERE stxrelid = 'quotes'::regclass"));
        all.addAll(
                db.rows(
                        "SELECT s.relname, relacl, obj_description(s.oid), seqstart, seqincrement, seqmax, seqcache, seqcycle, d.refobjsubid > 0,"
                                + " pg_sequence_last_value(s.oid) FROM pg_sequence JOIN pg_class s ON s.oid = seqrelid"
                                + " JOIN pg_depend d ON d.objid = s.oid AND d.refobjid = 'quotes'::regclass AND d.deptype IN ('a', 'i') ORDER BY 1"));
        if (plain) {
            all.addAll(db.rows(
                    "SELECT c.relkind, c.reloptions, t.reloptions FROM pg_class c JOIN pg_class t ON t.oid = c.reltoastrelid"
                            + " WHERE c.oid = 'quotes'::regclass"));
            all.addAll(db.rows("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1"));
        }
        return all;
    }
}
