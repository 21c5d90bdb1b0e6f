CREATE FUNCTION tickbook.get_prediction_accuracy(symbol text, days integer, model text DEFAULT NULL, as_of timestamptz DEFAULT now())
  RETURNS TABLE (predictions bigint, evaluated bigint, with_interval bigint, hits bigint, hit_rate double precision, hit_rate_low double precision,
                 hit_rate_high double precision, mae double precision, rmse double precision, mape double precision,
                 with_direction bigint, directional_accuracy double precision, calibration jsonb)
  LANGUAGE plpgsql STABLE ROWS 1 SET search_path = pg_catalog, tickbook, pg_temp AS $$
BEGIN
  PERFORM tickbook._check_argument(symbol IS NOT NULL, 'get_prediction_accuracy', 'symbol', symbol, 'Name a symbol, as market.predictions has it.');
  PERFORM tickbook._check_argument(days BETWEEN 1 AND 100000, 'get_prediction_accuracy', 'days', days::text, 'Look back from 1 to 100000 days.');
  PERFORM tickbook._check_argument(isfinite(as_of), 'get_prediction_accuracy', 'as_of', as_of::text, 'Leave it out for what is known now.');
  PERFORM tickbook._need_tables('predictions');
  RETURN QUERY
    WITH p AS (
      SELECT q.known, q.predicted, q.actual, q.confidence, q.actual - q.predicted AS error,
             CASE WHEN q.known AND q.lower IS NOT NULL AND q.upper IS NOT NULL THEN q.actual BETWEEN q.lower AND q.upper END AS hit,
             CASE WHEN q.known THEN sign(q.predicted - q.base) = sign(q.actual - q.base) END AS direction
        FROM (SELECT coalesce(r.actual_known_at <= as_of, false) AS known, r.predicted::double precision, r.actual::double precision,
                     r.confidence::double precision, r.lower::double precision, r.upper::double precision, r.base_price::double precision AS base
                FROM market.predictions r
               WHERE r.symbol = get_prediction_accuracy.symbol AND (get_prediction_accuracy.model IS NULL OR r.model = get_prediction_accuracy.model)
                 AND r.target_time > as_of - make_interval(hours => 24 * days) AND r.target_time <= as_of AND r.made_at <= as_of) q)
    SELECT s.predictions, s.evaluated, s.intervals, s.hits, s.hits::double precision / nullif(s.intervals, 0), w.low, w.high,
           s.mae, s.rmse, s.mape, s.directions, s.right_directions::double precision / nullif(s.directions, 0), s.calibration
      FROM (SELECT count(*) AS predictions, count(*) FILTER (WHERE p.known) AS evaluated, count(p.hit) AS intervals, count(*) FILTER (WHERE p.hit) AS hits,
                   avg(abs(p.error)) FILTER (WHERE p.known) AS mae, sqrt(avg(p.error * p.error) FILTER (WHERE p.known)) AS rmse,
                   avg(abs(p.error / p.actual)) FILTER (WHERE p.known AND p.actual <> 0) AS mape,
                   count(p.direction) AS directions, count(*) FILTER (WHERE p.direction) AS right_directions,
                   tickbook._calibration(array_agg(p.confidence), array_agg(p.hit)) AS calibration FROM p) s
     CROSS JOIN LATERAL tickbook._wilson(s.hits, s.intervals) w;
END $$;
COMMENT ON FUNCTION tickbook.get_prediction_accuracy(text, integer, text, timestamptz) IS
  'How good the predictions of a symbol''s price were whose target time lay within the given number of days (24 hours each) before as_of; one '
  'row. evaluated: those whose actual price was known by as_of, on which all else rests. hits: the actual price lay within the predicted '
  'interval; hit_rate, with its Wilson 95 % interval, is their share of with_interval, those with both bounds. mae and rmse in the currency of the symbol, mape as a '
  'fraction of the actual price. directional_accuracy: share of with_direction (base price known) where predicted and actual price lie on the '
  'same side of the base price. calibration: array of {from, to, count, mean_confidence, hit_rate} per tenth of confidence. Shares are NULL '
  'where there is nothing to divide by. Errors: 22023 for arguments that cannot be, 42P01 where the migrations did not run.';
