-- What compression saves, per chunk (chunk given) and per hypertable (chunk NULL).
CREATE FUNCTION tickbook._compression_of_chunks()
  RETURNS TABLE (relation regclass, chunk regclass, batches bigint, compressed_rows bigint, uncompressed_rows bigint,
                 bytes_before bigint, bytes_after bigint, compressed_at timestamptz)
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, tickbook, pg_temp SET timezone = 'UTC' SET datestyle = 'ISO' AS $$
DECLARE
  c record;
BEGIN
  FOR c IN SELECT t.*, h.storage FROM tickbook.compression t JOIN tickbook.hypertable h ON h.relation = t.relation
             JOIN pg_class k ON k.oid = t.batches
            WHERE has_table_privilege(t.batches, 'SELECT') AND has_schema_privilege(k.relnamespace, 'USAGE') LOOP
    -- The space of the batches is shared out in proportion to what they store.
    RETURN QUERY EXECUTE format(
      'SELECT %L::regclass, k.chunk, count(b.size), coalesce(sum(b.".rows"), 0)::bigint, t.rows, '
      '       (k.bytes_per_row * coalesce(sum(b.".rows"), 0))::bigint + t.bytes, '
      '       (pg_total_relation_size(%L::regclass) * coalesce(sum(b.size), 0) / greatest(sum(sum(b.size)) OVER (), 1))::bigint + t.bytes, k.compressed_at '
      '  FROM tickbook.compressed_chunk k '
      '  JOIN tickbook._native_chunks(%L::regclass) r ON r.chunk = k.chunk '
      -- Pages that packing left behind hold no rows, so size is only asked where a crash emptied the statistics.
      ' CROSS JOIN LATERAL (SELECT sum(pg_total_relation_size(relid))::bigint AS bytes, sum(CASE WHEN pg_relation_size(relid) = 0 THEN 0 '
      '        WHEN pg_stat_get_tuples_inserted(relid) > 0 THEN pg_stat_get_live_tuples(relid) ELSE tickbook._guessed_rows(relid) END)::bigint AS rows '
      '   FROM pg_partition_tree(k.chunk) WHERE isleaf) t '
      '  LEFT JOIN (SELECT ".rows", ".first", %s AS size FROM %s) b ON b.".first" >= r.range_start AND b.".first" < r.range_end '
      ' GROUP BY k.chunk, k.bytes_per_row, t.bytes, t.rows, k.compressed_at',
      c.relation, c.batches, c.storage,
      (SELECT string_agg(format('coalesce(pg_column_size(%I), 0)', attname), ' + ') FROM pg_attribute
        WHERE attrelid = c.batches AND attnum > 0 AND NOT attisdropped), c.batches);
  END LOOP;
  IF tickbook._timescaledb_schema() IS NOT NULL THEN
    FOR c IN SELECT t.relation FROM tickbook._timescaledb_hypertables() t LOOP
      RETURN QUERY EXECUTE format(
        'SELECT $1, format(''%%I.%%I'', chunk_schema, chunk_name)::regclass, NULL::bigint, NULL::bigint, NULL::bigint, '
        'before_compression_total_bytes, after_compression_total_bytes, NULL::timestamptz '
        'FROM %I.chunk_compression_stats($1) WHERE compression_status = ''Compressed''', tickbook._timescaledb_schema()) USING c.relation;
    END LOOP;
  END IF;
END $$;
COMMENT ON FUNCTION tickbook._compression_of_chunks() IS 'Compressed chunks of every hypertable of either engine.';

CREATE VIEW tickbook.compression_stats AS
  SELECT s.relation, s.chunk, sum(s.batches)::bigint AS batches, sum(s.compressed_rows)::bigint AS compressed_rows,
         sum(s.uncompressed_rows)::bigint AS uncompressed_rows, sum(s.bytes_before)::bigint AS bytes_before, sum(s.bytes_after)::bigint AS bytes_after,
         round(sum(s.bytes_before)::numeric / nullif(sum(s.bytes_after), 0), 1) AS ratio, max(s.compressed_at) AS compressed_at
    FROM tickbook._compression_of_chunks() s
   GROUP BY GROUPING SETS ((s.relation), (s.relation, s.chunk));
COMMENT ON VIEW tickbook.compression_stats IS
  'Compressed chunks, and, with chunk NULL, their sum per hypertable: rows that are packed and that are not (yet, or no more, as the '
  'statistics have it), bytes of table and indexes that they took before and take now. Rows are not known of TimescaleDB''s chunks.';
GRANT SELECT ON tickbook.compression_stats TO PUBLIC;
