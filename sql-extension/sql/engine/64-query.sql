-- Understanding the query of a continuous aggregate. PostgreSQL parses it: the query becomes a view, and the view's rule
-- is the parse tree, which is read here as JSON rather than as text.

CREATE FUNCTION tickbook._parse_tree(relation regclass) RETURNS jsonb
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  tree  text := (SELECT ev_action FROM pg_rewrite WHERE ev_class = relation AND rulename = '_RETURN');
  parts text[] := '{}';
  token text;
  fresh boolean := true;   -- no comma before what comes next
  named boolean := false;  -- the next token is the name of a node
BEGIN
  FOR token IN SELECT m[1] FROM regexp_matches(tree, '("(?:[^"\\]|\\.)*"|[(){}]|(?:\\.|[^\s(){}\\])+)', 'g') m LOOP
    IF token = ')' OR token = '}' THEN
      parts := parts || CASE token WHEN ')' THEN ']' ELSE ']}' END;
      fresh := false;
    ELSIF token LIKE ':_%' THEN
      parts := parts || format('],%s:[', to_json(substr(token, 2)));
      fresh := true;
    ELSE
      IF NOT fresh AND NOT named THEN
        parts := parts || ','::text;
      END IF;
      parts := parts || CASE token WHEN '(' THEN '[' WHEN '{' THEN '{"node":['
                                   ELSE to_json(regexp_replace(trim('"' FROM token), '\\(.)', '\1', 'g'))::text END;
      fresh := token IN ('(', '{');
      named := token = '{';
    END IF;
  END LOOP;
  RETURN array_to_string(parts, '')::jsonb #> '{0}';
END $$;
COMMENT ON FUNCTION tickbook._parse_tree(regclass) IS
  'Parse tree of a view; every field of a node is an array of what it holds.';

CREATE FUNCTION tickbook._refuse_query(relation text, reason text, hint text) RETURNS void
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'feature_not_supported',
    MESSAGE = format('continuous aggregate %s cannot be made: its query %s', relation, reason), HINT = hint;
END $$;
COMMENT ON FUNCTION tickbook._refuse_query(text, text, text) IS 'Raises the error for a query that could not be kept right.';

-- Whatever could make a bucket depend on anything but its own rows.
CREATE FUNCTION tickbook._check_query(name text, tree jsonb) RETURNS void
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  q        CONSTANT jsonb := tree;
  culprit  text;
BEGIN
  IF q #>> '{groupClause,0}' = '<>' THEN
    PERFORM tickbook._refuse_query(name, 'has no GROUP BY',
      'Group by tickbook.time_bucket(width, time): SELECT tickbook.time_bucket(''1 day'', time) AS day, ... GROUP BY day.');
  ELSIF q #>> '{groupingSets,0}' <> '<>' THEN
    PERFORM tickbook._refuse_query(name, 'has GROUPING SETS, CUBE or ROLLUP', 'Make an aggregate per grouping.');
  ELSIF q #>> '{havingQual,0}' <> '<>' THEN
    PERFORM tickbook._refuse_query(name, 'has HAVING', 'Leave it out and put the condition in the WHERE of what reads the aggregate.');
  ELSIF q #>> '{hasWindowFuncs,0}' = 'true' THEN
    PERFORM tickbook._refuse_query(name, 'has a window function', 'Apply it in what reads the aggregate.');
  ELSIF q #>> '{distinctClause,0}' <> '<>' THEN
    PERFORM tickbook._refuse_query(name, 'has SELECT DISTINCT', 'Leave it out: GROUP BY gives each group once.');
  ELSIF q #>> '{limitCount,0}' <> '<>' OR q #>> '{limitOffset,0}' <> '<>' OR q #>> '{sortClause,0}' <> '<>' THEN
    PERFORM tickbook._refuse_query(name, 'has ORDER BY, LIMIT or OFFSET', 'Order and limit what reads the aggregate.');
  ELSIF q #>> '{setOperations,0}' <> '<>' THEN
    PERFORM tickbook._refuse_query(name, 'has UNION, INTERSECT or EXCEPT', 'Make an aggregate of each part and a view over them.');
  ELSIF q #>> '{hasSubLinks,0}' = 'true' OR q #>> '{cteList,0}' <> '<>'
        OR jsonb_path_exists(q, '$.rtable[0][*].rtekind[0] ? (@ != "0" && @ != "2" && @ != "9")') THEN
    PERFORM tickbook._refuse_query(name, 'has a subquery, WITH, or a function in FROM', 'Join the tables themselves.');
  ELSIF q #>> '{hasTargetSRFs,0}' = 'true' THEN
    PERFORM tickbook._refuse_query(name, 'has a set-returning function', 'Apply it in what reads the aggregate.');
  ELSIF jsonb_path_exists(q, '$.rtable[0][*].jointype[0] ? (@ == "2" || @ == "3")') THEN
    PERFORM tickbook._refuse_query(name, 'has a RIGHT or FULL JOIN', 'Write it as a LEFT JOIN that starts with the hypertable.');
  ELSIF jsonb_path_exists(q, '$.**.tablesample[*] ? (@ != "<>")') THEN
    PERFORM tickbook._refuse_query(name, 'has TABLESAMPLE', 'Leave it out.');
  END IF;
  IF jsonb_path_exists(q, '$.**.varattno[0] ? (@ like_regex "^-")') THEN
    PERFORM tickbook._refuse_query(name, 'reads a system column', 'Leave out ctid, xmin, tableoid and the like.');
  ELSIF jsonb_path_exists(q, '$.** ? (@.node[0] == "VAR").varattno[0] ? (@ == "0")') THEN
    PERFORM tickbook._refuse_query(name, 'reads whole rows', 'Name the columns that it needs.');
  END IF;
  IF jsonb_path_exists(q, '$.** ? (@.node[0] == "SQLVALUEFUNCTION")') THEN
    PERFORM tickbook._refuse_query(name, 'depends on the current time or user', 'Put the condition into what reads the aggregate.');
  END IF;
  SELECT p.oid::regprocedure INTO culprit
    FROM pg_proc p
   WHERE p.oid IN (SELECT (f #>> '{}')::oid FROM (
                     SELECT jsonb_path_query(q, '$.**.funcid[0]') UNION SELECT jsonb_path_query(q, '$.**.opfuncid[0]')
                     UNION SELECT jsonb_path_query(q, '$.**.aggfnoid[0]')) x (f))
     AND (p.provolatile <> 'i' OR EXISTS (
           SELECT FROM pg_aggregate g JOIN pg_proc s ON s.oid IN (g.aggtransfn, g.aggfinalfn, g.aggcombinefn, g.aggmtransfn)
            WHERE g.aggfnoid = p.oid AND s.provolatile <> 'i'))
     AND NOT (p.proname = 'time_bucket' AND p.pronamespace = 'tickbook'::regnamespace) LIMIT 1;
  IF FOUND THEN
    PERFORM tickbook._refuse_query(name, format('calls %s, which does not always give the same for the same', culprit),
      'Use functions that are IMMUTABLE: AT TIME ZONE with a named zone in place of a cast to date, a fixed time in place of now().');
  END IF;
  SELECT format('operator %s', o.oid::regoperator) INTO culprit FROM pg_operator o JOIN pg_proc p ON p.oid = o.oprcode
   WHERE o.oid IN (SELECT (f #>> '{}')::oid FROM jsonb_path_query(q, '$.**.opno[0]') x (f)
                    UNION SELECT (f #>> '{}')::oid FROM jsonb_path_query(q, '$.**.opnos[*][*] ? (@ like_regex "^[0-9]+$")') x (f))
     AND p.provolatile <> 'i' LIMIT 1;
  IF FOUND THEN
    PERFORM tickbook._refuse_query(name, format('uses %s, which depends on the session', culprit),
      'Compare values of one type: cast the constant to the type of the column.');
  END IF;
  -- A cast by way of text is as immutable as the two types' output and input are. A type that is not found is not trusted.
  SELECT format_type(c.target, NULL) INTO culprit
    FROM (SELECT (n #>> '{resulttype,0}')::oid AS target,
                 coalesce(n #>> '{arg,0,vartype,0}', n #>> '{arg,0,consttype,0}', n #>> '{arg,0,funcresulttype,0}', n #>> '{arg,0,aggtype,0}',
                          n #>> '{arg,0,opresulttype,0}', n #>> '{arg,0,resulttype,0}', n #>> '{arg,0,typeId,0}', n #>> '{arg,0,casetype,0}',
                          n #>> '{arg,0,coalescetype,0}', n #>> '{arg,0,minmaxtype,0}')::oid AS source
            FROM jsonb_path_query(q, '$.** ? (@.node[0] == "COERCEVIAIO")') n) c
   WHERE NOT EXISTS (SELECT FROM pg_type s JOIN pg_proc o ON o.oid = s.typoutput, pg_type t JOIN pg_proc i ON i.oid = t.typinput
                      WHERE s.oid = c.source AND t.oid = c.target AND o.provolatile = 'i' AND i.provolatile = 'i') LIMIT 1;
  IF FOUND THEN
    PERFORM tickbook._refuse_query(name, format('has a cast to %s, which depends on the session', culprit),
      'Leave the cast to what reads the aggregate.');
  END IF;
  IF jsonb_path_exists(q, '$.** ? (@.node[0] == "XMLEXPR" || @.node[0] == "JSONCONSTRUCTOREXPR" || @.node[0] == "JSONEXPR")') THEN
    PERFORM tickbook._refuse_query(name, 'makes XML or JSON, which depends on the session', 'Make it in what reads the aggregate.');
  END IF;
END $$;
COMMENT ON FUNCTION tickbook._check_query(text, jsonb) IS 'Raises an error that says why a query cannot be a continuous aggregate.';

-- The canonical text of a query: every name in full, one clause per line.
CREATE FUNCTION tickbook._canonical_query(relation regclass) RETURNS text
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp
  SET datestyle = 'ISO, YMD' SET timezone = 'UTC' SET intervalstyle = 'postgres' SET extra_float_digits = 1 SET bytea_output = 'hex'
  SET quote_all_identifiers = off AS $$
DECLARE
  before CONSTANT text := current_setting('search_path');
  shown  text;
BEGIN
  PERFORM set_config('search_path', 'pg_catalog', true);
  shown := rtrim(pg_get_viewdef(relation), '; ');
  PERFORM set_config('search_path', before, true);
  RETURN shown;
END $$;
COMMENT ON FUNCTION tickbook._canonical_query(regclass) IS 'Query of a view, whatever the search path and other settings of the session.';

CREATE FUNCTION tickbook._with_condition(query text, condition text) RETURNS text
  LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  parts CONSTANT text[] := string_to_array(query, E'\n  GROUP BY ');
BEGIN
  RETURN parts[1] || CASE WHEN regexp_replace(parts[1], '^.*\n   FROM ', '') ~ '\n  WHERE ' THEN E'\n    AND ' ELSE E'\n  WHERE ' END || '(' || condition || ')'
         || E'\n  GROUP BY ' || parts[2];
END $$;
COMMENT ON FUNCTION tickbook._with_condition(text, text) IS 'A canonical query with one more condition in its WHERE.';

CREATE FUNCTION tickbook._describe_query(name text, relation regclass) RETURNS tickbook.continuous_aggregate
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  tree    CONSTANT jsonb := tickbook._parse_tree(relation);
  a       tickbook.continuous_aggregate;
  parent  tickbook.continuous_aggregate;
  entry   record;
  target  jsonb;
  grouped jsonb;
  call    jsonb;
  other   regclass;
  parts   text[];
  pattern text;
BEGIN
  PERFORM tickbook._check_query(name, tree);
  IF (SELECT relpersistence = 't' FROM pg_class WHERE oid = relation) THEN
    PERFORM tickbook._refuse_query(name, 'reads a temporary table', 'Make it an ordinary one.');
  END IF;
  a.relation := relation;
  a.definition := tickbook._canonical_query(relation);
  -- What it reads: one hypertable, or one aggregate of one.
  FOR entry IN SELECT n, e #>> '{relid,0}' AS relid, e #>> '{inh,0}' AS inh, e #>> '{eref,0,aliasname,0}' AS alias
                 FROM jsonb_array_elements(tree #> '{rtable,0}') WITH ORDINALITY r (e, n)
                WHERE e #>> '{rtekind,0}' = '0' AND e #>> '{relid,0}' <> relation::oid::text ORDER BY n LOOP
    other := entry.relid::oid::regclass;
    IF entry.inh = 'false' AND (SELECT relkind <> 'v' FROM pg_class WHERE oid = other) THEN
      PERFORM tickbook._refuse_query(name, format('reads ONLY %s', other), 'Leave ONLY out: the rows are in the chunks.');
    END IF;
    IF tickbook._is_hypertable(other) OR EXISTS (SELECT FROM tickbook.continuous_aggregate c WHERE c.relation = other) THEN
      IF a.source IS NOT NULL THEN
        PERFORM tickbook._refuse_query(name, format('reads both %s and %s', a.source, other),
          'One hypertable, or one continuous aggregate, can be joined with ordinary tables only.');
      END IF;
      a.source := other;
      a.source_alias := entry.alias;
      a.id := entry.n;  -- for now its place among the tables
    ELSIF (SELECT relkind NOT IN ('r', 'p') FROM pg_class WHERE oid = other) THEN
      PERFORM tickbook._refuse_query(name, format('reads %s, which is not a table', other),
        'Join ordinary tables, whose changes can be noticed.');
    ELSIF (SELECT relkind = 'p' OR relispartition FROM pg_class WHERE oid = other)
          OR EXISTS (SELECT FROM pg_inherits WHERE other IN (inhparent, inhrelid)) THEN
      PERFORM tickbook._refuse_query(name, format('joins %s, which has or is a partition or a child', other),
        'Join ordinary tables: a change through another table of the tree would not be noticed.');
    END IF;
    IF (SELECT relrowsecurity FROM pg_class WHERE oid = other) THEN
      PERFORM tickbook._refuse_query(name, format('reads %s, which has row-level security', other),
        'What is materialised is the same for all readers: leave row-level security out, or have each group read an aggregate of its own.');
    END IF;
  END LOOP;
  IF a.source IS NULL THEN
    PERFORM tickbook._refuse_query(name, 'reads no hypertable',
      'Make its table one first: tickbook.create_hypertable(relation, time_column).');
  END IF;
  IF jsonb_path_exists(tree, '$.** ? (@.node[0] == "JOINEXPR" && @.jointype[0] == "1").rarg.**.rtindex[0] ? (@ == $n)',
                       jsonb_build_object('n', a.id::text)) THEN
    PERFORM tickbook._refuse_query(name, format('has %s on the right of a LEFT JOIN', a.source), 'Start with the hypertable.');
  END IF;
  SELECT * INTO parent FROM tickbook.continuous_aggregate c WHERE c.relation = a.source;
  IF FOUND THEN
    a.storage := parent.storage;
    a.time_column := parent.bucket_column;
  ELSE
    a.storage := (tickbook._native_hypertable(a.source)).storage;
    a.time_column := tickbook._key_column(a.storage);
    other := (tickbook._native_hypertable(a.source)).relation;
    IF a.source <> other THEN
      PERFORM tickbook._refuse_query(name, format('reads %s, which lacks the rows that are packed', a.source),
        format('Read %s instead.', other));
    END IF;
  END IF;
  SELECT atttypid INTO a.time_type FROM pg_attribute WHERE attrelid = a.source AND attname = a.time_column;

  -- The bucket: a grouping column that is time_bucket(constants, time column).
  FOR target IN SELECT t FROM jsonb_array_elements(tree #> '{targetList,0}') t
                 WHERE t #>> '{ressortgroupref,0}' <> '0' AND t #>> '{resjunk,0}' = 'false'
                   AND jsonb_path_exists(tree #> '{groupClause,0}', '$[*].tleSortGroupRef[0] ? (@ == $r)',
                                         jsonb_build_object('r', t #>> '{ressortgroupref,0}')) LOOP
    grouped := target #> '{expr,0}';
    IF grouped #>> '{node,0}' = 'VAR' THEN  -- PostgreSQL 18 keeps grouping expressions in a table of their own
      grouped := coalesce(tree #> ARRAY['rtable', '0', ((grouped #>> '{varno,0}')::integer - 1)::text, 'groupexprs', '0',
                                        ((grouped #>> '{varattno,0}')::integer - 1)::text], grouped);
    END IF;
    CONTINUE WHEN grouped #>> '{node,0}' <> 'FUNCEXPR' OR NOT EXISTS (
      SELECT FROM pg_proc p WHERE p.oid = (grouped #>> '{funcid,0}')::oid
         AND p.proname = 'time_bucket' AND p.pronamespace = 'tickbook'::regnamespace);
    call := grouped #> '{args,0}';
    CONTINUE WHEN call #>> '{1,node,0}' <> 'VAR' OR (call #>> '{1,varno,0}')::integer <> a.id
               OR NOT EXISTS (SELECT FROM pg_attribute t WHERE t.attrelid = a.source AND t.attname = a.time_column
                                 AND t.attnum = (call #>> '{1,varattno,0}')::integer);
    IF a.bucket_column IS NOT NULL THEN
      PERFORM tickbook._refuse_query(name, 'has two time buckets', 'Make an aggregate per bucket width.');
    END IF;
    a.bucket_column := target #>> '{resname,0}';
    IF jsonb_path_exists(call, '$[*] ? (@.node[0] != "VAR" && @.node[0] != "CONST" && @.node[0] != "NAMEDARGEXPR")') THEN
      PERFORM tickbook._refuse_query(name, 'has a time bucket whose width is computed', 'Write it out, for example ''1 day''.');
    ELSIF a.time_type = 'timestamptz'::regtype AND jsonb_path_exists(call,
            '$[2 to last].** ? (@.node[0] == "CONST" && @.consttype[0] == $t && @.constisnull[0] == "false")',
            jsonb_build_object('t', 'interval'::regtype::oid::text)) THEN
      PERFORM tickbook._refuse_query(name, 'has a time bucket with an offset, which depends on the session''s time zone',
        'Give an origin instead, for example origin => ''2000-01-03 06:00+00''.');
    END IF;
  END LOOP;
  IF a.bucket_column IS NULL THEN
    PERFORM tickbook._refuse_query(name, format('does not group by a time bucket of %s.%I', a.source, a.time_column),
      format('Select and group by tickbook.time_bucket(''1 day'', %I).', a.time_column));
  END IF;
  pattern := format($re$(tickbook\.time_bucket\((?:width => )?('(?:''|[^'])*')::interval, (?:ts => )?)(?:(?:%s|%s)\.)?(?:%s|"%s")((?:, (?:"?[a-z]+"? => )?(?:'(?:''|[^'])*'|NULL)::[a-z ]+)*\))$re$,
    tickbook._regexp_literal(quote_ident(a.source_alias)), tickbook._regexp_literal('"' || a.source_alias || '"'),
    tickbook._regexp_literal(a.time_column), tickbook._regexp_literal(a.time_column));
  parts := regexp_match(a.definition, pattern);
  IF regexp_count(a.definition, 'tickbook\.time_bucket\(') <> regexp_count(a.definition, pattern)
     OR (SELECT count(DISTINCT m[1] || m[3]) > 1 FROM regexp_matches(a.definition, pattern, 'g') m) THEN
    PERFORM tickbook._refuse_query(name, 'has a time bucket besides the one that it groups by', 'Make an aggregate per bucket width.');
  END IF;
  IF parts IS NULL OR cardinality(string_to_array(a.definition, E'\n  GROUP BY ')) <> 2 THEN
    PERFORM tickbook._refuse_query(name, 'is written in a way that is not understood',
      'Name the hypertable or its alias in front of its columns, and write no line breaks into literals.');
  END IF;
  a.bucket := replace(parts[1], '%', '%%') || '%s' || replace(parts[3], '%', '%%');
  IF a.bucket LIKE '%\%\%%' THEN
    PERFORM tickbook._refuse_query(name, 'has a percent sign in its time bucket', 'Leave it out.');
  END IF;
  EXECUTE format('SELECT %s::interval', parts[2]) INTO a.bucket_width;
  RETURN a;
END $$;
COMMENT ON FUNCTION tickbook._describe_query(text, regclass) IS
  'What a continuous aggregate has to know about the query that was made a view, or an error that says why it cannot be one.';

CREATE FUNCTION tickbook._regexp_literal(value text) RETURNS text
  LANGUAGE sql IMMUTABLE RETURN regexp_replace(value, '([^a-zA-Z0-9_])', '\\\1', 'g');
COMMENT ON FUNCTION tickbook._regexp_literal(text) IS 'A regular expression that matches just this text.';
