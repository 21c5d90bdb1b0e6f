-- Putting one table in the place of another, with the same definition under the same names: what turns a table into a
-- hypertable and back. First a twin is made and filled while the table is still read, then the two change places.

CREATE FUNCTION tickbook._qualified(relation regclass) RETURNS text
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
BEGIN
  RETURN (SELECT format('%I.%I', n.nspname, c.relname)
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = relation);
END $$;
COMMENT ON FUNCTION tickbook._qualified(regclass) IS 'Quoted name with its schema, whatever the search path.';

CREATE FUNCTION tickbook._free_name(schema_id oid, base text, suffix text) RETURNS name
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  stem   text := base;
  ending text;
BEGIN
  FOR attempt IN 0 .. 1000 LOOP
    ending := suffix || CASE WHEN attempt > 0 THEN '_' || attempt ELSE '' END;
    WHILE octet_length(stem || ending) > 63 LOOP
      stem := left(stem, -1);
    END LOOP;
    EXIT WHEN NOT EXISTS (SELECT FROM pg_class WHERE relnamespace = schema_id AND relname = stem || ending)
          AND NOT EXISTS (SELECT FROM pg_type WHERE typnamespace = schema_id AND typname = stem || ending)
          AND NOT EXISTS (SELECT FROM pg_proc WHERE pronamespace = schema_id AND proname = stem || ending);
  END LOOP;
  RETURN stem || ending;
END $$;
COMMENT ON FUNCTION tickbook._free_name(oid, text, text) IS
  'A name that no table, type or function of the schema has, at most 63 bytes long.';

CREATE FUNCTION tickbook._stored_columns(relation regclass) RETURNS text
  LANGUAGE sql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
  SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum)
    FROM pg_attribute
   WHERE attrelid = relation AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
$$;
COMMENT ON FUNCTION tickbook._stored_columns(regclass) IS 'Columns an INSERT can name: all but the generated ones.';

CREATE FUNCTION tickbook._storage_clause(relation regclass) RETURNS text
  LANGUAGE sql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
  SELECT coalesce(' WITH (' || string_agg(option, ', ') || ')', '')
    FROM (SELECT unnest(c.reloptions) AS option FROM pg_class c WHERE c.oid = relation
          UNION ALL
          SELECT 'toast.' || unnest(t.reloptions)
            FROM pg_class c JOIN pg_class t ON t.oid = c.reltoastrelid WHERE c.oid = relation) o
$$;
COMMENT ON FUNCTION tickbook._storage_clause(regclass) IS 'WITH clause that repeats the storage parameters of a table.';

CREATE FUNCTION tickbook._tablespace_clause(relation regclass) RETURNS text
  LANGUAGE sql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
  SELECT coalesce((SELECT format(' TABLESPACE %I', t.spcname)
                     FROM pg_class c JOIN pg_tablespace t ON t.oid = c.reltablespace WHERE c.oid = relation), '')
$$;
COMMENT ON FUNCTION tickbook._tablespace_clause(regclass) IS
  'TABLESPACE clause of a table that is not in the default one.';

-- LIKE leaves out who owns the table and what ANALYZE was told about its columns. What ALTER DEFAULT PRIVILEGES gives
-- on a new table is taken away: a chunk read by its own name would show what grants and policies on the hypertable hide.
CREATE FUNCTION tickbook._copy_settings(source regclass, target regclass) RETURNS void
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  command text;
BEGIN
  FOR command IN
    SELECT format('ALTER TABLE ONLY %s OWNER TO %I', target, pg_get_userbyid(s.relowner))
      FROM pg_class s JOIN pg_class t ON t.oid = target AND t.relowner <> s.relowner WHERE s.oid = source
    UNION ALL
    SELECT format('ALTER TABLE ONLY %s ALTER COLUMN %I SET STATISTICS %s', target, attname, attstattarget)
      FROM pg_attribute WHERE attrelid = source AND attnum > 0 AND NOT attisdropped AND attstattarget >= 0
    UNION ALL
    SELECT format('ALTER TABLE ONLY %s ALTER COLUMN %I SET (%s)', target, attname, array_to_string(attoptions, ', '))
      FROM pg_attribute WHERE attrelid = source AND attnum > 0 AND NOT attisdropped AND attoptions IS NOT NULL
    UNION ALL
    SELECT DISTINCT format('REVOKE ALL ON %s FROM %s', target,
                           CASE WHEN e.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(e.grantee)) END)
      FROM pg_class t, aclexplode(t.relacl) e WHERE t.oid = target AND e.grantee <> t.relowner
  LOOP
    EXECUTE command;
  END LOOP;
END $$;
COMMENT ON FUNCTION tickbook._copy_settings(regclass, regclass) IS
  'Copies owner and statistics settings of the columns; leaves the target with no privileges but its owner''s.';

CREATE FUNCTION tickbook._create_twin(source regclass, partition_clause text, storage_clause text) RETURNS regclass
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  original pg_class;
  twin     text;
BEGIN
  SELECT * INTO original FROM pg_class WHERE oid = source;
  twin := format('%s.%I', original.relnamespace::regnamespace,
                 tickbook._free_name(original.relnamespace, original.relname, '_new'));
  EXECUTE format('CREATE TABLE %s (LIKE %s INCLUDING ALL EXCLUDING INDEXES EXCLUDING IDENTITY EXCLUDING STATISTICS)',
                 twin, source) || partition_clause || storage_clause || tickbook._tablespace_clause(source);
  PERFORM tickbook._copy_settings(source, twin::regclass);
  RETURN twin;
END $$;
COMMENT ON FUNCTION tickbook._create_twin(regclass, text, text) IS
  'An empty table with the columns, defaults and checks of another, for _take_place_of() to finish.';

-- The text before the definition proper is known to the letter, so it can be cut off and another put in its place.
CREATE FUNCTION tickbook._index_command(index_id regclass, new_name name, target regclass) RETURNS text
  LANGUAGE sql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
  SELECT format('CREATE %sINDEX %I ON %s', u.word, new_name, target)
         || substr(pg_get_indexdef(index_id), length(format('CREATE %sINDEX %I ON %s%s', u.word, c.relname,
              CASE c.relkind WHEN 'I' THEN 'ONLY ' ELSE '' END, tickbook._qualified(i.indrelid))) + 1)
    FROM pg_index i
    JOIN pg_class c ON c.oid = i.indexrelid
   CROSS JOIN LATERAL (SELECT CASE WHEN i.indisunique THEN 'UNIQUE ' ELSE '' END AS word) u
   WHERE i.indexrelid = index_id
$$;
COMMENT ON FUNCTION tickbook._index_command(regclass, name, regclass) IS
  'Command that makes the same index on another table.';

CREATE FUNCTION tickbook._grant_commands(relation regclass, replacement regclass) RETURNS SETOF text
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  object text := (SELECT CASE relkind WHEN 'S' THEN 'SEQUENCE ' ELSE 'TABLE ' END || tickbook._qualified(oid)
                    FROM pg_class WHERE oid = relation);
BEGIN
  -- Default privileges may have given the replacement what the original does not have.
  RETURN QUERY SELECT DISTINCT format('REVOKE ALL ON %s FROM %s', object, grantee)
    FROM pg_class c, tickbook._acl_entries(tickbook._acl(c)) WHERE c.oid = replacement;
  RETURN QUERY SELECT format('GRANT %s ON %s TO %s%s', privilege, object, grantee, grant_option)
    FROM pg_class c, tickbook._acl_entries(tickbook._acl(c)) WHERE c.oid = relation;
  RETURN QUERY SELECT format('GRANT %s (%I) ON %s TO %s%s', privilege, a.attname, object, grantee, grant_option)
    FROM pg_attribute a, tickbook._acl_entries(a.attacl)
   WHERE a.attrelid = relation AND a.attnum > 0 AND NOT a.attisdropped;
END $$;
COMMENT ON FUNCTION tickbook._grant_commands(regclass, regclass) IS
  'Commands that give a replacement, once it has the name of a relation, the privileges of that relation.';

CREATE FUNCTION tickbook._acl(relation pg_catalog.pg_class) RETURNS aclitem[]
  LANGUAGE sql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
  SELECT coalesce(relation.relacl,
                  acldefault(CASE relation.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", relation.relowner))
$$;
COMMENT ON FUNCTION tickbook._acl(pg_catalog.pg_class) IS
  'Privileges on a table or sequence, the default ones included.';

CREATE FUNCTION tickbook._acl_entries(acl aclitem[])
  RETURNS TABLE (privilege text, grantee text, grant_option text)
  LANGUAGE sql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
  SELECT privilege_type, CASE WHEN e.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(e.grantee)) END,
         CASE WHEN is_grantable THEN ' WITH GRANT OPTION' ELSE '' END
    FROM aclexplode(acl) e
$$;
COMMENT ON FUNCTION tickbook._acl_entries(aclitem[]) IS 'Privileges as they are written in GRANT.';

-- Everything that LIKE leaves out and that is quick to make, as commands on the table's own name.
CREATE FUNCTION tickbook._late_commands(source regclass) RETURNS SETOF text
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  name text := tickbook._qualified(source);
BEGIN
  RETURN QUERY SELECT pg_get_triggerdef(oid) FROM pg_trigger
    WHERE tgrelid = source AND NOT tgisinternal ORDER BY oid;
  RETURN QUERY SELECT format('ALTER TABLE %s %s TRIGGER %I', name,
      CASE tgenabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END,
      tgname)
    FROM pg_trigger WHERE tgrelid = source AND NOT tgisinternal AND tgenabled <> 'O';
  RETURN QUERY SELECT format('CREATE POLICY %I ON %s AS %s FOR %s TO %s%s%s', polname, name,
      CASE WHEN polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
      CASE polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE'
          ELSE 'ALL' END,
      (SELECT string_agg(CASE WHEN r = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(r)) END, ', ')
        FROM unnest(polroles) r),
      ' USING (' || pg_get_expr(polqual, source) || ')', ' WITH CHECK (' || pg_get_expr(polwithcheck, source) || ')')
    FROM pg_policy WHERE polrelid = source ORDER BY oid;
  RETURN QUERY SELECT format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', name) FROM pg_class
    WHERE oid = source AND relrowsecurity;
  RETURN QUERY SELECT format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', name) FROM pg_class
    WHERE oid = source AND relforcerowsecurity;
  RETURN QUERY SELECT format('ALTER TABLE %s REPLICA IDENTITY %s', name,
      CASE relreplident WHEN 'f' THEN 'FULL' WHEN 'n' THEN 'NOTHING' ELSE
        (SELECT format('USING INDEX %I', i.relname) FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
          WHERE x.indrelid = source AND x.indisreplident) END)
    FROM pg_class WHERE oid = source AND relreplident <> 'd';
  RETURN QUERY SELECT pg_get_statisticsobjdef(oid) FROM pg_statistic_ext WHERE stxrelid = source ORDER BY oid;
  RETURN QUERY SELECT format('ALTER STATISTICS %s.%I OWNER TO %I', stxnamespace::regnamespace, stxname,
      pg_get_userbyid(stxowner))
    FROM pg_statistic_ext WHERE stxrelid = source AND pg_get_userbyid(stxowner) <> current_user;
  RETURN QUERY SELECT format('ALTER INDEX %s.%I ALTER COLUMN %s SET STATISTICS %s', i.relnamespace::regnamespace,
      i.relname, a.attnum, a.attstattarget)
    FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_attribute a ON a.attrelid = i.oid
   WHERE x.indrelid = source AND a.attstattarget >= 0;
  RETURN QUERY SELECT format('ALTER STATISTICS %s.%I SET STATISTICS %s', stxnamespace::regnamespace, stxname,
      stxstattarget)
    FROM pg_statistic_ext WHERE stxrelid = source AND stxstattarget >= 0;
  RETURN QUERY SELECT format('COMMENT ON %s IS %L', object, description) FROM (
      SELECT 'TABLE ' || name, obj_description(source, 'pg_class')
      UNION ALL
      SELECT format('INDEX %s.%I', i.relnamespace::regnamespace, i.relname), obj_description(i.oid, 'pg_class')
        FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid WHERE x.indrelid = source
      UNION ALL
      SELECT format('SEQUENCE %s.%I', s.relnamespace::regnamespace, s.relname), obj_description(s.oid, 'pg_class')
        FROM pg_depend d JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'
       WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = source
         AND d.deptype = 'i'
      UNION ALL
      SELECT format('CONSTRAINT %I ON %s', conname, name), obj_description(oid, 'pg_constraint')
        FROM pg_constraint WHERE conrelid = source
      UNION ALL
      SELECT format('TRIGGER %I ON %s', tgname, name), obj_description(oid, 'pg_trigger')
        FROM pg_trigger WHERE tgrelid = source AND NOT tgisinternal
      UNION ALL
      SELECT format('POLICY %I ON %s', polname, name), obj_description(oid, 'pg_policy') FROM pg_policy
        WHERE polrelid = source
      UNION ALL
      SELECT format('STATISTICS %s.%I', stxnamespace::regnamespace, stxname), obj_description(oid, 'pg_statistic_ext')
        FROM pg_statistic_ext WHERE stxrelid = source
    ) c (object, description) WHERE description IS NOT NULL;
END $$;
COMMENT ON FUNCTION tickbook._late_commands(regclass) IS
  'Commands that repeat triggers, policies, statistics objects, replica identity and comments of a table.';

-- Indexes and constraints are built while the table can still be read; only then does it take the exclusive lock.
CREATE FUNCTION tickbook._take_place_of(source regclass, twin regclass) RETURNS void
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  original pg_class;
  command  text;
  late     text[] := '{}';
  item     record;
  interim  name;
BEGIN
  SELECT * INTO original FROM pg_class WHERE oid = source;
  FOR item IN
    SELECT i.oid::regclass AS index_id, i.relname, k.oid AS constraint_id, k.condeferrable, i.reloptions
      FROM pg_index x
      JOIN pg_class i ON i.oid = x.indexrelid
      LEFT JOIN pg_constraint k ON k.conindid = i.oid AND k.conrelid = source AND k.contype IN ('p', 'u', 'x')
     WHERE x.indrelid = source AND x.indisvalid
     ORDER BY x.indexrelid
  LOOP
    interim := tickbook._free_name(original.relnamespace, item.relname, '_new');
    IF item.constraint_id IS NULL THEN
      EXECUTE tickbook._index_command(item.index_id, interim, twin);
    ELSE
      -- WITH stands before DEFERRABLE, which is at the end of the definition.
      EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I %s', twin, interim, regexp_replace(
                     pg_get_constraintdef(item.constraint_id), '( DEFERRABLE)?( INITIALLY DEFERRED)?$',
                     coalesce(' WITH (' || array_to_string(item.reloptions, ', ') || ')', '') || '\1\2'));
    END IF;
    late := late || format('ALTER INDEX %s.%I RENAME TO %I', original.relnamespace::regnamespace, interim,
        item.relname);
  END LOOP;
  FOR item IN
    SELECT conname, confrelid::regclass AS referenced, pg_get_constraintdef(oid) AS definition
      FROM pg_constraint WHERE conrelid = source AND contype = 'f' AND conparentid = 0 ORDER BY oid
  LOOP
    PERFORM tickbook._patiently(format('ALTER TABLE %s ADD CONSTRAINT %I %s', twin, item.conname, item.definition),
        item.referenced);
  END LOOP;
  EXECUTE format('ANALYZE %s', twin);

  PERFORM tickbook._patiently(format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', source), source,
      without_waiting => true);
  -- Sequences: one that belongs to a serial column changes hands, one behind an identity column is made again.
  FOR item IN
    SELECT s.oid::regclass AS sequence, s.relname, a.attname, a.attidentity, q.*
      FROM pg_depend d
      JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'
      JOIN pg_attribute a ON a.attrelid = source AND a.attnum = d.refobjsubid
      JOIN pg_sequence q ON q.seqrelid = s.oid
     WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = source
       AND d.deptype IN ('a', 'i')
  LOOP
    IF item.attidentity = '' THEN
      EXECUTE format('ALTER SEQUENCE %s OWNED BY %s.%I', item.sequence, twin, item.attname);
      CONTINUE;
    END IF;
    interim := tickbook._free_name(original.relnamespace, item.relname, '_new');
    EXECUTE format('ALTER TABLE %s ALTER COLUMN %I ADD GENERATED %s AS IDENTITY (SEQUENCE NAME %s.%I START WITH %s '
                   'INCREMENT BY %s MINVALUE %s MAXVALUE %s CACHE %s %s)', twin, item.attname,
                   CASE item.attidentity WHEN 'a' THEN 'ALWAYS' ELSE 'BY DEFAULT' END,
                   original.relnamespace::regnamespace, interim,
                   item.seqstart, item.seqincrement, item.seqmin, item.seqmax, item.seqcache,
                   CASE WHEN item.seqcycle THEN 'CYCLE' ELSE 'NO CYCLE' END);
    EXECUTE format('SELECT setval(%L, last_value, is_called) FROM %s',
                   format('%s.%I', original.relnamespace::regnamespace, interim), item.sequence);
    late := late || format('ALTER SEQUENCE %s.%I RENAME TO %I', original.relnamespace::regnamespace, interim,
        item.relname)
                 || ARRAY(SELECT tickbook._grant_commands(item.sequence,
                            format('%s.%I', original.relnamespace::regnamespace, interim)::regclass));
  END LOOP;
  late := format('ALTER TABLE %s RENAME TO %I', twin, original.relname)
          || late || ARRAY(SELECT tickbook._late_commands(source))
              || ARRAY(SELECT tickbook._grant_commands(source, twin));
  BEGIN
    EXECUTE format('DROP TABLE %s', source);
  EXCEPTION WHEN dependent_objects_still_exist THEN
    GET STACKED DIAGNOSTICS command = PG_EXCEPTION_DETAIL;
    RAISE EXCEPTION USING
      ERRCODE = 'dependent_objects_still_exist',
      MESSAGE = format('cannot rebuild table %s because other objects depend on it', source),
      DETAIL = command,
      HINT = 'Drop them first and create them again afterwards.';
  END;
  FOREACH command IN ARRAY late LOOP
    EXECUTE command;
  END LOOP;
END $$;
COMMENT ON FUNCTION tickbook._take_place_of(regclass, regclass) IS
  'Gives a filled twin everything its original has, drops the original and puts the twin in its place.';
