package dev.tickbook.notebook.internal;

import dev.tickbook.Tickbook;
import dev.tickbook.TickbookException;
import java.util.function.Consumer;
import tech.tablesaw.api.Table;

/** What a database has, for {@code %tables} and {@code %describe}. */
final class Catalog {

    private Catalog() {}

    /** One line: which server, which version, which engine. */
    static String server(Tickbook tb) {
        Table row = tb.sql("SELECT current_database() AS database, current_setting('server_version') AS server,"
                        + " tickbook.version() AS extension, tickbook.engine() AS engine")
                .table();
        return "Connected to " + row.getString(0, "database") + ": PostgreSQL " + row.getString(0, "server")
                + ", tickbook " + row.getString(0, "extension") + " (" + row.getString(0, "engine") + ")";
    }

    /** Tables and views that people made; chunks, batches and other storage belong to those and are left out. */
    static Table tables(Tickbook tb, String pattern) {
        return tb.sql("""
                        SELECT n.nspname AS schema, c.relname AS "table",
                               CASE WHEN h.relation IS NOT NULL AND c.relkind = 'v' THEN 'compressed hypertable'
                                    WHEN h.relation IS NOT NULL THEN 'hypertable'
                                    WHEN a.relation IS NOT NULL THEN 'continuous aggregate'
                                    ELSE CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'f' THEN 'foreign table' ELSE 'table' END
                               END AS kind,
                               coalesce(h.estimated_rows, CASE WHEN c.relkind IN ('r', 'm') AND c.reltuples >= 0 THEN c.reltuples::bigint END) AS "rows, estimated",
                               round(coalesce(h.table_bytes + h.index_bytes, CASE WHEN c.relkind IN ('r', 'm') THEN pg_total_relation_size(c.oid) END) / 1048576.0, 2) AS "MiB",
                               coalesce(obj_description(c.oid, 'pg_class'), obj_description(s.storage, 'pg_class')) AS comment
                          FROM pg_class c
                          JOIN pg_namespace n ON n.oid = c.relnamespace
                          LEFT JOIN tickbook.hypertables h ON h.relation = c.oid
                          LEFT JOIN tickbook.hypertable s ON s.relation = c.oid
                          LEFT JOIN tickbook.continuous_aggregates a ON a.relation = c.oid
                         WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
                           AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'tickbook') AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname NOT LIKE '\\_timescaledb%'
                           AND n.nspname NOT IN ('timescaledb_information', 'timescaledb_experimental')
                           AND c.relname <> 'flyway_schema_history'
                           AND NOT EXISTS (SELECT FROM tickbook.hypertable s WHERE s.storage = c.oid AND s.relation <> c.oid)
                           AND NOT EXISTS (SELECT FROM tickbook.compression b WHERE b.batches = c.oid)
                           AND NOT EXISTS (SELECT FROM tickbook.continuous_aggregates m WHERE m.materialized = c.oid)
                           AND (c.relname LIKE ? OR n.nspname || '.' || c.relname LIKE ?)
                         ORDER BY 1, 2
                        """, like(pattern), like(pattern)).table();
    }

    private static String like(String pattern) {
        return pattern.isEmpty() ? "%" : pattern.replace('*', '%');
    }

    /** Columns, and, shown before them, the table's comment and indexes. */
    static Table describe(Tickbook tb, String name, Consumer<Object> shown) {
        if (name.isEmpty()) {
            throw new TickbookException("%describe needs a table: %describe market.market_data. %tables lists them.");
        }
        Table found = tb.sql(
                        "SELECT to_regclass(?)::text AS name, obj_description(to_regclass(?), 'pg_class') AS comment",
                        name,
                        name)
                .table();
        if (found.column("name").isMissing(0)) {
            throw new TickbookException("There is no table or view " + name
                    + ". %tables lists them; a name outside schema public needs its schema: market.market_data.");
        }
        if (!found.column("comment").isMissing(0)) {
            shown.accept(new Remark(found.getString(0, "comment")));
        }
        Table indexes = tb.sql("""
                        SELECT i.relname AS index, regexp_replace(pg_get_indexdef(x.indexrelid), '^.* USING ', '') AS definition,
                               CASE WHEN x.indisprimary THEN 'primary key' WHEN x.indisunique THEN 'unique' ELSE '' END AS kind
                          FROM pg_index x
                          JOIN pg_class i ON i.oid = x.indexrelid
                         WHERE x.indrelid = coalesce((SELECT h.storage FROM tickbook.hypertable h WHERE h.relation = to_regclass(?)), to_regclass(?))
                         ORDER BY x.indisprimary DESC, 1
                        """, name, name).table();
        if (!indexes.isEmpty()) {
            shown.accept(indexes);
        }
        return tb.sql("""
                        SELECT a.attname AS "column", format_type(a.atttypid, a.atttypmod) AS type,
                               CASE WHEN a.attnotnull THEN 'no' ELSE 'yes' END AS "null",
                               coalesce(pg_get_expr(d.adbin, d.adrelid), '') AS "default",
                               coalesce(col_description(a.attrelid, a.attnum), '') AS comment
                          FROM pg_attribute a
                          LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
                         WHERE a.attrelid = coalesce((SELECT h.storage FROM tickbook.hypertable h WHERE h.relation = to_regclass(?)), to_regclass(?)) AND a.attnum > 0 AND NOT a.attisdropped
                         ORDER BY a.attnum
                        """, name, name).table();
    }
}
