-- How much a relation holds, for the views.

CREATE FUNCTION tickbook._leaves(relation regclass) RETURNS SETOF regclass
  LANGUAGE sql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
  SELECT relid FROM pg_partition_tree(relation) WHERE isleaf
  UNION
  SELECT oid FROM pg_class WHERE oid = relation AND relkind = 'r'
$$;
COMMENT ON FUNCTION tickbook._leaves(regclass) IS 'The tables that hold the rows of a table, partitioned or not.';

-- The statistics count rows exactly, but a crash empties them: then it is the planner's guess from the size. What this
-- session has not reported to the statistics yet counts too, so a chunk shows its rows right after the COPY.
CREATE FUNCTION tickbook._estimated_rows(relation regclass) RETURNS bigint
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  leaf  regclass;
  pages bigint;
  live  bigint;
  plan  json;
  total bigint := 0;
BEGIN
  FOREACH leaf IN ARRAY ARRAY(SELECT tickbook._leaves(relation)) LOOP
    pages := pg_relation_size(leaf) / current_setting('block_size')::integer;
    CONTINUE WHEN pages = 0;
    live := pg_stat_get_live_tuples(leaf) + pg_stat_get_xact_tuples_inserted(leaf) - pg_stat_get_xact_tuples_deleted(leaf);
    IF live <= 0 AND has_table_privilege(leaf, 'SELECT') THEN
      EXECUTE format('EXPLAIN (FORMAT json) SELECT FROM ONLY %s', leaf) INTO plan;
      live := (plan -> 0 -> 'Plan' ->> 'Plan Rows')::bigint * pages / greatest(pages, 10);  -- it plans for at least 10 pages
    END IF;
    total := total + greatest(live, 0);
  END LOOP;
  RETURN total;
END $$;
COMMENT ON FUNCTION tickbook._estimated_rows(regclass) IS 'Rows of a table and its partitions, as the statistics have it.';

CREATE FUNCTION tickbook._bytes(relation regclass, OUT table_bytes bigint, OUT index_bytes bigint)
  LANGUAGE sql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
  SELECT sum(pg_table_size(relid))::bigint, sum(pg_indexes_size(relid))::bigint FROM tickbook._leaves(relation) relid
$$;
COMMENT ON FUNCTION tickbook._bytes(regclass) IS 'Bytes of a table and its partitions, TOAST included, and of their indexes.';
