-- Chunks: partitions of one interval each, aligned in UTC as TimescaleDB aligns them (multiples since 1970-01-01).
-- PostgreSQL's catalog is the chunk catalog: a chunk's range is its partition bound.

-- Bounds are read and written as text, so every function here that touches one runs in UTC and ISO style. Within them a
-- date or a timestamp without time zone turns into timestamptz by a plain cast.

CREATE FUNCTION tickbook._chunks(storage regclass)
  RETURNS TABLE (chunk regclass, range_start timestamptz, range_end timestamptz)
  LANGUAGE sql STABLE SET search_path = pg_catalog, tickbook, pg_temp SET timezone = 'UTC' SET datestyle = 'ISO' AS $$
  SELECT c.oid::regclass, bound[1]::timestamptz, bound[2]::timestamptz
    FROM pg_inherits i
    JOIN pg_class c ON c.oid = i.inhrelid
   CROSS JOIN regexp_match(pg_get_expr(c.relpartbound, c.oid), $re$FROM \('(.*)'\) TO \('(.*)'\)$re$) bound
   WHERE i.inhparent = storage AND bound IS NOT NULL
   ORDER BY 2
$$;
COMMENT ON FUNCTION tickbook._chunks(regclass) IS 'Chunks of a partitioned table, oldest first.';

CREATE FUNCTION tickbook._default_chunk(storage regclass) RETURNS regclass
  LANGUAGE sql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
  SELECT nullif(partdefid, 0)::regclass FROM pg_partitioned_table WHERE partrelid = storage
$$;
COMMENT ON FUNCTION tickbook._default_chunk(regclass) IS 'The partition that catches rows outside every chunk.';

CREATE FUNCTION tickbook._time_column(storage regclass) RETURNS name
  LANGUAGE sql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
  SELECT a.attname
    FROM pg_partitioned_table p
    JOIN pg_attribute a ON a.attrelid = p.partrelid AND a.attnum = p.partattrs[0]
   WHERE p.partrelid = storage
$$;
COMMENT ON FUNCTION tickbook._time_column(regclass) IS 'First column of the partition key.';

CREATE FUNCTION tickbook._stored_columns(relation regclass) RETURNS text
  LANGUAGE sql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
  SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum)
    FROM pg_attribute
   WHERE attrelid = relation AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
$$;
COMMENT ON FUNCTION tickbook._stored_columns(regclass) IS 'Columns an INSERT can name: all but the generated ones.';

CREATE FUNCTION tickbook._chunk_start(ts timestamptz, chunk_interval interval) RETURNS timestamptz
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN date_bin(chunk_interval, ts, timestamptz '1970-01-01 00:00:00+00');
COMMENT ON FUNCTION tickbook._chunk_start(timestamptz, interval) IS 'Start of the aligned chunk that ts falls in.';

CREATE FUNCTION tickbook._free_name(schema_id oid, base text, suffix text) RETURNS name
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  stem      text := base;
  candidate text;
BEGIN
  FOR attempt IN 0 .. 1000 LOOP
    candidate := suffix || CASE WHEN attempt > 0 THEN '_' || attempt ELSE '' END;
    WHILE octet_length(stem || candidate) > 63 LOOP
      stem := left(stem, -1);
    END LOOP;
    candidate := stem || candidate;
    EXIT WHEN NOT EXISTS (SELECT FROM pg_class WHERE relnamespace = schema_id AND relname = candidate)
          AND NOT EXISTS (SELECT FROM pg_type WHERE typnamespace = schema_id AND typname = candidate);
  END LOOP;
  RETURN candidate;
END $$;
COMMENT ON FUNCTION tickbook._free_name(oid, text, text) IS 'A table name that is free in the schema, at most 63 bytes long.';

CREATE FUNCTION tickbook._lock_chunks_of(storage regclass) RETURNS void
  LANGUAGE sql SET search_path = pg_catalog, tickbook, pg_temp AS $$
  SELECT pg_advisory_xact_lock('tickbook.hypertable'::regclass::oid::integer, storage::oid::integer)
$$;
COMMENT ON FUNCTION tickbook._lock_chunks_of(regclass) IS
  'One session at a time changes the set of chunks of a hypertable; others wait here, not in front of its writers.';

-- Makes the chunk that ts falls in, unless it is there, and moves into it what DEFAULT holds of its range.
-- It waits for locks in short steps: whoever queues behind a waiting lock would otherwise wait as long as it does.
-- Order of locks: the hypertable's advisory lock, the hypertable, DEFAULT. Writers take the latter two in that order too.
CREATE FUNCTION tickbook._add_chunk(h tickbook.hypertable, ts timestamptz, OUT created boolean, OUT moved bigint)
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp SET timezone = 'UTC' SET datestyle = 'ISO'
  SET lock_timeout = '300ms' AS $$
DECLARE
  default_chunk regclass := tickbook._default_chunk(h.storage);
  chunk_start   timestamptz := tickbook._chunk_start(ts, h.chunk_interval);
  chunk_end     timestamptz := chunk_start + h.chunk_interval;
  tries CONSTANT integer := 100;
BEGIN
  created := false;
  moved := 0;
  IF EXISTS (SELECT FROM tickbook._chunks(h.storage) c WHERE ts >= c.range_start AND ts < c.range_end) THEN
    RETURN;
  END IF;
  -- The interval may have changed since a neighbour was made: stay clear of it.
  SELECT greatest(chunk_start, max(c.range_end) FILTER (WHERE c.range_end <= ts)),
         least(chunk_end, min(c.range_start) FILTER (WHERE c.range_start > ts))
    INTO chunk_start, chunk_end
    FROM tickbook._chunks(h.storage) c;

  FOR attempt IN 1 .. tries LOOP
    BEGIN
      EXECUTE format('LOCK TABLE ONLY %s IN SHARE UPDATE EXCLUSIVE MODE', h.storage);
      EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', default_chunk);
      moved := tickbook._build_chunk(h, default_chunk, chunk_start, chunk_end);
      created := true;
      RETURN;
    EXCEPTION WHEN lock_not_available THEN
      IF attempt = tries THEN
        RAISE EXCEPTION USING
          ERRCODE = 'lock_not_available',
          MESSAGE = format('could not lock %s to add the chunk that starts at %s', h.relation, chunk_start),
          HINT = 'A long transaction holds it (see pg_stat_activity); end that one, or try again later.';
      END IF;
      PERFORM pg_sleep(0.05 + random() * 0.1);
    END;
  END LOOP;
END $$;
COMMENT ON FUNCTION tickbook._add_chunk(tickbook.hypertable, timestamptz) IS
  'Makes the chunk that ts falls in; returns whether it is new and how many rows it got from the DEFAULT partition.';

-- The new chunk is filled before it is attached and has no triggers yet, so moving a row fires none of the user's.
CREATE FUNCTION tickbook._build_chunk(
  h tickbook.hypertable, default_chunk regclass, range_start timestamptz, range_end timestamptz
) RETURNS bigint
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp SET timezone = 'UTC' SET datestyle = 'ISO' AS $$
DECLARE
  time_column name := tickbook._time_column(h.storage);
  columns     text := tickbook._stored_columns(h.storage);
  in_range    text := format('%1$I >= %2$L AND %1$I < %3$L', time_column, range_start, range_end);
  parent      pg_class;
  chunk       text;
  filled      boolean;
  moved       bigint := 0;
BEGIN
  SELECT * INTO parent FROM pg_class WHERE oid = h.storage;
  chunk := format('%I.%I', parent.relnamespace::regnamespace, tickbook._free_name(parent.relnamespace, parent.relname,
             to_char(range_start, CASE WHEN range_start = date_trunc('day', range_start)
                                       THEN '"_p"YYYYMMDD' ELSE '"_p"YYYYMMDD"_"HH24MISS' END)));
  EXECUTE format('CREATE TABLE %s (LIKE %s INCLUDING ALL EXCLUDING INDEXES EXCLUDING IDENTITY)', chunk, h.storage);
  EXECUTE format('SELECT EXISTS (SELECT FROM %s WHERE %s)', default_chunk, in_range) INTO filled;
  IF filled THEN
    EXECUTE format('INSERT INTO %1$s (%2$s) SELECT %2$s FROM %3$s WHERE %4$s', chunk, columns, default_chunk, in_range);
    EXECUTE format('DELETE FROM %s WHERE %s', default_chunk, in_range);
    GET DIAGNOSTICS moved = ROW_COUNT;
  END IF;
  EXECUTE format('ALTER TABLE %s ATTACH PARTITION %s FOR VALUES FROM (%L) TO (%L)',
                 h.storage, chunk, range_start, range_end);
  RETURN moved;
END $$;
COMMENT ON FUNCTION tickbook._build_chunk(tickbook.hypertable, regclass, timestamptz, timestamptz) IS
  'Creates, fills and attaches one chunk; returns the number of rows it took from the DEFAULT partition.';

CREATE FUNCTION tickbook.ensure_chunks(relation regclass, range_start timestamptz, range_end timestamptz) RETURNS integer
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp SET timezone = 'UTC' AS $$
DECLARE
  h     tickbook.hypertable := tickbook._hypertable(relation);
  ts    timestamptz := tickbook._chunk_start(range_start, h.chunk_interval);
  added integer := 0;
BEGIN
  PERFORM tickbook._lock_chunks_of(h.storage);
  WHILE ts <= range_end LOOP
    added := added + (tickbook._add_chunk(h, greatest(ts, range_start))).created::integer;
    ts := ts + h.chunk_interval;
  END LOOP;
  RETURN added;
END $$;
COMMENT ON FUNCTION tickbook.ensure_chunks(regclass, timestamptz, timestamptz) IS
  'Makes the missing chunks for times from range_start to range_end, both included; returns how many it made.';

CREATE FUNCTION tickbook.maintain_hypertable(relation regclass) RETURNS bigint
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp SET timezone = 'UTC' AS $$
DECLARE
  h     tickbook.hypertable := tickbook._hypertable(relation);
  ts    timestamptz;
  moved bigint := 0;
BEGIN
  PERFORM tickbook._lock_chunks_of(h.storage);
  FOR ts IN EXECUTE format(
    'SELECT DISTINCT tickbook._chunk_start(%1$I, %2$L) FROM %3$s WHERE isfinite(%1$I) ORDER BY 1',
    tickbook._time_column(h.storage), h.chunk_interval, tickbook._default_chunk(h.storage))
  LOOP
    moved := moved + (tickbook._add_chunk(h, ts)).moved;
  END LOOP;
  RETURN moved;
END $$;
COMMENT ON FUNCTION tickbook.maintain_hypertable(regclass) IS
  'Moves the rows that fell outside every chunk into chunks of their own; returns how many. run_jobs() calls it.';

CREATE FUNCTION tickbook.show_chunks(
  relation regclass, older_than anyelement DEFAULT NULL::timestamptz, newer_than anycompatible DEFAULT NULL::timestamptz
) RETURNS SETOF regclass
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, tickbook, pg_temp SET timezone = 'UTC' AS $$
DECLARE
  h      tickbook.hypertable := tickbook._hypertable(relation);
  before timestamptz := tickbook._as_time(older_than, 'older_than');
  after  timestamptz := tickbook._as_time(newer_than, 'newer_than');
BEGIN
  RETURN QUERY SELECT c.chunk FROM tickbook._chunks(h.storage) c
    WHERE (before IS NULL OR c.range_end <= before) AND (after IS NULL OR c.range_start >= after);
END $$;
COMMENT ON FUNCTION tickbook.show_chunks(regclass, anyelement, anycompatible) IS
  'Chunks, oldest first, that lie wholly before older_than and wholly at or after newer_than. '
  'A bound is a time (UTC unless it carries a zone) or an interval, counted back from now.';

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
COMMENT ON FUNCTION tickbook._as_time(anyelement, text) IS 'A bound that is a time or an interval back from now, as a time.';
