-- Every hypertable, with what it holds.
CREATE VIEW tickbook.hypertables AS
  SELECT h.relation, h.engine, h.time_column, h.chunk_interval, h.space_column, h.space_partitions,
         k.chunks, k.estimated_rows, k.table_bytes, k.index_bytes, h.rows_outside_chunks
    FROM (SELECT n.relation, 'native' AS engine, tickbook._key_column(n.storage) AS time_column, n.chunk_interval,
                 tickbook._key_column(d.chunk) AS space_column, n.space_partitions,
                 (SELECT o.estimated_rows FROM tickbook._contents(ARRAY[d.chunk]) o) AS rows_outside_chunks
            FROM tickbook.hypertable n
            JOIN pg_catalog.pg_partitioned_table c ON c.partrelid = n.storage
           CROSS JOIN LATERAL (SELECT tickbook._default_chunk(n.storage) AS chunk) d
          UNION ALL
          SELECT t.relation, 'timescaledb', t.time_column, t.chunk_interval, t.space_column, t.space_partitions, 0
            FROM tickbook._timescaledb_hypertables() t) h
   CROSS JOIN LATERAL (
     SELECT count(*) AS chunks, coalesce(sum(c.estimated_rows), 0)::bigint AS estimated_rows,
            coalesce(sum(c.table_bytes), 0)::bigint AS table_bytes,
                coalesce(sum(c.index_bytes), 0)::bigint AS index_bytes
       FROM tickbook._chunk_contents(h.relation) c) k;
COMMENT ON VIEW tickbook.hypertables IS
  'Every hypertable: engine, time column, number of chunks and what they hold. Rows are as the statistics have it. '
  'rows_outside_chunks are in the DEFAULT partition and move into chunks with the next maintenance.';
GRANT SELECT ON tickbook.hypertables TO PUBLIC;
