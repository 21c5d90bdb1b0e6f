-- Every continuous aggregate, and how far it is materialised.
CREATE VIEW tickbook.continuous_aggregates AS
  SELECT a.relation, 'native' AS engine, h.relation AS hypertable, a.source, a.materialized, a.definition, a.bucket_width,
         coalesce(lower(p.last), '-infinity') AS watermark,
         (SELECT count(*) FROM pg_catalog.unnest(p.pending) r WHERE NOT pg_catalog.upper_inf(r)) AS pending_invalidations,
         p.pending, a.frozen, k.estimated_rows, a.refreshed_at
    FROM tickbook.continuous_aggregate a
    JOIN pg_catalog.pg_class c ON c.oid = a.relation
    JOIN tickbook.hypertable h ON h.storage = a.storage
   CROSS JOIN LATERAL (
     SELECT q.pending, (SELECT r FROM pg_catalog.unnest(q.pending) r WHERE pg_catalog.upper_inf(r)) AS last
       FROM (SELECT tickbook._pending(a.id) AS pending OFFSET 0) q) p
   CROSS JOIN LATERAL tickbook._contents(ARRAY[a.materialized]) k
  UNION ALL
  SELECT t.relation, 'timescaledb', t.hypertable, t.hypertable, t.materialized, t.definition, NULL, NULL, NULL, NULL, NULL,
         NULL, NULL
    FROM tickbook._timescaledb_aggregates() t;
COMMENT ON VIEW tickbook.continuous_aggregates IS
  'Every continuous aggregate: its query, what it reads, and where its materialised buckets are. From watermark on, and in '
  'pending (times in UTC, whole buckets), it is computed when it is read; frozen are buckets whose raw rows retention has '
  'dropped. pending_invalidations counts the ranges before the watermark; refreshed_at is when the last refresh ended. '
  'Where TimescaleDB keeps it, what only TimescaleDB knows is NULL.';
GRANT SELECT ON tickbook.continuous_aggregates TO PUBLIC;
