-- How much a relation holds, for the views.

CREATE FUNCTION tickbook._leaves(relation regclass) RETURNS SETOF regclass
  LANGUAGE sql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
  SELECT relid FROM pg_partition_tree(relation) WHERE isleaf
  UNION
  SELECT oid FROM pg_class WHERE oid = relation AND relkind = 'r'
$$;
COMMENT ON FUNCTION tickbook._leaves(regclass) IS 'The tables that hold the rows of a table, partitioned or not.';

-- What this session has not yet reported to the statistics counts too, so a chunk shows its rows right after the COPY.
CREATE FUNCTION tickbook._estimated_rows(relation regclass) RETURNS bigint
  LANGUAGE sql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
  SELECT coalesce(sum(CASE WHEN pg_relation_size(c.oid) = 0 THEN 0 ELSE greatest(l.live, CASE WHEN l.live <= 0 THEN c.reltuples END, 0) END), 0)::bigint
    FROM tickbook._leaves(relation) leaf
    JOIN pg_class c ON c.oid = leaf
   CROSS JOIN LATERAL (SELECT pg_stat_get_live_tuples(c.oid) + pg_stat_get_xact_tuples_inserted(c.oid)
                              - pg_stat_get_xact_tuples_deleted(c.oid) AS live) l
$$;
COMMENT ON FUNCTION tickbook._estimated_rows(regclass) IS 'Rows of a table and its partitions, as the statistics have it.';

CREATE FUNCTION tickbook._bytes(relation regclass, OUT table_bytes bigint, OUT index_bytes bigint)
  LANGUAGE sql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
  SELECT sum(pg_table_size(relid))::bigint, sum(pg_indexes_size(relid))::bigint FROM tickbook._leaves(relation) relid
$$;
COMMENT ON FUNCTION tickbook._bytes(regclass) IS 'Bytes of a table and its partitions, TOAST included, and of their indexes.';
