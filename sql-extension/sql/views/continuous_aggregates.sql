-- Every continuous aggregate, and how far it is materialised.
CREATE VIEW tickbook.continuous_aggregates AS
  SELECT a.relation, 'native' AS engine, h.relation AS hypertable, a.source, a.materialized, a.definition, a.bucket_width,
         a.watermark, (SELECT count(*) FROM pg_catalog.unnest(p.pending)) AS pending_invalidations,
         p.pending, a.frozen, k.estimated_rows, a.refreshed_at
    FROM tickbook.continuous_aggregate a
    JOIN pg_catalog.pg_class c ON c.oid = a.relation
    JOIN tickbook.hypertable h ON h.storage = a.storage
   CROSS JOIN LATERAL (SELECT tickbook._pending(a.id) AS pending OFFSET 0) p
   CROSS JOIN LATERAL tickbook._contents(ARRAY[a.materialized]) k
  UNION ALL
  SELECT t.relation, 'timescaledb', t.hypertable, t.hypertable, t.materialized, t.definition, NULL, NULL, NULL, NULL, NULL,
         NULL, NULL
    FROM tickbook._timescaledb_aggregates() t;
COMMENT ON VIEW tickbook.continuous_aggregates IS
  'Every continuous aggregate: its query, what it reads, and where its materialised buckets are. watermark is the end of '
  'the newest bucket that the last refresh, at refreshed_at, found. What is pending (times in UTC, whole buckets; '
  'pending_invalidations says how many ranges) is computed when it is read; frozen are buckets whose raw rows retention has '
  'dropped. Where TimescaleDB keeps the aggregate, what only TimescaleDB knows is NULL.';
GRANT SELECT ON tickbook.continuous_aggregates TO PUBLIC;
