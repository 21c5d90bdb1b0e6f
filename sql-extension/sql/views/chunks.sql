-- Every chunk, with its range in time and what it holds.
CREATE VIEW tickbook.chunks AS
  SELECT h.relation, k.chunk, k.range_start, k.range_end, k.estimated_rows, k.table_bytes, k.index_bytes
    FROM (SELECT n.relation FROM tickbook.hypertable n JOIN pg_catalog.pg_partitioned_table c ON c.partrelid = n.storage
          UNION ALL
          SELECT t.relation FROM tickbook._timescaledb_hypertables() t) h
   CROSS JOIN LATERAL tickbook._chunk_contents(h.relation) k;
COMMENT ON VIEW tickbook.chunks IS
  'Every chunk of every hypertable: range_start is included, range_end is not; rows are as the statistics have it.';
GRANT SELECT ON tickbook.chunks TO PUBLIC;
