-- Every hypertable, with what it holds.
CREATE VIEW tickbook.hypertables AS
  SELECT h.relation, h.engine, h.time_column, h.chunk_interval, h.space_column, h.space_partitions,
         k.chunks, k.estimated_rows, k.table_bytes, k.index_bytes, h.rows_outside_chunks
    FROM (SELECT n.relation, 'native' AS engine, tickbook._key_column(n.storage) AS time_column, n.chunk_interval,
                 tickbook._key_column(tickbook._default_chunk(n.storage)) AS space_column, n.space_partitions,
                 tickbook._estimated_rows(tickbook._default_chunk(n.storage)) AS rows_outside_chunks
            FROM tickbook.hypertable n
            JOIN pg_catalog.pg_class c ON c.oid = n.relation
          UNION ALL
          SELECT t.relation, 'timescaledb', t.time_column, t.chunk_interval, t.space_column, t.space_partitions, 0
            FROM tickbook._timescaledb_hypertables() t) h
   CROSS JOIN LATERAL (
     SELECT count(*) AS chunks, coalesce(sum(tickbook._estimated_rows(chunk)), 0)::bigint AS estimated_rows,
            coalesce(sum((tickbook._bytes(chunk)).table_bytes), 0)::bigint AS table_bytes,
            coalesce(sum((tickbook._bytes(chunk)).index_bytes), 0)::bigint AS index_bytes
       FROM tickbook._chunks_of(h.relation)) k;
COMMENT ON VIEW tickbook.hypertables IS
  'Every hypertable: engine, time column, number of chunks and what they hold. Rows are as the statistics have it. '
  'rows_outside_chunks are in the DEFAULT partition and move into chunks with the next maintenance.';
GRANT SELECT ON tickbook.hypertables TO PUBLIC;
