-- Technical indicators over an array of bars, oldest first, with the usual lengths. Averages that feed on themselves
-- begin with a simple average of their first values; a value is NULL where there are too few bars.
--   SMA, EMA (weight 2/(n+1)), Bollinger bands (20 bars, two population standard deviations): J. J. Murphy, Technical
--   Analysis of the Financial Markets, chapter 9. MACD (12, 26, signal 9): G. Appel, as given there, chapter 10.
--   RSI and ATR (14, smoothed by 1/n): J. W. Wilder, New Concepts in Technical Trading Systems, 1978.

-- One pass for all averages of the kind: value += weight * (x - value), begun with the mean of the first n values.
CREATE FUNCTION tickbook._smoothed(series double precision[], n integer, weight double precision) RETURNS double precision[]
  LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  result double precision[] := array_fill(NULL::double precision, ARRAY[greatest(least(n - 1, coalesce(cardinality(series), 0)), 0)]);
  value  double precision := 0;
BEGIN
  FOR i IN 1 .. coalesce(cardinality(series), 0) LOOP
    IF i < n THEN
      value := value + series[i];
    ELSE
      value := CASE WHEN i = n THEN (value + series[i]) / n ELSE value + weight * (series[i] - value) END;
      result[i] := value;
    END IF;
  END LOOP;
  RETURN result;
END $$;
COMMENT ON FUNCTION tickbook._smoothed(double precision[], integer, double precision) IS
  'Exponentially smoothed series, from its nth value on; NULL before.';

CREATE FUNCTION tickbook._indicators(highs double precision[], lows double precision[], closes double precision[]) RETURNS jsonb
  LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  n       CONSTANT integer := cardinality(closes);
  gains   double precision[];
  losses  double precision[];
  ranges  double precision[];
  ema12   double precision[];
  ema26   double precision[];
  macd    double precision[];
  signal  double precision;
  gain    double precision;
  loss    double precision;
  middle  double precision;
  spread  double precision;
BEGIN
  SELECT array_agg(greatest(c.x - c.before, 0) ORDER BY c.i) FILTER (WHERE c.i > 1), array_agg(greatest(c.before - c.x, 0) ORDER BY c.i) FILTER (WHERE c.i > 1),
         array_agg(greatest(c.high - c.low, abs(c.high - c.before), abs(c.low - c.before)) ORDER BY c.i) FILTER (WHERE c.i > 1)
    INTO gains, losses, ranges
    FROM (SELECT u.*, lag(u.x) OVER (ORDER BY u.i) AS before FROM unnest(closes, highs, lows) WITH ORDINALITY u (x, high, low, i)) c;
  ema12 := tickbook._smoothed(closes, 12, 2 / 13.0);
  ema26 := tickbook._smoothed(closes, 26, 2 / 27.0);
  SELECT array_agg(u.a - u.b ORDER BY u.i) FILTER (WHERE u.b IS NOT NULL) INTO macd FROM unnest(ema12, ema26) WITH ORDINALITY u (a, b, i);
  signal := (tickbook._smoothed(macd, 9, 2 / 10.0))[cardinality(macd)];
  gain := (tickbook._smoothed(gains, 14, 1 / 14.0))[n - 1];
  loss := (tickbook._smoothed(losses, 14, 1 / 14.0))[n - 1];
  IF n >= 20 THEN
    SELECT avg(x), stddev_pop(x) INTO middle, spread FROM unnest(closes[n - 19:]) x;
  END IF;
  RETURN jsonb_build_object('bars', coalesce(n, 0),
    'sma_20', middle, 'sma_50', CASE WHEN n >= 50 THEN (SELECT avg(x) FROM unnest(closes[n - 49:]) x) END,
    'sma_200', CASE WHEN n >= 200 THEN (SELECT avg(x) FROM unnest(closes[n - 199:]) x) END,
    'ema_12', ema12[n], 'ema_26', ema26[n],
    'macd', macd[cardinality(macd)], 'macd_signal', signal, 'macd_histogram', macd[cardinality(macd)] - signal,
    'rsi_14', CASE WHEN loss = 0 THEN CASE WHEN gain = 0 THEN 50 ELSE 100 END ELSE 100 - 100 / (1 + gain / loss) END,
    'bollinger_middle', middle, 'bollinger_upper', middle + 2 * spread, 'bollinger_lower', middle - 2 * spread,
    'atr_14', (tickbook._smoothed(ranges, 14, 1 / 14.0))[n - 1]);
END $$;
COMMENT ON FUNCTION tickbook._indicators(double precision[], double precision[], double precision[]) IS
  'Indicators at the last of the bars, in the unit of the prices; rsi_14 from 0 to 100, 50 where prices did not move.';
