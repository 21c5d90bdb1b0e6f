-- Writing to a hypertable whose public name is a view: triggers on the view hand every row to the storage, and unpack
-- the batch that a changed row is in. Keys stay unique because the storage looks into the batches after each statement.

CREATE FUNCTION tickbook._show_writers(h tickbook.hypertable, c tickbook.compression) RETURNS void
  LANGUAGE plpgsql SET search_path = pg_catalog, tickbook, pg_temp AS $outer$
BEGIN
  NULL;
END $outer$;
