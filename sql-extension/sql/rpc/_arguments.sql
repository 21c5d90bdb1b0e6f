-- What every RPC function says when it is asked for something that cannot be answered.

CREATE FUNCTION tickbook._check_argument(ok boolean, function_name text, argument text, value text, hint text) RETURNS void
  LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
BEGIN
  IF ok IS NOT TRUE THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
      MESSAGE = format('tickbook.%s cannot use %s %s', function_name, argument, coalesce(quote_literal(value), 'NULL')), HINT = hint;
  END IF;
END $$;
COMMENT ON FUNCTION tickbook._check_argument(boolean, text, text, text, text) IS 'Raises 22023 and names function, argument and value unless ok.';

-- The functions belong to the extension and the tables to the migrations, so either can be there without the other.
CREATE FUNCTION tickbook._need_tables(VARIADIC names text[]) RETURNS void
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  missing text;
BEGIN
  SELECT n INTO missing FROM unnest(names) n WHERE to_regclass('market.' || n) IS NULL LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'undefined_table',
      MESSAGE = format('table market.%s does not exist', missing),
      HINT = 'Run the migrations of Tickbook: Tickbook.open() or Tickbook.connect() of the Java library does, '
             'or run sql-extension/migrations/V*.sql with psql in the order of their numbers.';
  END IF;
END $$;
COMMENT ON FUNCTION tickbook._need_tables(text[]) IS 'Raises 42P01 and says how to make the table unless schema market has all of these.';
