-- Continuous aggregates: the catalog. An aggregate is a view over two parts: a table of buckets that were computed, and
-- the query itself, restricted to what is pending. Pending is what the last refresh left plus what was changed since,
-- new rows like any other change; both are read in the snapshot that reads the rows, so the view is always what the query
-- gives at that moment.

CREATE TABLE tickbook.continuous_aggregate (
  relation      regclass PRIMARY KEY,   -- the view
  id            integer NOT NULL UNIQUE CHECK (id > 0),
  storage       regclass NOT NULL,      -- of the hypertable whose changes count
  source        regclass NOT NULL,      -- what the query reads: that hypertable's public name, or another aggregate
  materialized  regclass NOT NULL,
  definition    text NOT NULL,
  source_alias  name NOT NULL,
  time_column   name NOT NULL,          -- of the source
  time_type     regtype NOT NULL,
  bucket_column name NOT NULL,          -- of the aggregate
  bucket        text NOT NULL           -- the call of time_bucket, %s in place of the time
                -- Every reader runs it, so it calls nothing else, and its literals hide nothing.
                CONSTRAINT bucket_is_one_call CHECK (bucket ~ ('^tickbook\.time_bucket\((width => )?''[^''\\%]*''::interval, (ts => )?%s'
                  '(, (timezone => |origin => |"offset" => )?(''[^''\\%]*''|NULL)::'
                  '(text|interval|date|timestamp without time zone|timestamp with time zone))*\)$')),
  bucket_width  interval NOT NULL,
  reads         text[] NOT NULL DEFAULT '{}',  -- what the view reads is called, see _names_read()
  pending       tstzmultirange NOT NULL DEFAULT '{(,)}',
  frozen        tstzmultirange NOT NULL DEFAULT '{}',  -- raw rows dropped by retention: history stays as it was
  watermark     timestamptz,            -- end of the newest bucket with rows, as the last refresh found it
  refreshed_at  timestamptz
);
COMMENT ON TABLE tickbook.continuous_aggregate IS
  'Continuous aggregates of the native engine; read the view tickbook.continuous_aggregates instead.';

-- A writer adds rows here in its own transaction. A chunk without bounds means: rows of that chunk whose xmin is that of
-- the log row. Finding them is left to the refresh, so that COPY pays nothing for it. A log row whose own xmin is not
-- written_by comes from a subtransaction or from a restored dump: then nothing is known but the chunk.
CREATE TABLE tickbook.invalidation (
  aggregate  integer NOT NULL,
  chunk      regclass,
  first      timestamptz,  -- both bounds are included; a date or a timestamp is taken as UTC
  last       timestamptz,
  written_by xid8 NOT NULL DEFAULT pg_current_xact_id()
);
CREATE INDEX ON tickbook.invalidation (aggregate);
ALTER TABLE tickbook.invalidation REPLICA IDENTITY FULL;  -- a publication FOR ALL TABLES refuses to delete rows otherwise
COMMENT ON TABLE tickbook.invalidation IS 'What was changed under continuous aggregates since their last refresh.';

CREATE FUNCTION tickbook._only_aggregate_owner() RETURNS trigger
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  touched  CONSTANT integer := CASE TG_OP WHEN 'INSERT' THEN NEW.aggregate ELSE OLD.aggregate END;
  relation regclass;
  yours    boolean;
BEGIN
  SELECT a.relation, pg_has_role(c.relowner, 'USAGE') INTO relation, yours
    FROM tickbook.continuous_aggregate a JOIN pg_class c ON c.oid = a.relation WHERE a.id = touched;
  -- Of an aggregate that is gone a row can be deleted; for one that is yet to come none can wait.
  IF NOT coalesce(yours, TG_OP <> 'INSERT') THEN
    RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
      MESSAGE = format('must be owner of continuous aggregate %s', coalesce(relation::text, touched::text)),
      HINT = 'Run this as the owner, or as a member of the role that owns it.';
  END IF;
  RETURN CASE TG_OP WHEN 'INSERT' THEN NEW ELSE OLD END;
END $$;

COMMENT ON FUNCTION tickbook._only_aggregate_owner() IS 'Lets no one but its owner change what is kept of an aggregate.';

CREATE TRIGGER only_table_owner BEFORE INSERT OR UPDATE OR DELETE ON tickbook.continuous_aggregate
  FOR EACH ROW EXECUTE FUNCTION tickbook._only_table_owner();
CREATE TRIGGER only_aggregate_owner BEFORE UPDATE OR DELETE ON tickbook.invalidation
  FOR EACH ROW EXECUTE FUNCTION tickbook._only_aggregate_owner();
-- Writers add rows through _log_changes(), which runs as the log's owner and so is not asked.
CREATE TRIGGER only_aggregate_owner_adds BEFORE INSERT ON tickbook.invalidation
  FOR EACH ROW WHEN (NOT has_table_privilege('tickbook.invalidation'::regclass, 'TRUNCATE'))
  EXECUTE FUNCTION tickbook._only_aggregate_owner();
GRANT SELECT, INSERT, UPDATE, DELETE ON tickbook.continuous_aggregate TO PUBLIC;
-- UPDATE is for locking: the trigger lets nothing be changed.
GRANT SELECT, INSERT, UPDATE, DELETE ON tickbook.invalidation TO PUBLIC;

-- What an aggregate is does not change; how far it is does.
CREATE FUNCTION tickbook._keep_definition() RETURNS trigger
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
    MESSAGE = format('the definition of continuous aggregate %s cannot be changed', OLD.relation),
    HINT = 'Drop it with tickbook.drop_continuous_aggregate(name) and make it again.';
END $$;
COMMENT ON FUNCTION tickbook._keep_definition() IS 'Trigger: raises an error for changes of what an aggregate is.';

CREATE TRIGGER keep_definition BEFORE UPDATE ON tickbook.continuous_aggregate FOR EACH ROW
  WHEN ((OLD.relation, OLD.id, OLD.storage, OLD.materialized, OLD.definition, OLD.source_alias, OLD.time_column,
         OLD.time_type, OLD.bucket_column, OLD.bucket, OLD.bucket_width)
        IS DISTINCT FROM
        (NEW.relation, NEW.id, NEW.storage, NEW.materialized, NEW.definition, NEW.source_alias, NEW.time_column,
         NEW.time_type, NEW.bucket_column, NEW.bucket, NEW.bucket_width))
  EXECUTE FUNCTION tickbook._keep_definition();

DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_catalog.pg_extension WHERE extname = 'tickbook') THEN
    PERFORM pg_catalog.pg_extension_config_dump('tickbook.continuous_aggregate',
      'WHERE EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid = relation)');
    PERFORM pg_catalog.pg_extension_config_dump('tickbook.invalidation', '');
  END IF;
END $$;

CREATE FUNCTION tickbook._is_aggregate(relation regclass) RETURNS boolean
  LANGUAGE sql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
  SELECT EXISTS (SELECT FROM tickbook.continuous_aggregate a WHERE a.relation = _is_aggregate.relation)
$$;
COMMENT ON FUNCTION tickbook._is_aggregate(regclass) IS 'Whether it is a native continuous aggregate.';

CREATE FUNCTION tickbook._continuous_aggregate(relation regclass) RETURNS tickbook.continuous_aggregate
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  found tickbook.continuous_aggregate;
BEGIN
  SELECT * INTO found FROM tickbook.continuous_aggregate a WHERE a.relation = _continuous_aggregate.relation;
  IF found.relation IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'wrong_object_type',
      MESSAGE = format('%s is not a continuous aggregate', coalesce(relation::text, 'NULL')),
      HINT = 'See tickbook.continuous_aggregates for those there are, or make one with '
             'tickbook.create_continuous_aggregate(name, query).';
  END IF;
  RETURN found;
END $$;
COMMENT ON FUNCTION tickbook._continuous_aggregate(regclass) IS 'Catalog row of a native continuous aggregate.';

-- The row of an aggregate stays for some time where DROP VIEW or DROP TABLE ... CASCADE took its view.
CREATE FUNCTION tickbook._aggregates_of(storage regclass) RETURNS SETOF tickbook.continuous_aggregate
  LANGUAGE sql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
  SELECT a.* FROM tickbook.continuous_aggregate a JOIN pg_class c ON c.oid = a.relation
   WHERE a.storage = _aggregates_of.storage ORDER BY a.id
$$;
COMMENT ON FUNCTION tickbook._aggregates_of(regclass) IS
  'The continuous aggregates that changes of a hypertable count for, each after those that it is made of.';

-- Ranges are kept as timestamptz whatever type the time column has; these write the conversion into a query.
CREATE FUNCTION tickbook._to_time_type(time_type regtype, expression text) RETURNS text
  LANGUAGE sql STABLE
  RETURN format(CASE time_type WHEN 'date'::regtype THEN '(%s AT TIME ZONE ''UTC'')::date'
                               WHEN 'timestamp'::regtype THEN '(%s AT TIME ZONE ''UTC'')' ELSE '%s' END, expression);
COMMENT ON FUNCTION tickbook._to_time_type(regtype, text) IS 'SQL that makes a timestamptz a value of a time column.';

CREATE FUNCTION tickbook._from_time_type(time_type regtype, expression text) RETURNS text
  LANGUAGE sql STABLE
  RETURN format(CASE WHEN time_type = 'timestamptz'::regtype THEN '%s' ELSE '(%s::timestamp AT TIME ZONE ''UTC'')' END,
                expression);
COMMENT ON FUNCTION tickbook._from_time_type(regtype, text) IS 'SQL that makes a value of a time column a timestamptz.';

-- A bucket ends where the next one starts. A time one width later is in that one, except where clocks change or months
-- have different lengths: then a time that is some hours, some days or a width later still is.
CREATE FUNCTION tickbook._widened(a tickbook.continuous_aggregate, ranges tstzrange[]) RETURNS tstzrange[]
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, tickbook, pg_temp SET timezone = 'UTC' AS $$
DECLARE
  inner_one tickbook.continuous_aggregate;
  result    tstzrange[];
  bucket_of CONSTANT text := tickbook._from_time_type(a.time_type, replace(a.bucket, '%s', tickbook._to_time_type(a.time_type, '(%s)')));
BEGIN
  SELECT * INTO inner_one FROM tickbook.continuous_aggregate i WHERE i.relation = a.source AND i.id < a.id;
  IF FOUND THEN
    ranges := tickbook._widened(inner_one, ranges);
  END IF;
  EXECUTE format($query$
    SELECT array_agg(tstzrange(
             CASE WHEN isfinite(lower(r)) THEN %1$s END,
             CASE WHEN isfinite(upper(r)) THEN (SELECT min(%3$s) FROM unnest($2) later WHERE %3$s > b.start) END) ORDER BY n)
      FROM unnest($1) WITH ORDINALITY u (r, n)
      LEFT JOIN LATERAL (SELECT CASE WHEN isfinite(upper(r)) THEN %2$s END AS start) b ON true$query$,
    replace(bucket_of, '%s', 'lower(r)'),
    replace(bucket_of, '%s', 'upper(r) - interval ''1 microsecond'''),
    replace(bucket_of, '%s', 'b.start + later'))
    INTO result
    USING ranges, ARRAY[a.bucket_width, a.bucket_width + least(a.bucket_width, interval '3 hours'), a.bucket_width + interval '4 days',
                        2 * a.bucket_width + interval '3 hours'];
  RETURN coalesce(result, '{}');
END $$;
COMMENT ON FUNCTION tickbook._widened(tickbook.continuous_aggregate, tstzrange[]) IS
  'Each of the ranges of time, widened to whole buckets of the aggregate; in the same order.';

CREATE FUNCTION tickbook._aligned(a tickbook.continuous_aggregate, ranges tstzmultirange) RETURNS tstzmultirange
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
BEGIN
  RETURN (SELECT coalesce(range_agg(r), '{}') FROM unnest(tickbook._widened(a, ARRAY(SELECT unnest(ranges)))) r);
END $$;
COMMENT ON FUNCTION tickbook._aligned(tickbook.continuous_aggregate, tstzmultirange) IS
  'The ranges of time, widened to whole buckets of the aggregate.';

-- Here and not when someone reads it: a width of zero or an unknown time zone.
CREATE FUNCTION tickbook._try_bucket() RETURNS trigger
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
BEGIN
  PERFORM tickbook._aligned(NEW, '{[2000-01-01 00:00+00, 2000-01-02 00:00+00)}');
  RETURN NULL;
EXCEPTION WHEN OTHERS THEN
  RAISE EXCEPTION USING ERRCODE = SQLSTATE, MESSAGE = format('continuous aggregate %s cannot have these buckets: %s', NEW.relation, SQLERRM),
    HINT = 'Give a width like ''1 hour'', ''1 day'' or ''1 month'', and a zone of pg_timezone_names.';
END $$;
COMMENT ON FUNCTION tickbook._try_bucket() IS 'Trigger: raises an error if the buckets of a new aggregate cannot be computed.';

CREATE TRIGGER try_bucket AFTER INSERT ON tickbook.continuous_aggregate
  FOR EACH ROW EXECUTE FUNCTION tickbook._try_bucket();

CREATE FUNCTION tickbook._chunk_ranges(storage regclass, chunk regclass) RETURNS tstzmultirange
  LANGUAGE sql STABLE SET search_path = pg_catalog, tickbook, pg_temp SET timezone = 'UTC' AS $$
  SELECT CASE WHEN _chunk_ranges.chunk = tickbook._default_chunk(_chunk_ranges.storage)
              THEN '{(,)}' - coalesce(range_agg(tstzrange(c.range_start, c.range_end)), '{}')
              ELSE coalesce(range_agg(tstzrange(c.range_start, c.range_end)) FILTER (WHERE c.chunk = _chunk_ranges.chunk), '{}')
          END
    FROM tickbook._native_chunks(storage) c
$$;
COMMENT ON FUNCTION tickbook._chunk_ranges(regclass, regclass) IS
  'Where the rows of a chunk can be; those of DEFAULT are outside every chunk.';

CREATE FUNCTION tickbook._log_range(first timestamptz, last timestamptz) RETURNS tstzrange
  LANGUAGE sql STABLE PARALLEL SAFE
  RETURN tstzrange(nullif(first, '-infinity'),
                   nullif(greatest(last, timestamptz '4000-01-01 00:00+00 BC'), 'infinity') + interval '1 microsecond');
COMMENT ON FUNCTION tickbook._log_range(timestamptz, timestamptz) IS
  'A row of the log as a range, which is not empty where only rows at -infinity were changed.';

CREATE FUNCTION tickbook._logged(a tickbook.continuous_aggregate) RETURNS tstzmultirange
  LANGUAGE sql STABLE SET search_path = pg_catalog, tickbook, pg_temp SET timezone = 'UTC' AS $$
  SELECT coalesce(range_agg(tickbook._log_range(l.first, l.last)), '{}')
    FROM (SELECT first, last FROM tickbook.invalidation WHERE aggregate = a.id AND chunk IS NULL
          UNION ALL
          SELECT lower(r), coalesce(upper(r) - interval '1 microsecond', 'infinity')
            FROM (SELECT DISTINCT chunk FROM tickbook.invalidation WHERE aggregate = a.id AND chunk IS NOT NULL) t,
                 unnest(tickbook._chunk_ranges(a.storage, t.chunk)) r) l
$$;
COMMENT ON FUNCTION tickbook._logged(tickbook.continuous_aggregate) IS 'Ranges of time that the log names for an aggregate.';

-- These two run as the owner of Tickbook, so that reading an aggregate takes no right but SELECT. They read the catalog only.
CREATE FUNCTION tickbook._pending(aggregate integer) RETURNS tstzmultirange
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  a tickbook.continuous_aggregate;
BEGIN
  SELECT * INTO a FROM tickbook.continuous_aggregate c WHERE c.id = aggregate;
  IF EXISTS (SELECT FROM tickbook.invalidation i WHERE i.aggregate = a.id) THEN
    a.pending := a.pending + tickbook._aligned(a, tickbook._logged(a));
  END IF;
  RETURN a.pending - a.frozen;
END $$;
COMMENT ON FUNCTION tickbook._pending(integer) IS
  'Whole buckets that are to be computed by the query rather than read, as the reading snapshot has it.';

-- Says that it gives one row, as it usually does: from a higher estimate PostgreSQL would conclude that JIT pays.
CREATE FUNCTION tickbook._pending_ranges(aggregate integer) RETURNS TABLE (first timestamptz, last timestamptz)
  LANGUAGE sql STABLE ROWS 1 SECURITY DEFINER SET search_path = pg_catalog, tickbook, pg_temp SET timezone = 'UTC' AS $$
  SELECT coalesce(lower(r), '-infinity'), coalesce(upper(r) - interval '1 microsecond', 'infinity')
    FROM unnest(tickbook._pending(aggregate)) r
$$;
COMMENT ON FUNCTION tickbook._pending_ranges(integer) IS 'The same as rows; both bounds are included.';
