-- How much a hypertable holds, for the views. One query for all chunks: there can be thousands.

-- A crash empties the statistics; then the planner's guess from the size of the table is all there is.
CREATE FUNCTION tickbook._guessed_rows(leaf regclass) RETURNS bigint
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  pages bigint := pg_relation_size(leaf) / current_setting('block_size')::integer;
  plan  json;
BEGIN
  IF pages = 0 OR NOT has_table_privilege(leaf, 'SELECT') THEN
    RETURN 0;
  END IF;
  EXECUTE format('EXPLAIN (FORMAT json) SELECT FROM ONLY %s', leaf) INTO plan;
  RETURN (plan -> 0 -> 'Plan' ->> 'Plan Rows')::bigint * pages / greatest(pages, 10);  -- it plans for at least 10 pages
END $$;
COMMENT ON FUNCTION tickbook._guessed_rows(regclass) IS
  'Rows of a table that is not partitioned, as the planner guesses.';

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
