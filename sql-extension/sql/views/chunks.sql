-- Every chunk, with its range in time. Sizes in bytes, indexes included.
CREATE VIEW tickbook.chunks AS
  SELECT h.relation,
         k.chunk,
         k.range_start,
         k.range_end,
         pg_catalog.pg_total_relation_size(k.chunk) AS total_bytes
    FROM tickbook.hypertable h
    JOIN pg_catalog.pg_class c ON c.oid = h.relation
   CROSS JOIN LATERAL tickbook._chunks(h.storage) k;
COMMENT ON VIEW tickbook.chunks IS 'Every chunk of every hypertable; range_start is included, range_end is not.';
GRANT SELECT ON tickbook.chunks TO PUBLIC;
