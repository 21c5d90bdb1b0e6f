-- How much a hypertable holds, for the views. One query for all chunks: there can be thousands.

-- A crash empties the statistics; then all there is to go by is the size of the table and how full its pages were, or
-- how wide its columns are. Not EXPLAIN: planning calls functions in the owner's index expressions as the caller.
CREATE FUNCTION tickbook._guessed_rows(leaf regclass) RETURNS bigint
  LANGUAGE sql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
  SELECT (CASE WHEN c.reltuples >= 0 AND c.relpages > 0 THEN c.reltuples / c.relpages * s.pages
               ELSE s.pages * (s.block_size - 24)
                    / (28 + (SELECT coalesce(sum(CASE WHEN a.attlen > 0 THEN a.attlen ELSE 32 END), 0)
                               FROM pg_attribute a WHERE a.attrelid = leaf AND a.attnum > 0 AND NOT a.attisdropped))
          END)::bigint
    FROM pg_class c,
         (SELECT pg_relation_size(leaf) / current_setting('block_size')::integer AS pages,
                 current_setting('block_size')::integer AS block_size) s
   WHERE c.oid = leaf
$$;
COMMENT ON FUNCTION tickbook._guessed_rows(regclass) IS
  'Rows of a table that is not partitioned, guessed from its size.';

-- What this session has not reported to the statistics yet counts too, so a table shows its rows right after the COPY.
CREATE FUNCTION tickbook._contents(relations regclass[])
  RETURNS TABLE (relation regclass, estimated_rows bigint, table_bytes bigint, index_bytes bigint)
  LANGUAGE sql SET search_path = pg_catalog, tickbook, pg_temp AS $$
  SELECT r, sum(CASE WHEN s.live > 0 THEN s.live ELSE tickbook._guessed_rows(l.leaf) END)::bigint,
         sum(pg_table_size(l.leaf))::bigint, sum(pg_indexes_size(l.leaf))::bigint
    FROM unnest(relations) r
    LEFT JOIN LATERAL pg_partition_tree(r) t ON t.isleaf
   CROSS JOIN LATERAL (SELECT coalesce(t.relid, r) AS leaf) l
   CROSS JOIN LATERAL (SELECT pg_stat_get_live_tuples(l.leaf) + pg_stat_get_xact_tuples_inserted(l.leaf)
                              - pg_stat_get_xact_tuples_deleted(l.leaf) AS live) s
   GROUP BY r
$$;
COMMENT ON FUNCTION tickbook._contents(regclass[]) IS
  'Rows of tables and of their partitions, as the statistics have it, and bytes, TOAST included.';

CREATE FUNCTION tickbook._chunk_contents(relation regclass)
  RETURNS TABLE (chunk regclass, range_start timestamptz, range_end timestamptz, estimated_rows bigint,
      table_bytes bigint, index_bytes bigint)
  LANGUAGE sql SET search_path = pg_catalog, tickbook, pg_temp AS $$
  WITH k AS MATERIALIZED (SELECT * FROM tickbook._chunks_of(relation))
  SELECT k.chunk, k.range_start, k.range_end, c.estimated_rows, c.table_bytes, c.index_bytes
    FROM k JOIN tickbook._contents(ARRAY(SELECT k.chunk FROM k)) c ON c.relation = k.chunk
   ORDER BY k.range_start
$$;
COMMENT ON FUNCTION tickbook._chunk_contents(regclass) IS
  'Chunks of a hypertable of either engine, oldest first, and what they hold.';
