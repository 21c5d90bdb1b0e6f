-- What models predicted, and, once it is known, what came.
SET LOCAL search_path = pg_catalog, pg_temp;

CREATE TABLE market.predictions (
  prediction_id   bigint        GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  symbol          text          NOT NULL,
  model           text          NOT NULL,
  made_at         timestamptz   NOT NULL,
  target_time     timestamptz   NOT NULL CHECK (target_time > made_at),
  horizon         interval      NOT NULL GENERATED ALWAYS AS (target_time - made_at) STORED,
  base_price      numeric(15,4) CHECK (base_price > 0),
  predicted       numeric(15,4) NOT NULL,
  lower           numeric(15,4),
  upper           numeric(15,4),
  confidence      numeric(5,4)  CHECK (confidence BETWEEN 0 AND 1),
  actual          numeric(15,4),
  actual_known_at timestamptz,
  CHECK (lower <= upper),
  CHECK ((actual IS NULL) = (actual_known_at IS NULL)),
  CHECK (actual_known_at >= target_time)
);
CREATE UNIQUE INDEX predictions_key ON market.predictions (symbol, model, made_at, target_time);
-- Accuracy is computed from this index alone.
CREATE INDEX predictions_evaluated ON market.predictions (symbol, target_time DESC)
  INCLUDE (model, made_at, base_price, predicted, lower, upper, confidence, actual, actual_known_at);
COMMENT ON TABLE market.predictions IS 'Predicted prices. When the actual price is known, set actual and actual_known_at.';
COMMENT ON COLUMN market.predictions.made_at IS 'Since when the prediction is known, UTC.';
COMMENT ON COLUMN market.predictions.base_price IS 'Price when the prediction was made: what is right in direction is measured from it.';
COMMENT ON COLUMN market.predictions.confidence IS 'Probability, as the model states it, that the actual price lies between lower and upper.';
COMMENT ON COLUMN market.predictions.actual_known_at IS 'When the actual price became known, UTC.';

CREATE TABLE market.block_predictions (
  symbol              text         NOT NULL,
  trading_day         date         NOT NULL,
  block               smallint     NOT NULL CHECK (block > 0),
  model               text         NOT NULL,
  made_at             timestamptz  NOT NULL,
  predicted_direction smallint     NOT NULL CHECK (predicted_direction IN (-1, 0, 1)),
  predicted_change    numeric(9,6),
  confidence          numeric(5,4) CHECK (confidence BETWEEN 0 AND 1),
  actual_direction    smallint     CHECK (actual_direction IN (-1, 0, 1)),
  actual_change       numeric(9,6),
  actual_known_at     timestamptz  CHECK (actual_known_at > made_at),
  PRIMARY KEY (symbol, trading_day, block, model),
  CHECK ((actual_direction IS NULL) = (actual_known_at IS NULL)),
  CHECK (made_at < (trading_day + 1)::timestamp AT TIME ZONE 'America/New_York')
);
COMMENT ON TABLE market.block_predictions IS
  'Predicted direction of the price within blocks of a trading day, numbered from 1. When a block is over, set the actual columns.';
COMMENT ON COLUMN market.block_predictions.predicted_direction IS '1 up, -1 down, 0 unchanged.';
COMMENT ON COLUMN market.block_predictions.predicted_change IS 'As a fraction of the price at the start of the block.';
COMMENT ON COLUMN market.block_predictions.confidence IS 'Probability, as the model states it, that the direction is right.';

-- A prediction stands as it was made, and what came is written once: otherwise a track record could be improved later.
CREATE FUNCTION market.only_actual_once() RETURNS trigger
  LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  settable CONSTANT text[] := '{actual,actual_direction,actual_change,actual_known_at,horizon}';  -- horizon is generated later
BEGIN
  IF OLD.actual_known_at IS NOT NULL
     OR to_jsonb(NEW) - settable <> to_jsonb(OLD) - settable THEN
    RAISE EXCEPTION USING ERRCODE = 'feature_not_supported',
      MESSAGE = format('a row of %I.%I cannot be changed, except that what came is set once', TG_TABLE_SCHEMA, TG_TABLE_NAME),
      HINT = TG_ARGV[0];
  END IF;
  RETURN NEW;
END $$;
COMMENT ON FUNCTION market.only_actual_once() IS 'Trigger function: refuses every UPDATE but the one that sets the actual columns.';
CREATE TRIGGER only_actual_once BEFORE UPDATE ON market.predictions
  FOR EACH ROW EXECUTE FUNCTION market.only_actual_once('Insert a new prediction with its own made_at.');
CREATE TRIGGER only_actual_once BEFORE UPDATE ON market.block_predictions
  FOR EACH ROW EXECUTE FUNCTION market.only_actual_once('A block has one prediction per model: insert another one under another name of the model.');
CREATE TRIGGER refuse_delete BEFORE DELETE OR TRUNCATE ON market.predictions
  FOR EACH STATEMENT EXECUTE FUNCTION market.refuse_change('market.predictions', 'Predictions stay, the bad ones too; leave a model out of the question with its argument model.');
CREATE TRIGGER refuse_delete BEFORE DELETE OR TRUNCATE ON market.block_predictions
  FOR EACH STATEMENT EXECUTE FUNCTION market.refuse_change('market.block_predictions', 'Predictions stay, the bad ones too; leave a model out of the question with its argument model.');

CREATE FUNCTION market.notify_predictions() RETURNS trigger
  LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM pg_notify('tickbook_predictions', p.payload) FROM (
    SELECT json_build_object('table', TG_TABLE_NAME, 'rows', count(*), 'first_id', min(n.id), 'last_id', max(n.id),
                             'symbols', CASE WHEN count(DISTINCT n.symbol) <= 50 AND octet_length(string_agg(DISTINCT n.symbol, '')) <= 1000 THEN json_agg(DISTINCT n.symbol) END)::text AS payload
      FROM (SELECT (to_jsonb(r) ->> 'prediction_id')::bigint AS id, r.symbol FROM new_rows r) n HAVING count(*) > 0) p;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION market.notify_predictions() IS
  'Trigger function: after rows were inserted into predictions or block_predictions, notifies channel tickbook_predictions, on commit, with '
  '{"table", "rows", "first_id", "last_id", "symbols"}: ids are prediction_id, null for block_predictions; symbols is null where there are more than 50 or 1,000 bytes of them.';
CREATE TRIGGER notify AFTER INSERT ON market.predictions REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION market.notify_predictions();
CREATE TRIGGER notify AFTER INSERT ON market.block_predictions REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION market.notify_predictions();
