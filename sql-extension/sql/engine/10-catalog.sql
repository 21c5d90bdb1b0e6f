-- What Tickbook is, which engine does the work, and the tables that PostgreSQL's own catalog has no room for.

CREATE FUNCTION tickbook.version() RETURNS text
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN '1.0.0'::text;
COMMENT ON FUNCTION tickbook.version() IS 'Version of Tickbook that is installed in this database.';

CREATE FUNCTION tickbook.engine() RETURNS text
  LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, tickbook, pg_temp
  RETURN CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_extension WHERE extname = 'timescaledb')
              THEN 'timescaledb' ELSE 'native' END;
COMMENT ON FUNCTION tickbook.engine() IS
  'Who makes new hypertables in this database: timescaledb where that extension is installed, else native.';

-- One row per native hypertable. Columns, keys and chunk ranges are not repeated here: PostgreSQL's catalog has them.
CREATE TABLE tickbook.hypertable (
  relation         regclass PRIMARY KEY,      -- the public name
  storage          regclass NOT NULL UNIQUE,  -- the partitioned table; differs once a view takes the public name
  chunk_interval   interval NOT NULL CHECK (chunk_interval > interval '0'),
  space_partitions integer  CHECK (space_partitions > 1),
  created_at       timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE tickbook.hypertable IS 'Native hypertables; read the view tickbook.hypertables instead.';

-- What run_jobs() does for a relation: kind x is done by tickbook._job_x(relation, config), which returns rows touched.
CREATE TABLE tickbook.job (
  relation             regclass,
  kind                 text,
  schedule_interval    interval NOT NULL CHECK (schedule_interval > interval '0'),
  config               jsonb NOT NULL DEFAULT '{}',
  next_start           timestamptz NOT NULL DEFAULT now(),
  consecutive_failures integer NOT NULL DEFAULT 0,
  PRIMARY KEY (relation, kind)
);
COMMENT ON TABLE tickbook.job IS 'Policies and maintenance; read the view tickbook.jobs instead.';

CREATE TABLE tickbook.job_run (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  relation    regclass NOT NULL,
  kind        text NOT NULL,
  started_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
  finished_at timestamptz,
  rows        bigint,
  error       text
);
CREATE INDEX job_run_latest ON tickbook.job_run (relation, kind, id);
COMMENT ON TABLE tickbook.job_run IS 'What run_jobs() did; read the view tickbook.job_runs instead.';

-- Everything runs as the caller, so every owner of a table must be able to write its rows, and no one else's.
-- A trigger says so rather than row-level security, because row-level security would make pg_dump refuse the tables.
CREATE FUNCTION tickbook._only_table_owner() RETURNS trigger
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  touched regclass[];
  foreign_table regclass;
BEGIN
  touched := CASE TG_OP WHEN 'DELETE' THEN ARRAY[OLD.relation]
                        WHEN 'UPDATE' THEN ARRAY[OLD.relation, NEW.relation]
                        ELSE ARRAY[NEW.relation] END;
  IF TG_TABLE_NAME = 'hypertable' AND TG_OP <> 'DELETE' THEN
    touched := touched || NEW.storage;
  ELSIF TG_TABLE_NAME = 'compression' AND TG_OP <> 'DELETE' THEN
    touched := touched || NEW.batches;
  ELSIF TG_TABLE_NAME = 'compressed_chunk' AND TG_OP <> 'DELETE' THEN
    touched := touched || NEW.chunk;
  END IF;
  -- What an aggregate says is run by whoever drops chunks of its hypertable, so it must be theirs.
  IF TG_TABLE_NAME = 'continuous_aggregate' AND TG_OP <> 'DELETE' THEN
    touched := touched || ARRAY[NEW.storage, NEW.materialized];
  END IF;
  -- Nor may a row wait for a table that does not exist yet: whoever gets that OID one day did not ask for it.
  SELECT r INTO foreign_table FROM unnest(touched) r LEFT JOIN pg_class c ON c.oid = r
   WHERE CASE WHEN c.oid IS NULL THEN TG_OP <> 'DELETE' ELSE NOT pg_has_role(c.relowner, 'USAGE') END LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION USING
      ERRCODE = 'insufficient_privilege',
      MESSAGE = format('must be owner of %s', foreign_table),
      HINT = 'Run this as the owner, or as a member of the role that owns it.';
  END IF;
  RETURN coalesce(NEW, OLD);
END $$;

COMMENT ON FUNCTION tickbook._only_table_owner() IS
  'Trigger function: raises an error where a row is not about a table of the caller''s.';

CREATE TRIGGER only_table_owner BEFORE INSERT OR UPDATE OR DELETE ON tickbook.hypertable
  FOR EACH ROW EXECUTE FUNCTION tickbook._only_table_owner();
CREATE TRIGGER only_table_owner BEFORE INSERT OR UPDATE OR DELETE ON tickbook.job
  FOR EACH ROW EXECUTE FUNCTION tickbook._only_table_owner();
CREATE TRIGGER only_table_owner BEFORE INSERT OR UPDATE OR DELETE ON tickbook.job_run
  FOR EACH ROW EXECUTE FUNCTION tickbook._only_table_owner();

-- Of use only to roles that also have USAGE on the schema, which its owner grants.
GRANT SELECT, INSERT, UPDATE, DELETE ON tickbook.hypertable, tickbook.job, tickbook.job_run TO PUBLIC;

-- pg_dump takes the rows of an extension's tables only where it is told to. A run's history stays behind.
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_catalog.pg_extension WHERE extname = 'tickbook') THEN
    PERFORM pg_catalog.pg_extension_config_dump('tickbook.hypertable',
      'WHERE EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid = relation)');
    PERFORM pg_catalog.pg_extension_config_dump('tickbook.job',
      'WHERE EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid = relation)');
  END IF;
END $$;

CREATE FUNCTION tickbook._is_hypertable(relation regclass) RETURNS boolean
  LANGUAGE sql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
  SELECT EXISTS (SELECT FROM tickbook.hypertable h WHERE _is_hypertable.relation IN (h.relation, h.storage))
$$;
COMMENT ON FUNCTION tickbook._is_hypertable(regclass) IS 'Whether it is a native hypertable.';

CREATE FUNCTION tickbook._native_hypertable(relation regclass) RETURNS tickbook.hypertable
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  found tickbook.hypertable;
BEGIN
  SELECT * INTO found FROM tickbook.hypertable h WHERE _native_hypertable.relation IN (h.relation, h.storage);
  IF found.relation IS NULL THEN
    RAISE EXCEPTION USING
      ERRCODE = 'wrong_object_type',
      MESSAGE = format('%s is not a hypertable', coalesce(relation::text, 'NULL')),
      HINT = 'Make it one with tickbook.create_hypertable(relation, time_column).';
  END IF;
  RETURN found;
END $$;
COMMENT ON FUNCTION tickbook._native_hypertable(regclass) IS
  'Catalog row of a native hypertable, named by its public or its storage name.';
