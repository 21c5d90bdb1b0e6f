CREATE FUNCTION tickbook.table_sizes()
  RETURNS TABLE (table_name text, kind text, chunks bigint, estimated_rows bigint, table_bytes bigint, index_bytes bigint, total_bytes bigint)
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT t.name::text, t.kind, t.chunks, t.estimated_rows + coalesce(s.compressed_rows, 0), t.table_bytes, t.index_bytes, t.table_bytes + t.index_bytes
    FROM (SELECT c.oid::regclass AS name, 'table' AS kind, NULL::bigint AS chunks, n.estimated_rows, n.table_bytes, n.index_bytes
            FROM pg_class c CROSS JOIN LATERAL tickbook._contents(ARRAY[c.oid::regclass]) n
           WHERE c.relnamespace = to_regnamespace('market') AND c.relkind = 'r' AND NOT c.relispartition
             AND NOT EXISTS (SELECT FROM tickbook.compression x WHERE x.batches = c.oid)
             AND NOT EXISTS (SELECT FROM tickbook.hypertables h WHERE h.relation = c.oid)
          UNION ALL
          SELECT h.relation, CASE WHEN x.relation IS NULL THEN 'hypertable' ELSE 'compressed hypertable' END,
                 k.chunks, k.rows, k.table_bytes + coalesce(pg_table_size(x.batches), 0), k.index_bytes + coalesce(pg_indexes_size(x.batches), 0)
            FROM tickbook.hypertables h JOIN pg_class c ON c.oid = h.relation
            LEFT JOIN tickbook.compression x ON x.relation = h.relation
           CROSS JOIN LATERAL (SELECT count(*) AS chunks, coalesce(sum(n.estimated_rows), 0)::bigint AS rows, coalesce(sum(n.table_bytes), 0)::bigint AS table_bytes,
                                      coalesce(sum(n.index_bytes), 0)::bigint AS index_bytes FROM tickbook._chunk_contents(h.relation) n) k
           WHERE c.relnamespace = to_regnamespace('market')) t
    LEFT JOIN tickbook.compression_stats s ON s.relation = t.name AND s.chunk IS NULL
   ORDER BY 7 DESC, 1;
END $$;
COMMENT ON FUNCTION tickbook.table_sizes() IS
  'Tables of schema market, the largest first: rows as the statistics have it, packed ones included, and bytes, TOAST and packed rows included. '
  'No row where the migrations did not run.';
