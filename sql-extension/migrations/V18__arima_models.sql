-- The models that batch training fits, how it went, and what came of what they predicted.
SET LOCAL search_path = pg_catalog, pg_temp;

CREATE TABLE market.arima_models (
  model_id       bigint           GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  symbol         text             NOT NULL,
  model          text             NOT NULL,
  specification  text             NOT NULL,
  trained_at     timestamptz      NOT NULL DEFAULT clock_timestamp(),
  data_as_of     timestamptz      NOT NULL CHECK (isfinite(data_as_of)),
  first_time     timestamptz      NOT NULL,
  last_time      timestamptz      NOT NULL,
  observations   integer          NOT NULL CHECK (observations > 0),
  converged      boolean,
  log_likelihood double precision,
  aicc           double precision,
  sigma2         double precision CHECK (sigma2 >= 0),
  coefficients   jsonb            NOT NULL DEFAULT '{}',
  metrics        jsonb            NOT NULL DEFAULT '{}',
  CHECK (first_time <= last_time AND last_time < data_as_of),
  CHECK (data_as_of <= trained_at)
);
CREATE INDEX arima_models_symbol ON market.arima_models (symbol, model, data_as_of DESC);
COMMENT ON TABLE market.arima_models IS 'Models of daily closes, one row each time that one was trained.';
COMMENT ON COLUMN market.arima_models.model IS 'What the way of modelling is called, as in predictions.';
COMMENT ON COLUMN market.arima_models.specification IS 'What was fitted, with its orders, for example ARIMA(0,1,1).';
COMMENT ON COLUMN market.arima_models.trained_at IS 'When it was trained, UTC.';
COMMENT ON COLUMN market.arima_models.data_as_of IS 'The moment as of which the closes were known, UTC: trained_at, or before it in research.';
COMMENT ON COLUMN market.arima_models.first_time IS 'The first bar that it was trained on; last_time the last.';
COMMENT ON COLUMN market.arima_models.metrics IS 'How it fits the closes that it was trained on: mae, rmse in the currency of the symbol, mase.';
SELECT market.only_grows('market.arima_models', 'Train the model again: each training is a row.');

CREATE TABLE market.training_status (
  symbol       text        NOT NULL,
  model        text        NOT NULL,
  attempted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  status       text        NOT NULL CHECK (status IN ('trained', 'skipped', 'failed')),
  reason       text,
  PRIMARY KEY (symbol, model),
  CHECK ((status = 'trained') = (reason IS NULL))
);
COMMENT ON TABLE market.training_status IS 'How the last attempt to train a model of each symbol ended. It is no fact about the market and is overwritten.';
COMMENT ON COLUMN market.training_status.reason IS 'Why it was skipped or failed.';

-- Few predictions are waiting for what comes; they are found without looking at the others.
CREATE INDEX predictions_waiting ON market.predictions (symbol, target_time) WHERE actual IS NULL;

CREATE FUNCTION market.fill_actuals("interval" text DEFAULT '1d', model text DEFAULT NULL) RETURNS bigint
  LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  length CONSTANT interval := tickbook._bar_length("interval");
  filled bigint;
BEGIN
  WITH waiting AS (
    SELECT p.symbol, min(p.target_time) AS first, max(p.target_time) AS last FROM market.predictions p
     WHERE p.actual IS NULL AND p.target_time <= now() AND (fill_actuals.model IS NULL OR p.model = fill_actuals.model)
     GROUP BY p.symbol),
  came AS (
    SELECT w.symbol, tickbook._closes_at(b.time, length) AS closes_at, b.close, b.known_at
      FROM waiting w
     CROSS JOIN LATERAL tickbook.get_price_range(w.symbol, fill_actuals."interval", tickbook._closes_at(w.first, -length), w.last, now()) b)
  UPDATE market.predictions p SET actual = c.close, actual_known_at = c.known_at
    FROM came c
   WHERE p.symbol = c.symbol AND p.target_time = c.closes_at AND p.actual IS NULL
     AND (fill_actuals.model IS NULL OR p.model = fill_actuals.model);
  GET DIAGNOSTICS filled = ROW_COUNT;
  RETURN filled;
END $$;
COMMENT ON FUNCTION market.fill_actuals(text, text) IS
  'Gives predictions, of all models or of one, whose target time has passed the close of the bar that closed then, as it is known now, and since when it is known; '
  'returns how many. interval: length of the bars that were predicted. Predictions for times at which no bar closed stay without. Once given, an '
  'actual price stays. Errors: 22023 for a length that is none.';

-- To those of the roles that there are.
DO $$
DECLARE
  granted name;
BEGIN
  FOR granted IN SELECT rolname FROM pg_catalog.pg_roles WHERE rolname IN ('tickbook_readonly', 'tickbook_writer', 'tickbook_backup') LOOP
    EXECUTE pg_catalog.format('GRANT SELECT ON market.arima_models, market.training_status TO %I', granted);
    IF granted = 'tickbook_backup' THEN
      EXECUTE pg_catalog.format('GRANT SELECT ON SEQUENCE market.arima_models_model_id_seq TO %I', granted);
    ELSIF granted = 'tickbook_writer' THEN
      EXECUTE pg_catalog.format('GRANT INSERT ON market.arima_models TO %I', granted);
      EXECUTE pg_catalog.format('GRANT INSERT, UPDATE ON market.training_status TO %I', granted);
      EXECUTE pg_catalog.format('GRANT USAGE ON SEQUENCE market.arima_models_model_id_seq TO %I', granted);
    END IF;
  END LOOP;
END $$;
