-- Tickbook for a database where no extension files can be added: run this script once, as the database's owner.
-- It is one statement, so it installs everything or nothing, with psql -f as well as over JDBC.
DO $tickbook_plain$
DECLARE
  own_path CONSTANT text := pg_catalog.current_setting('search_path');
BEGIN
  IF pg_catalog.to_regprocedure('tickbook.version()') IS NOT NULL THEN
    RAISE EXCEPTION USING
      ERRCODE = 'duplicate_object',
      MESSAGE = pg_catalog.format('tickbook %s is already installed in database "%s"',
                                  tickbook.version(), pg_catalog.current_database()),
      HINT = 'There is nothing to do. To start over, and lose its catalog, first run DROP SCHEMA tickbook CASCADE.';
  END IF;
  CREATE SCHEMA IF NOT EXISTS tickbook;
  -- Views, checks and bodies without quotes are bound now, and to nothing that someone else made in a schema of the path.
  PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
  EXECUTE $tickbook_script$

