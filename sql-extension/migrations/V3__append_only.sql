-- Facts that were known are kept. A correction is a new row with the same id and the time at which it became known
-- (corrected_at); a retraction is one with retracted = true. What was known at t is, per id, the latest row known by t.
CREATE FUNCTION market.refuse_change() RETURNS trigger
  LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF TG_OP = 'DELETE' AND current_setting('tickbook.retention', true) = 'on' THEN
    RETURN NULL;
  END IF;
  RAISE EXCEPTION USING ERRCODE = 'feature_not_supported',
    MESSAGE = format('rows of %I.%I cannot be changed: %s', TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_OP),
    HINT = 'Insert the corrected row with the same key and corrected_at, the time at which the correction became known; retracted => true takes a fact back.';
END $$;
COMMENT ON FUNCTION market.refuse_change() IS 'Trigger function of tables that only ever grow, so that the past, as it was known, stays as it is.';
