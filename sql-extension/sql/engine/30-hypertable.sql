-- Making a table a hypertable, and a hypertable a table again.

-- Refuses, before anything is touched, what cannot become a hypertable.
CREATE FUNCTION tickbook._check_convertible(
  relation regclass, time_column name, chunk_interval interval, space_column name, space_partitions integer
) RETURNS void
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  t        pg_class;
  key      pg_attribute;
  obstacle text;
  kind     text;
BEGIN
  IF relation IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'null_value_not_allowed', MESSAGE = 'relation cannot be null',
      HINT = 'Name the table that shall become a hypertable.';
  END IF;
  SELECT * INTO t FROM pg_class WHERE oid = relation;
  kind := CASE t.relkind WHEN 'v' THEN 'a view' WHEN 'm' THEN 'a materialized view' WHEN 'f' THEN 'a foreign table'
                         WHEN 'r' THEN NULL WHEN 'p' THEN NULL ELSE 'not a table' END;
  IF kind IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'wrong_object_type', MESSAGE = format('%s is %s', relation, kind),
      HINT = 'Only an ordinary table can become a hypertable.';
  END IF;
  IF NOT pg_has_role(t.relowner, 'USAGE') THEN
    RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege', MESSAGE = format('must be owner of table %s', relation),
      HINT = format('Run this as %I, or as a member of that role.', pg_get_userbyid(t.relowner));
  END IF;
  IF t.relkind = 'p' OR t.relispartition THEN
    RAISE EXCEPTION USING ERRCODE = 'wrong_object_type',
      MESSAGE = format('table %s is already %s', relation,
                       CASE WHEN t.relispartition THEN 'a partition' ELSE 'partitioned' END),
      HINT = 'Copy its rows into an ordinary table (CREATE TABLE ... AS) and make that one a hypertable.';
  END IF;
  IF t.relpersistence <> 'p' THEN
    RAISE EXCEPTION USING ERRCODE = 'wrong_object_type',
      MESSAGE = format('table %s is %s', relation, CASE t.relpersistence WHEN 't' THEN 'temporary' ELSE 'unlogged' END),
      HINT = CASE t.relpersistence WHEN 't' THEN 'Create it without TEMPORARY.'
                                   ELSE format('Run ALTER TABLE %s SET LOGGED first.', relation) END;
  END IF;

  SELECT * INTO key FROM pg_attribute a
   WHERE a.attrelid = relation AND a.attname = time_column AND a.attnum > 0 AND NOT a.attisdropped;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'undefined_column',
      MESSAGE = format('column "%s" of table %s does not exist', time_column, relation),
      HINT = format('Its columns are %s.', (SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum)
               FROM pg_attribute WHERE attrelid = relation AND attnum > 0 AND NOT attisdropped));
  ELSIF key.atttypid NOT IN ('date'::regtype, 'timestamp'::regtype, 'timestamptz'::regtype) THEN
    RAISE EXCEPTION USING ERRCODE = 'datatype_mismatch',
      MESSAGE = format('column "%s" of table %s is of type %s', time_column, relation,
          format_type(key.atttypid, key.atttypmod)),
      HINT = 'The time column must be a date, a timestamp or a timestamptz.';
  ELSIF NOT key.attnotnull THEN
    RAISE EXCEPTION USING ERRCODE = 'not_null_violation',
      MESSAGE = format('column "%s" of table %s can be null', time_column, relation),
      HINT = format('Run ALTER TABLE %s ALTER COLUMN %I SET NOT NULL first.', relation, time_column);
  ELSIF key.attgenerated <> '' THEN
    RAISE EXCEPTION USING ERRCODE = 'wrong_object_type',
      MESSAGE = format('column "%s" of table %s is generated', time_column, relation),
      HINT = 'The time column must be stored by the writer: PostgreSQL cannot partition by a generated column.';
  END IF;

  IF chunk_interval IS NULL OR NOT tickbook._plain_days(chunk_interval) > interval '0' THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
      MESSAGE = format('chunk_interval of table %s must be greater than zero', relation),
      HINT = 'For example INTERVAL ''7 days''.';
  ELSIF key.atttypid = 'date'::regtype AND extract(epoch FROM tickbook._plain_days(chunk_interval)) % 86400 <> 0 THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
      MESSAGE = format('chunk_interval %s does not fit column "%s" of table %s, a date', chunk_interval, time_column,
          relation),
      HINT = 'Give whole days.';
  END IF;

  IF (space_column IS NULL) <> (space_partitions IS NULL) OR space_partitions < 2 OR space_column = time_column THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
      MESSAGE = format('space_column and space_partitions of table %s do not fit together', relation),
      HINT = 'Give both or neither: a column other than the time column, and at least 2 partitions.';
  ELSIF space_column IS NOT NULL AND NOT EXISTS (SELECT FROM pg_attribute a
           WHERE a.attrelid = relation AND a.attname = space_column AND a.attnum > 0 AND NOT a.attisdropped) THEN
    RAISE EXCEPTION USING ERRCODE = 'undefined_column',
      MESSAGE = format('column "%s" of table %s does not exist', space_column, relation),
      HINT = 'Name a column of the table as space_column, or leave it out.';
  END IF;

  SELECT i.indexrelid::regclass INTO obstacle FROM pg_index i
   WHERE i.indrelid = relation AND i.indisunique
     AND NOT (SELECT array_agg(a.attname) FROM pg_attribute a
               WHERE a.attrelid = relation AND a.attnum = ANY (i.indkey[0:i.indnkeyatts - 1]))
             @> array_remove(ARRAY[time_column, space_column], NULL);
  IF FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_table_definition',
      MESSAGE = format('unique index %s of table %s does not contain column %s', obstacle, relation,
                       concat_ws(' and column ', quote_ident(time_column), quote_ident(space_column))),
      HINT = 'PostgreSQL checks uniqueness within a partition: add the column to the key, or drop the key.';
  END IF;
  SELECT format('%I on table %s', conname, conrelid::regclass) INTO obstacle
    FROM pg_constraint WHERE confrelid = relation AND contype = 'f' AND conrelid <> relation;
  IF FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'feature_not_supported',
      MESSAGE = format('foreign key %s points to table %s', obstacle, relation),
      HINT = 'Chunks could not be dropped while other tables refer to them: drop that foreign key first.';
  END IF;

  SELECT string_agg(problem, '; ') INTO obstacle FROM (
    SELECT 'it inherits from or is inherited by another table' WHERE EXISTS (
      SELECT FROM pg_inherits WHERE relation IN (inhrelid, inhparent))
    UNION ALL SELECT 'it was created OF a type' WHERE t.reloftype <> 0
    UNION ALL SELECT format('rule %I', rulename) FROM pg_rewrite WHERE ev_class = relation
    UNION ALL SELECT format('publication %I', p.pubname) FROM pg_publication_rel r
      JOIN pg_publication p ON p.oid = r.prpubid
               WHERE r.prrelid = relation
    UNION ALL SELECT format('constraint %I is not validated', conname) FROM pg_constraint
      WHERE conrelid = relation AND NOT convalidated
    UNION ALL SELECT format('constraint %I is declared NO INHERIT', conname) FROM pg_constraint
               WHERE conrelid = relation AND contype IN ('c', 'n') AND connoinherit
    UNION ALL SELECT format('exclusion constraint %I', conname) FROM pg_constraint
      WHERE conrelid = relation AND contype = 'x'
    UNION ALL SELECT format('foreign key %I points to the table itself', conname) FROM pg_constraint
               WHERE conrelid = relation AND confrelid = relation AND contype = 'f'
    UNION ALL SELECT format('index %s is not valid', indexrelid::regclass) FROM pg_index
      WHERE indrelid = relation AND NOT indisvalid
    UNION ALL SELECT format('it is clustered on index %s', indexrelid::regclass) FROM pg_index
      WHERE indrelid = relation AND indisclustered
    UNION ALL SELECT format('row trigger %I has transition tables', tgname) FROM pg_trigger
               WHERE tgrelid = relation AND tgtype & 1 = 1 AND (tgoldtable IS NOT NULL OR tgnewtable IS NOT NULL)
    UNION ALL SELECT DISTINCT format('view %s reads it', w.ev_class::regclass) FROM pg_depend d
                JOIN pg_rewrite w ON w.oid = d.objid AND w.ev_class <> relation
               WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass
                 AND d.refobjid = relation
  ) p (problem);
  IF obstacle IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'feature_not_supported',
      MESSAGE = format('table %s cannot become a hypertable as it is', relation), DETAIL = obstacle,
      HINT = 'Drop or change what is named in the detail; create it again afterwards where a hypertable can have it.';
  END IF;
END $$;
COMMENT ON FUNCTION tickbook._check_convertible(regclass, name, interval, name, integer) IS
  'Raises an error that says why a table cannot become a hypertable, or does nothing.';

CREATE FUNCTION tickbook.create_hypertable(
  relation regclass, time_column name, chunk_interval interval DEFAULT '7 days',
  space_column name DEFAULT NULL, space_partitions integer DEFAULT NULL,
  migrate_data boolean DEFAULT false, if_not_exists boolean DEFAULT false
) RETURNS regclass
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp SET timezone = 'UTC' SET row_security = off AS $$
DECLARE
  name   text := tickbook._qualified(relation);
  h      tickbook.hypertable;
  twin   regclass;
  filled boolean;
  start  timestamptz;
  starts timestamptz[];
BEGIN
  IF tickbook._is_hypertable(relation) OR tickbook._is_timescaledb_hypertable(relation) THEN
    IF NOT if_not_exists THEN
      RAISE EXCEPTION USING ERRCODE = 'duplicate_object',
          MESSAGE = format('table %s is already a hypertable', relation),
        HINT = 'Pass if_not_exists => true to accept that.';
    END IF;
    RAISE NOTICE 'table % is already a hypertable, skipping', relation;
    RETURN relation;
  END IF;
  PERFORM tickbook._check_convertible(relation, time_column, chunk_interval, space_column, space_partitions);

  -- Writers wait from here on, readers do not.
  BEGIN
    PERFORM tickbook._lock_for_rebuild(relation);
  EXCEPTION WHEN object_in_use THEN
    -- Another session was first, and what now has the name may be what was asked for.
    relation := to_regclass(name);
    IF NOT if_not_exists OR (tickbook._is_hypertable(relation)) IS NOT TRUE THEN
      RAISE;
    END IF;
    RAISE NOTICE 'table % is already a hypertable, skipping', relation;
    RETURN relation;
  END;
  EXECUTE format('SELECT EXISTS (SELECT FROM %s)', relation) INTO filled;
  IF filled AND NOT migrate_data THEN
    RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
        MESSAGE = format('table %s is not empty', relation),
      HINT = 'Pass migrate_data => true to move its rows into chunks. Writers wait until that is done.';
  END IF;
  chunk_interval := tickbook._plain_days(chunk_interval);
  IF tickbook.engine() = 'timescaledb' THEN
    PERFORM tickbook._timescaledb_create_hypertable(relation, time_column, chunk_interval, space_column,
        space_partitions, migrate_data);
    EXECUTE format('ANALYZE %s', relation);
    RETURN relation;
  END IF;

  twin := tickbook._create_twin(relation, format(' PARTITION BY RANGE (%I)', time_column), '');
  h := ROW(twin, twin, chunk_interval, space_partitions, now());
  PERFORM tickbook._create_default_chunk(h, space_column, tickbook._storage_clause(relation));
  IF filled THEN
    starts := tickbook._chunk_starts(relation, time_column, chunk_interval);
    PERFORM tickbook._check_lock_table(relation, cardinality(starts));
    FOREACH start IN ARRAY starts LOOP
      PERFORM tickbook._build_chunk(h, start, start + chunk_interval);
    END LOOP;
    EXECUTE format('INSERT INTO %1$s (%2$s) SELECT %2$s FROM %3$s', twin, tickbook._stored_columns(relation), relation);
  END IF;
  PERFORM tickbook._take_place_of(relation, twin);
  -- What is left of a dropped table whose OID this one has got.
  DELETE FROM tickbook.job j WHERE j.relation = twin;
  DELETE FROM tickbook.hypertable t WHERE twin IN (t.relation, t.storage);
  INSERT INTO tickbook.hypertable SELECT h.*;
  INSERT INTO tickbook.job (relation, kind, schedule_interval)
    VALUES (twin, 'maintenance', greatest(least(chunk_interval / 4, interval '1 hour'), interval '1 minute'));
  RETURN twin;
END $$;
COMMENT ON FUNCTION tickbook.create_hypertable(regclass, name, interval, name, integer, boolean, boolean) IS
  'Partitions a table by time, and optionally by the hash of a second column, into chunks of chunk_interval (a month '
  'counts 30 days), keeping its definition, privileges and, with migrate_data, its rows. Returns the hypertable, which '
  'has the table''s name. Refuses, with a hint, what cannot be partitioned; then nothing has changed.';

CREATE FUNCTION tickbook.revert_hypertable(relation regclass) RETURNS regclass
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp SET row_security = off AS $$
DECLARE
  h       tickbook.hypertable;
  storage regclass;
  twin    regclass;
BEGIN
  IF tickbook._is_timescaledb_hypertable(relation) THEN
    storage := relation;
  ELSE
    h := tickbook._native_hypertable(relation);
    PERFORM tickbook._refuse_aggregates(h);
    IF h.relation <> h.storage THEN
      PERFORM tickbook.disable_compression(h.relation);
      h := tickbook._native_hypertable(h.storage);
    END IF;
    storage := h.storage;
    PERFORM tickbook._lock_chunks_of(storage);
  END IF;
  PERFORM tickbook._lock_for_rebuild(storage);
  twin := tickbook._create_twin(storage, '',
      tickbook._storage_clause(coalesce(tickbook._template_chunk(storage), storage)));
  EXECUTE format('INSERT INTO %1$s (%2$s) SELECT %2$s FROM %3$s', twin, tickbook._stored_columns(storage), storage);
  DELETE FROM tickbook.job j WHERE j.relation = h.relation;
  DELETE FROM tickbook.hypertable t WHERE t.relation = h.relation;
  PERFORM tickbook._take_place_of(storage, twin);
  RETURN twin;
END $$;
COMMENT ON FUNCTION tickbook.revert_hypertable(regclass) IS
  'Makes a hypertable an ordinary table again, with every row and the same definition; its policies are gone.';
