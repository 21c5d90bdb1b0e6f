-- Making a table a hypertable.

CREATE FUNCTION tickbook._hypertable(relation regclass) RETURNS tickbook.hypertable
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  found tickbook.hypertable;
BEGIN
  SELECT * INTO found FROM tickbook.hypertable h WHERE _hypertable.relation IN (h.relation, h.storage);
  IF found.relation IS NULL THEN
    RAISE EXCEPTION USING
      ERRCODE = 'wrong_object_type',
      MESSAGE = format('%s is not a hypertable', relation),
      HINT = 'Make it one with tickbook.create_hypertable(relation, time_column).';
  END IF;
  RETURN found;
END $$;
COMMENT ON FUNCTION tickbook._hypertable(regclass) IS 'Catalog row of a hypertable, named by its public or storage name.';

CREATE FUNCTION tickbook.create_hypertable(
  relation regclass, time_column name, chunk_interval interval DEFAULT '7 days',
  space_column name DEFAULT NULL, space_partitions integer DEFAULT NULL,
  migrate_data boolean DEFAULT false, if_not_exists boolean DEFAULT false
) RETURNS regclass
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp SET timezone = 'UTC' AS $$
DECLARE
  schema_name name;
  table_name  name;
  filled      boolean;
  result      regclass;
  default_chunk text;
BEGIN
  IF EXISTS (SELECT FROM tickbook.hypertable h WHERE create_hypertable.relation IN (h.relation, h.storage)) THEN
    IF NOT if_not_exists THEN
      RAISE EXCEPTION USING
        ERRCODE = 'duplicate_object',
        MESSAGE = format('table %s is already a hypertable', relation),
        HINT = 'Pass if_not_exists => true to accept that.';
    END IF;
    RAISE NOTICE 'table % is already a hypertable, skipping', relation;
    RETURN relation;
  END IF;
  SELECT n.nspname, c.relname INTO schema_name, table_name
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = relation;
  EXECUTE format('SELECT EXISTS (SELECT FROM %s)', relation) INTO filled;
  IF filled AND NOT migrate_data THEN
    RAISE EXCEPTION USING
      ERRCODE = 'object_not_in_prerequisite_state',
      MESSAGE = format('table %s is not empty', relation),
      HINT = 'Pass migrate_data => true to move its rows into chunks.';
  END IF;
  EXECUTE format('CREATE TABLE %I.%I (LIKE %s INCLUDING ALL) PARTITION BY RANGE (%I)',
                 schema_name, table_name || '_new', relation, time_column);
  default_chunk := format('%I.%I', schema_name, table_name || '_default');
  EXECUTE format('CREATE TABLE %s PARTITION OF %I.%I DEFAULT', default_chunk, schema_name, table_name || '_new');
  result := format('%I.%I', schema_name, table_name || '_new')::regclass;
  INSERT INTO tickbook.hypertable VALUES (result, result, chunk_interval, space_partitions);
  EXECUTE format('INSERT INTO %s SELECT * FROM %s', result, relation);
  EXECUTE format('DROP TABLE %s', relation);
  EXECUTE format('ALTER TABLE %s RENAME TO %I', result, table_name);
  PERFORM tickbook.maintain_hypertable(result);
  RETURN result;
END $$;
COMMENT ON FUNCTION tickbook.create_hypertable(regclass, name, interval, name, integer, boolean, boolean) IS
  'Partitions a table by time. Returns the hypertable, under the name that the table had.';
