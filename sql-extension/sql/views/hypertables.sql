-- Every hypertable, with what it holds. Sizes in bytes, indexes included.
CREATE VIEW tickbook.hypertables AS
  SELECT h.relation,
         tickbook._time_column(h.storage) AS time_column,
         h.chunk_interval,
         h.space_partitions,
         (SELECT count(*) FROM tickbook._chunks(h.storage)) AS chunks,
         h.created_at
    FROM tickbook.hypertable h
    JOIN pg_catalog.pg_class c ON c.oid = h.relation;
COMMENT ON VIEW tickbook.hypertables IS 'Every hypertable of this database.';
GRANT SELECT ON tickbook.hypertables TO PUBLIC;
