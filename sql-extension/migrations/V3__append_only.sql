-- Facts that were known are kept. A correction is a new row with the same id and the time at which it became known
-- (corrected_at); a retraction is one with retracted = true. What was known at t is, per id, the latest row known by t.
SET LOCAL search_path = pg_catalog, pg_temp;

-- UPDATE is refused by the row, so that an upsert that changes nothing goes through. There, and where a table is packed, the
-- trigger sees a chunk or the storage, so it is told the name, and what to do instead.
CREATE FUNCTION market.refuse_change() RETURNS trigger
  LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'feature_not_supported', MESSAGE = format('rows of %s cannot be changed: %s', TG_ARGV[0], TG_OP), HINT = TG_ARGV[1];
END $$;
COMMENT ON FUNCTION market.refuse_change() IS 'Trigger function of tables that only ever grow, so that the past, as it was known, stays as it is.';

CREATE FUNCTION market.only_grows(relation regclass, hint text DEFAULT 'Insert the corrected row with the same key and corrected_at, the time at which the '
    'correction became known; retracted => true takes a fact back.') RETURNS void
  LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  EXECUTE format('CREATE TRIGGER refuse_update BEFORE UPDATE ON %1$s FOR EACH ROW EXECUTE FUNCTION market.refuse_change(%1$L, %2$L)', relation, hint);
  EXECUTE format('CREATE TRIGGER refuse_delete BEFORE DELETE OR TRUNCATE ON %1$s FOR EACH STATEMENT EXECUTE FUNCTION market.refuse_change(%1$L, %2$L)', relation, hint);
END $$;
COMMENT ON FUNCTION market.only_grows(regclass, text) IS 'Puts the triggers on a table that refuse UPDATE, DELETE and TRUNCATE with a hint.';

-- Which of two rows is the correction is said by corrected_at, and which one counts by known_at: both must agree, in whatever order they are loaded.
CREATE FUNCTION market.check_corrections() RETURNS trigger
  LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  wrong record;
BEGIN
  EXECUTE format('SELECT o.%1$I AS id, o.known_at AS first, c.known_at AS later FROM %2$s o JOIN %2$s c ON c.%1$I = o.%1$I '
                 'WHERE o.corrected_at IS NULL AND c.corrected_at IS NOT NULL AND c.known_at <= o.known_at AND o.%1$I = ANY ($1) LIMIT 1', TG_ARGV[0], TG_RELID::regclass)
    INTO wrong USING ARRAY(SELECT (to_jsonb(n) ->> TG_ARGV[0])::bigint FROM new_rows n);
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation',
      MESSAGE = format('the correction of %s %s in %s would be known at %s, before what it corrects, at %s', TG_ARGV[0], wrong.id, TG_RELID::regclass, wrong.later, wrong.first),
      HINT = 'Give corrected_at the time at which the correction became known, which is after the first row with that id was.';
  END IF;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION market.check_corrections() IS 'Trigger function: refuses corrections that would be known before what they correct.';
