CREATE FUNCTION tickbook.get_block_prediction_accuracy(symbol text, days integer, model text DEFAULT NULL, as_of timestamptz DEFAULT now())
  RETURNS TABLE (predictions bigint, evaluated bigint, hits bigint, hit_rate double precision, hit_rate_low double precision, hit_rate_high double precision,
                 mae double precision, rmse double precision, mape double precision, directional_accuracy double precision, calibration jsonb)
  LANGUAGE plpgsql STABLE ROWS 1 SET search_path = pg_catalog, tickbook, pg_temp AS $$
BEGIN
  PERFORM tickbook._check_argument(symbol IS NOT NULL, 'get_block_prediction_accuracy', 'symbol', symbol, 'Name a symbol, as market.block_predictions has it.');
  PERFORM tickbook._check_argument(days BETWEEN 1 AND 100000, 'get_block_prediction_accuracy', 'days', days::text, 'Look back from 1 to 100000 days.');
  PERFORM tickbook._check_argument(isfinite(as_of), 'get_block_prediction_accuracy', 'as_of', as_of::text, 'Leave it out for what is known now.');
  PERFORM tickbook._need_tables('block_predictions');
  RETURN QUERY
    WITH p AS (
      SELECT q.known, q.confidence, CASE WHEN q.known THEN q.predicted_direction = q.actual_direction END AS hit,
             CASE WHEN q.known AND (q.predicted_direction <> 0 AND q.actual_direction <> 0) THEN q.predicted_direction = q.actual_direction END AS direction,
             CASE WHEN q.known THEN q.actual - q.predicted END AS error, q.actual
        FROM (SELECT coalesce(r.actual_known_at <= as_of, false) AS known, r.predicted_direction, r.actual_direction, r.confidence::double precision,
                     r.predicted_change::double precision AS predicted, r.actual_change::double precision AS actual
                FROM market.block_predictions r
               WHERE r.symbol = get_block_prediction_accuracy.symbol AND (get_block_prediction_accuracy.model IS NULL OR r.model = get_block_prediction_accuracy.model)
                 AND r.trading_day > (as_of AT TIME ZONE 'America/New_York')::date - days AND r.trading_day <= (as_of AT TIME ZONE 'America/New_York')::date
                 AND r.made_at <= as_of) q)
    SELECT s.predictions, s.evaluated, s.hits, s.hits::double precision / nullif(s.evaluated, 0), w.low, w.high, s.mae, s.rmse, s.mape,
           s.directional, s.calibration
      FROM (SELECT count(*) AS predictions, count(*) FILTER (WHERE p.known) AS evaluated, count(*) FILTER (WHERE p.hit) AS hits,
                   avg(abs(p.error)) AS mae, sqrt(avg(p.error * p.error)) AS rmse, avg(abs(p.error / p.actual)) FILTER (WHERE p.actual <> 0) AS mape,
                   avg(p.direction::integer)::double precision AS directional,
                   tickbook._calibration(array_agg(p.confidence), array_agg(p.hit)) AS calibration FROM p) s
     CROSS JOIN LATERAL tickbook._wilson(s.hits, s.evaluated) w;
END $$;
COMMENT ON FUNCTION tickbook.get_block_prediction_accuracy(text, integer, text, timestamptz) IS
  'How good the predictions of a symbol''s direction within blocks of a trading day were, over the given number of calendar days up to as_of (New York); '
  'one row. evaluated: those whose outcome was known by as_of, on which all else rests. hits: predicted and actual direction are the same, unchanged '
  'included; hit_rate has its Wilson 95 % interval. directional_accuracy: the same among blocks where both say up or down. mae, rmse: of the predicted '
  'change, as a fraction of the price; mape: as a fraction of the actual change. calibration: array of {from, to, count, mean_confidence, hit_rate} per '
  'tenth of confidence. Shares are NULL where there is nothing to divide by. Errors: 22023 for arguments that cannot be, 42P01 where the migrations did not run.';
