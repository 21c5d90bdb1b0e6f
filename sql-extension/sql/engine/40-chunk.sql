-- Chunks: partitions of one interval each, aligned in UTC as TimescaleDB aligns them (multiples since 1970-01-01), and
-- DEFAULT, which catches every row outside of them. PostgreSQL's catalog is the chunk catalog: a chunk's range is its
-- partition bound. Bounds are read and written as text, so every function here that touches one runs in UTC and ISO
-- style; in it, a date or a timestamp without time zone becomes a timestamptz by a plain cast.

CREATE FUNCTION tickbook._native_chunks(storage regclass)
  RETURNS TABLE (chunk regclass, range_start timestamptz, range_end timestamptz)
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, tickbook, pg_temp SET timezone = 'UTC' SET datestyle = 'ISO' AS $$
BEGIN
  RETURN QUERY
    SELECT c.oid::regclass, split_part(bound, '''', 2)::timestamptz, split_part(bound, '''', 4)::timestamptz
      FROM pg_inherits i
      JOIN pg_class c ON c.oid = i.inhrelid
     CROSS JOIN pg_get_expr(c.relpartbound, c.oid) bound
     WHERE i.inhparent = storage AND bound LIKE '%FROM (''%'') TO (''%'')'
     ORDER BY 2;
END $$;
COMMENT ON FUNCTION tickbook._native_chunks(regclass) IS 'Chunks of a partitioned table, oldest first.';

CREATE FUNCTION tickbook._default_chunk(storage regclass) RETURNS regclass
  LANGUAGE sql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
  SELECT nullif(partdefid, 0)::regclass FROM pg_partitioned_table WHERE partrelid = storage
$$;
COMMENT ON FUNCTION tickbook._default_chunk(regclass) IS 'The partition that catches rows outside every chunk.';

CREATE FUNCTION tickbook._template_chunk(storage regclass) RETURNS regclass
  LANGUAGE sql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
  SELECT relid FROM pg_partition_tree(tickbook._default_chunk(storage)) WHERE isleaf ORDER BY relid LIMIT 1
$$;
COMMENT ON FUNCTION tickbook._template_chunk(regclass) IS
  'The table that keeps the storage parameters which a partitioned table cannot have itself.';

CREATE FUNCTION tickbook._key_column(partitioned regclass) RETURNS name
  LANGUAGE sql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
  SELECT a.attname
    FROM pg_partitioned_table p
    JOIN pg_attribute a ON a.attrelid = p.partrelid AND a.attnum = p.partattrs[0]
   WHERE p.partrelid = partitioned
$$;
COMMENT ON FUNCTION tickbook._key_column(regclass) IS
  'Column that a table is partitioned by: of a hypertable''s storage the time column, of its DEFAULT the space column.';

CREATE FUNCTION tickbook._chunk_start(ts timestamptz, chunk_interval interval) RETURNS timestamptz
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN date_bin(chunk_interval, ts, timestamptz '1970-01-01 00:00:00+00');
COMMENT ON FUNCTION tickbook._chunk_start(timestamptz, interval) IS 'Start of the aligned chunk that ts falls in.';

CREATE FUNCTION tickbook._create_partition(
  storage regclass, base_name text, suffix text, space_column name, space_partitions integer, storage_clause text
) RETURNS regclass
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  schema_id oid := (SELECT relnamespace FROM pg_class WHERE oid = storage);
  created   name := tickbook._free_name(schema_id, base_name, suffix);
  chunk     text := format('%s.%I', schema_id::regnamespace, created);
  part      text;
  hashed    text := CASE WHEN space_column IS NULL THEN '' ELSE format(' PARTITION BY HASH (%I)', space_column) END;
BEGIN
  EXECUTE format('CREATE TABLE %s (LIKE %s INCLUDING ALL EXCLUDING INDEXES EXCLUDING IDENTITY EXCLUDING COMMENTS)',
      chunk, storage)
          || hashed || CASE WHEN hashed = '' THEN storage_clause ELSE '' END || tickbook._tablespace_clause(storage);
  PERFORM tickbook._copy_settings(storage, chunk::regclass);
  IF hashed <> '' THEN
    FOR remainder IN 0 .. space_partitions - 1 LOOP
      part := format('%s.%I', schema_id::regnamespace, tickbook._free_name(schema_id, created, '_s' || remainder));
      EXECUTE format('CREATE TABLE %s PARTITION OF %s FOR VALUES WITH (MODULUS %s, REMAINDER %s)', part, chunk,
          space_partitions, remainder)
              || storage_clause || tickbook._tablespace_clause(storage);
      PERFORM tickbook._copy_settings(storage, part::regclass);
    END LOOP;
  END IF;
  RETURN chunk;
END $$;
COMMENT ON FUNCTION tickbook._create_partition(regclass, text, text, name, integer, text) IS
  'Creates a table, with its hash partitions if there is a space column, that can be attached to storage.';

CREATE FUNCTION tickbook._create_default_chunk(h tickbook.hypertable, space_column name, storage_clause text)
  RETURNS void
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
BEGIN
  EXECUTE format('ALTER TABLE %s ATTACH PARTITION %s DEFAULT', h.storage, tickbook._create_partition(
    h.storage, (SELECT regexp_replace(relname, '_new(_\d+)?$', '') FROM pg_class WHERE oid = h.storage), '_default',
    space_column, h.space_partitions, storage_clause));
END $$;
COMMENT ON FUNCTION tickbook._create_default_chunk(tickbook.hypertable, name, text) IS
  'Gives new storage its DEFAULT partition.';

-- A move is not a change that triggers should see.
CREATE FUNCTION tickbook._delete_quietly(relation regclass, condition text) RETURNS bigint
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  enable_again text;
  deleted      bigint;
BEGIN
  SELECT string_agg(format('ALTER TABLE ONLY %s %s TRIGGER %I', t.tgrelid::regclass, CASE t.tgenabled
           WHEN 'R' THEN 'ENABLE REPLICA' WHEN 'A' THEN 'ENABLE ALWAYS' ELSE 'ENABLE' END, t.tgname), '; ')
    INTO enable_again
    FROM pg_partition_tree(relation) p JOIN pg_trigger t ON t.tgrelid = p.relid
   WHERE NOT t.tgisinternal AND t.tgenabled <> 'D';
  IF enable_again IS NOT NULL THEN
    EXECUTE format('ALTER TABLE %s DISABLE TRIGGER USER', relation);
  END IF;
  EXECUTE format('DELETE FROM %s WHERE %s', relation, condition);
  GET DIAGNOSTICS deleted = ROW_COUNT;
  IF enable_again IS NOT NULL THEN
    EXECUTE enable_again;
  END IF;
  RETURN deleted;
END $$;
COMMENT ON FUNCTION tickbook._delete_quietly(regclass, text) IS
  'Deletes rows, under an exclusive lock, without firing a trigger.';

-- The chunk is filled before it is attached: until then it has no triggers, and no index that slows the filling down.
CREATE FUNCTION tickbook._build_chunk(h tickbook.hypertable, range_start timestamptz, range_end timestamptz)
  RETURNS bigint
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp SET timezone = 'UTC' SET datestyle = 'ISO' AS $$
DECLARE
  default_chunk regclass := tickbook._default_chunk(h.storage);
  columns       text := tickbook._stored_columns(h.storage);
  in_range      text := format('%1$I >= %2$L AND %1$I < %3$L', tickbook._key_column(h.storage), range_start, range_end);
  chunk         regclass;
  filled        boolean;
  moved         bigint := 0;
BEGIN
  -- A writer that had chosen DEFAULT for a row before it waited for DEFAULT would fail once the row belongs to a chunk.
  EXECUTE format('LOCK TABLE ONLY %s IN SHARE ROW EXCLUSIVE MODE', h.storage);
  EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', default_chunk);
  chunk := tickbook._create_partition(h.storage,
    (SELECT regexp_replace(relname, '_default(_\d+)?$', '') FROM pg_class WHERE oid = default_chunk),
    to_char(range_start, '"_p"YYYYMMDD'
            || CASE WHEN range_start = date_trunc('day', range_start) THEN '' ELSE '"_"HH24MISS' END),
    tickbook._key_column(default_chunk), h.space_partitions,
    tickbook._storage_clause(tickbook._template_chunk(h.storage)));
  EXECUTE format('SELECT EXISTS (SELECT FROM %s WHERE %s)', default_chunk, in_range) INTO filled;
  IF filled THEN
    PERFORM tickbook._before_move(h.storage, default_chunk);
    EXECUTE format('INSERT INTO %1$s (%2$s) SELECT %2$s FROM %3$s WHERE %4$s', chunk, columns, default_chunk, in_range);
    moved := tickbook._delete_quietly(default_chunk, in_range);
  END IF;
  EXECUTE format('ALTER TABLE %s ATTACH PARTITION %s FOR VALUES FROM (%L) TO (%L)', h.storage, chunk, range_start,
      range_end);
  RETURN moved;
END $$;
COMMENT ON FUNCTION tickbook._build_chunk(tickbook.hypertable, timestamptz, timestamptz) IS
  'Creates and attaches one chunk, and moves into it what DEFAULT holds of its range; returns the number of rows '
  'moved.';

-- Where the interval has changed since a neighbour was made, less than a whole interval may be free.
CREATE FUNCTION tickbook._free_ranges(h tickbook.hypertable, starts timestamptz[]) RETURNS SETOF tstzrange
  LANGUAGE sql STABLE SET search_path = pg_catalog, tickbook, pg_temp SET timezone = 'UTC' AS $$
  SELECT unnest(tstzmultirange(tstzrange(start, start + h.chunk_interval)) - taken)
    FROM unnest(starts) start,
         (SELECT coalesce(range_agg(tstzrange(c.range_start, c.range_end)), '{}') AS taken
           FROM tickbook._native_chunks(h.storage) c) t
$$;
COMMENT ON FUNCTION tickbook._free_ranges(tickbook.hypertable, timestamptz[]) IS
  'What no chunk covers yet of the chunks that start at aligned times.';

-- Every new table and index is locked to the end of the transaction, and the server's lock table does not grow.
CREATE FUNCTION tickbook._check_lock_table(relation regclass, chunks integer) RETURNS void
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  at_most integer := current_setting('max_locks_per_transaction')::integer * current_setting('max_connections')::integer
                     / (4 + (SELECT count(*) FROM pg_index WHERE indrelid = relation))::integer;
BEGIN
  IF chunks > at_most THEN
    RAISE EXCEPTION USING ERRCODE = 'configuration_limit_exceeded',
      MESSAGE = format('%s would get %s chunks in one transaction', relation, chunks),
      HINT = format('The lock table of this server has room for about %s: take longer chunks, a shorter range at a '
                    'time, or raise max_locks_per_transaction.', at_most);
  END IF;
END $$;
COMMENT ON FUNCTION tickbook._check_lock_table(regclass, integer) IS
  'Raises an error if one transaction cannot make as many chunks.';

CREATE FUNCTION tickbook._add_chunks(h tickbook.hypertable, starts timestamptz[], OUT added integer, OUT moved bigint)
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp SET timezone = 'UTC' SET datestyle = 'ISO' AS $$
DECLARE
  free tstzrange;
BEGIN
  added := 0;
  moved := 0;
  PERFORM tickbook._check_lock_table(h.relation, cardinality(starts));
  FOREACH free IN ARRAY ARRAY(SELECT tickbook._free_ranges(h, starts)) LOOP
    moved := moved + tickbook._patiently(
      format('SELECT tickbook._build_chunk(%L, %L, %L)', h, lower(free), upper(free)), h.relation);
    added := added + 1;
  END LOOP;
END $$;
COMMENT ON FUNCTION tickbook._add_chunks(tickbook.hypertable, timestamptz[]) IS
  'Makes the chunks that start at aligned times, as far as they are missing; returns how many it made and how many '
  'rows moved into them from DEFAULT.';

CREATE FUNCTION tickbook.ensure_chunks(relation regclass, range_start timestamptz, range_end timestamptz)
  RETURNS integer
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp SET timezone = 'UTC' AS $$
DECLARE
  h      tickbook.hypertable;
  starts timestamptz[];
BEGIN
  IF NOT isfinite(range_start) OR NOT isfinite(range_end) OR (range_start <= range_end) IS NOT TRUE THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
      MESSAGE = format('%s to %s is not a range for chunks of %s', range_start, range_end, relation),
      HINT = 'Give two finite times, the earlier one first.';
  END IF;
  IF tickbook._is_timescaledb_hypertable(relation) THEN
    RETURN 0;  -- TimescaleDB makes a chunk when its first row arrives
  END IF;
  h := tickbook._native_hypertable(relation);
  IF extract(epoch FROM range_end - range_start) / extract(epoch FROM h.chunk_interval) > 1000000 THEN
    PERFORM tickbook._check_lock_table(relation, 1000000);
  END IF;
  starts := ARRAY(SELECT generate_series(tickbook._chunk_start(range_start, h.chunk_interval), range_end,
      h.chunk_interval));
  IF NOT EXISTS (SELECT FROM tickbook._free_ranges(h, starts)) THEN
    RETURN 0;  -- the common case takes no lock
  END IF;
  PERFORM tickbook._lock_chunks_of(h.storage);
  PERFORM tickbook._need_default_chunk(h.storage);
  RETURN (tickbook._add_chunks(h, starts)).added;
END $$;
COMMENT ON FUNCTION tickbook.ensure_chunks(regclass, timestamptz, timestamptz) IS
  'Makes the missing chunks for times from range_start to range_end, both included; returns how many it made. '
  'If there are any, other writers wait until the transaction ends, so do not write in the same one.';

CREATE FUNCTION tickbook.maintain_hypertable(relation regclass, max_chunks integer DEFAULT NULL) RETURNS bigint
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp SET timezone = 'UTC' AS $$
DECLARE
  h      tickbook.hypertable;
  starts timestamptz[];
  moved  bigint;
BEGIN
  IF tickbook._is_timescaledb_hypertable(relation) THEN
    RETURN 0;
  END IF;
  h := tickbook._native_hypertable(relation);
  PERFORM tickbook._lock_chunks_of(h.storage);
  PERFORM tickbook._need_default_chunk(h.storage);
  starts := tickbook._chunk_starts(tickbook._default_chunk(h.storage), tickbook._key_column(h.storage),
      h.chunk_interval);
  moved := (tickbook._add_chunks(h, starts[:coalesce(max_chunks, cardinality(starts))])).moved;
  -- A table that is being written now will need its next chunk soon; one that holds only history never will.
  IF EXISTS (SELECT FROM tickbook._native_chunks(h.storage) c
              WHERE c.range_end > now() - h.chunk_interval AND c.range_start <= now()
                AND tickbook._has_rows(c.chunk)) THEN
    PERFORM tickbook.ensure_chunks(relation, now(), now() + h.chunk_interval);
  END IF;
  RETURN moved;
END $$;
COMMENT ON FUNCTION tickbook.maintain_hypertable(regclass, integer) IS
  'Moves the rows that fell outside every chunk into chunks of their own, of at most max_chunks if that is given, and '
  'makes the next chunk of a table that is being written; returns the number of rows moved. run_jobs() calls it.';

CREATE FUNCTION tickbook._chunk_starts(source regclass, time_column name, chunk_interval interval) RETURNS timestamptz[]
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, tickbook, pg_temp SET timezone = 'UTC' AS $$
DECLARE
  starts timestamptz[];
BEGIN
  EXECUTE format('SELECT array_agg(start ORDER BY start) FROM ('
                 'SELECT DISTINCT tickbook._chunk_start(%1$I, %2$L) AS start FROM %3$s '
                 'WHERE %1$I > ''4700-01-01 BC'' AND %1$I < ''290000-01-01'') s',
                 time_column, chunk_interval, source) INTO starts;
  RETURN coalesce(starts, '{}');
END $$;
COMMENT ON FUNCTION tickbook._chunk_starts(regclass, name, interval) IS
  'Starts of the chunks that the rows of a table belong to. Rows so close to an end of the calendar that a chunk could '
  'reach past it belong to none, like those at infinity.';

CREATE FUNCTION tickbook._has_rows(relation regclass) RETURNS boolean
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  result boolean;
BEGIN
  EXECUTE format('SELECT EXISTS (SELECT FROM %s)', relation) INTO result;
  RETURN result;
END $$;
COMMENT ON FUNCTION tickbook._has_rows(regclass) IS 'Whether a table has a row.';

CREATE FUNCTION tickbook._as_time(bound anyelement, argument text) RETURNS timestamptz
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, tickbook, pg_temp SET timezone = 'UTC' AS $$
BEGIN
  CASE pg_typeof(bound)
    WHEN 'interval'::regtype THEN RETURN now() - bound;
    WHEN 'date'::regtype, 'timestamp'::regtype, 'timestamptz'::regtype THEN RETURN bound;
    ELSE RAISE EXCEPTION USING
      ERRCODE = 'datatype_mismatch',
      MESSAGE = format('%s cannot be of type %s', argument, pg_typeof(bound)),
      HINT = 'Give an interval or a time, for example INTERVAL ''3 months'' or DATE ''2024-01-31''.';
  END CASE;
END $$;
COMMENT ON FUNCTION tickbook._as_time(anyelement, text) IS
  'A bound that is a time or an interval back from now, as a time.';

CREATE FUNCTION tickbook.show_chunks(
  relation regclass, older_than anyelement DEFAULT NULL::timestamptz, newer_than anycompatible DEFAULT NULL::timestamptz
) RETURNS SETOF regclass
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  before timestamptz := tickbook._as_time(older_than, 'older_than');
  after  timestamptz := tickbook._as_time(newer_than, 'newer_than');
BEGIN
  RETURN QUERY SELECT c.chunk FROM tickbook._chunks_of(relation) c
    WHERE (before IS NULL OR c.range_end <= before)
      AND (after IS NULL OR c.range_start >= after) ORDER BY c.range_start;
END $$;
COMMENT ON FUNCTION tickbook.show_chunks(regclass, anyelement, anycompatible) IS
  'Chunks, oldest first, that lie wholly before older_than and wholly at or after newer_than. '
  'A bound is a time (UTC unless it carries a zone) or an interval, counted back from now.';

CREATE FUNCTION tickbook._chunks_of(relation regclass)
  RETURNS TABLE (chunk regclass, range_start timestamptz, range_end timestamptz)
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
BEGIN
  IF tickbook._is_timescaledb_hypertable(relation) THEN
    RETURN QUERY SELECT * FROM tickbook._timescaledb_chunks(relation);
  ELSE
    RETURN QUERY SELECT * FROM tickbook._native_chunks((tickbook._native_hypertable(relation)).storage);
  END IF;
END $$;
COMMENT ON FUNCTION tickbook._chunks_of(regclass) IS 'Chunks of a hypertable of either engine.';

CREATE FUNCTION tickbook.drop_chunks(
  relation regclass, older_than anyelement DEFAULT NULL::timestamptz, newer_than anycompatible DEFAULT NULL::timestamptz
) RETURNS SETOF text
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  storage regclass;
  doomed  regclass[];
  forget  text;
BEGIN
  IF older_than IS NULL AND newer_than IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
        MESSAGE = format('no bound for the chunks of %s to drop', relation),
      HINT = 'Give older_than, newer_than or both; TRUNCATE empties the whole table.';
  END IF;
  IF tickbook._is_timescaledb_hypertable(relation) THEN
    storage := relation;
  ELSE
    storage := (tickbook._native_hypertable(relation)).storage;
    PERFORM tickbook._lock_chunks_of(storage);
  END IF;
  doomed := tickbook._without_living_buckets(storage, ARRAY(SELECT tickbook.show_chunks(relation, older_than, newer_than)));
  IF doomed <> '{}' THEN
    RETURN QUERY SELECT tickbook._qualified(chunk) FROM unnest(doomed) chunk;
    forget := tickbook._forget_batches_command(storage, doomed);
    PERFORM tickbook._keep_history(storage, doomed);
    PERFORM tickbook._patiently(
      format('LOCK TABLE ONLY %s IN ACCESS EXCLUSIVE MODE; ', storage)
      || coalesce('LOCK TABLE ' || tickbook._default_chunk(storage)::text || ' IN ACCESS EXCLUSIVE MODE; ', '')
      || format('DROP TABLE %s', array_to_string(doomed, ', ')), storage);
    IF forget IS NOT NULL THEN
      EXECUTE forget;
    END IF;
  END IF;
END $$;
COMMENT ON FUNCTION tickbook.drop_chunks(regclass, anyelement, anycompatible) IS
  'Drops the chunks that show_chunks() shows for the same bounds, at least one of which is needed; returns their '
  'names. A chunk with a bucket of a continuous aggregate that is not over stays, and a NOTICE says so.';
