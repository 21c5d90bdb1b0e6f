-- Tickbook for a database where no extension files can be added: run this script once, as the database's owner.
-- It is one statement, so it installs everything or nothing, with psql -f as well as over JDBC.
DO $tickbook_plain$
BEGIN
  IF pg_catalog.to_regprocedure('tickbook.version()') IS NOT NULL THEN
    RAISE EXCEPTION USING
      ERRCODE = 'duplicate_object',
      MESSAGE = pg_catalog.format('tickbook %s is already installed in database "%s"',
                                  tickbook.version(), pg_catalog.current_database()),
      HINT = 'There is nothing to do. To start over, and lose its catalog, first run DROP SCHEMA tickbook CASCADE.';
  END IF;
  CREATE SCHEMA IF NOT EXISTS tickbook;
  EXECUTE $tickbook_script$

