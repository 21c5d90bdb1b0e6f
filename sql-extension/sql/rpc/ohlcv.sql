CREATE FUNCTION tickbook._fills(length interval, bucket interval) RETURNS boolean
  LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, tickbook, pg_temp AS $$
  SELECT CASE WHEN tickbook._months(length) > 0 THEN tickbook._months(bucket) % tickbook._months(length) = 0 AND tickbook._without_months(bucket) = interval '0'
              WHEN tickbook._months(bucket) > 0 THEN 86400 % extract(epoch FROM length) = 0
              ELSE extract(epoch FROM bucket) % extract(epoch FROM length) = 0 END
$$;
COMMENT ON FUNCTION tickbook._fills(interval, interval) IS 'Whether bars of a length fill a bucket, so that none lies in two. Months begin at midnight UTC.';

CREATE FUNCTION tickbook.ohlcv(symbol text, bucket interval, range_start timestamptz, range_end timestamptz, gap_fill boolean DEFAULT false,
                               "interval" text DEFAULT NULL, as_of timestamptz DEFAULT 'infinity')
  RETURNS TABLE ("time" timestamptz, open numeric, high numeric, low numeric, close numeric, volume numeric, vwap numeric, bars bigint)
  LANGUAGE plpgsql STABLE ROWS 300 SET search_path = pg_catalog, tickbook, pg_temp SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
DECLARE
  source    text := "interval";
  candidate text;
  last      CONSTANT timestamptz := least(range_end, as_of, now()) - interval '1 microsecond';
BEGIN
  PERFORM tickbook._check_argument(symbol IS NOT NULL, 'ohlcv', 'symbol', symbol, 'Name a symbol, as market.market_data has it.');
  PERFORM tickbook._check_argument(bucket > interval '0', 'ohlcv', 'bucket', bucket::text, 'For example INTERVAL ''1 hour''.');
  PERFORM tickbook._check_argument(range_start < range_end AND isfinite(range_start) AND isfinite(range_end), 'ohlcv', 'the range', format('%s to %s', range_start, range_end),
                                   'The first time is included, the second, later one is not.');
  PERFORM tickbook._check_argument(as_of IS NOT NULL, 'ohlcv', 'as_of', as_of::text, 'Leave it out for what is known now.');
  PERFORM tickbook._check_argument(gap_fill IS NOT NULL, 'ohlcv', 'gap_fill', NULL, 'Pass true or false.');
  PERFORM tickbook._need_tables('market_data', 'market_data_versions');
  -- The longest bars that a bucket is made of whole, and that are there.
  IF source IS NULL THEN
    FOREACH candidate IN ARRAY '{1d,4h,1h,30m,15m,5m,1m,1s}'::text[] LOOP
      CONTINUE WHEN tickbook._bar_length(candidate) > bucket OR NOT tickbook._fills(tickbook._bar_length(candidate), bucket);
      -- Is there one that was known? The last one tells, and is found without opening the whole range.
      IF EXISTS (SELECT FROM tickbook._last_bars(ohlcv.symbol, candidate, range_end, as_of, 1) k WHERE k.time >= range_start) THEN
        source := candidate;
        EXIT;
      END IF;
    END LOOP;
  END IF;
  IF source IS NULL THEN
    RETURN;
  END IF;
  PERFORM tickbook._check_argument(tickbook._bar_length(source) <= bucket, 'ohlcv', 'interval', source,
                                   format('Bars that are longer than the bucket of %s do not fill it.', bucket));
  PERFORM tickbook._check_argument(tickbook._fills(tickbook._bar_length(source), bucket), 'ohlcv', 'interval', source,
                                   format('Some of these bars would lie in two buckets of %s: take a bucket that is a multiple of them.', bucket));
  RETURN QUERY
    WITH buckets AS (
      SELECT tickbook.time_bucket(bucket, k.time) AS start, (array_agg(coalesce(k.open, k.close) ORDER BY k.time))[1] AS open,
             max(coalesce(k.high, greatest(k.open, k.close))) AS high, min(coalesce(k.low, least(k.open, k.close))) AS low, (array_agg(k.close ORDER BY k.time DESC))[1] AS close,
             sum(k.volume) AS volume, sum(coalesce(k.vwap, k.close) * k.volume) / nullif(sum(k.volume), 0) AS vwap, count(*) AS bars
        FROM tickbook._known_bars(symbol, source, range_start, range_end, as_of) k GROUP BY 1
    ), starts AS (
      SELECT b.start FROM buckets b
      UNION  -- months have 28 days or more, so steps of 20 miss none
      SELECT tickbook.time_bucket(bucket, s) FROM generate_series(
               (SELECT min(b.start) FROM buckets b), last,
               CASE WHEN tickbook._months(bucket) > 0 THEN interval '20 days' ELSE bucket END) s WHERE gap_fill
      UNION
      SELECT tickbook.time_bucket(bucket, last) FROM buckets b WHERE gap_fill AND last >= b.start
    ), runs AS (
      SELECT s.start AS bucket_start, b.*, count(b.bars) OVER (ORDER BY s.start) AS run FROM starts s LEFT JOIN buckets b ON b.start = s.start
    ), filled AS (
      SELECT r.*, max(r.close) OVER (PARTITION BY r.run) AS last_close FROM runs r)
    SELECT f.bucket_start, coalesce(f.open, f.last_close), coalesce(f.high, f.last_close), coalesce(f.low, f.last_close), f.last_close,
           CASE WHEN f.bars IS NULL THEN 0 ELSE f.volume END, f.vwap, coalesce(f.bars, 0)
      FROM filled f ORDER BY f.bucket_start;
END $$;
COMMENT ON FUNCTION tickbook.ohlcv(text, interval, timestamptz, timestamptz, boolean, text, timestamptz) IS
  'Bars of any length, made of those that open from range_start to before range_end: one row per bucket, in the order of time, buckets as '
  'tickbook.time_bucket() counts them in UTC. bars: how many stored bars it is made of. Stored bars are those of the given interval, or of '
  'the longest one of 1d, 4h, 1h, 30m, 15m, 5m, 1m and 1s that divides the bucket and of which one was known in the range: name the interval where '
  'one daily bar might hide a month of minutes. vwap: of the stored VWAPs, or closes where there are none, weighted by volume. gap_fill: a bucket without bars, after the first one that has some and up to the '
  'end of the range or now, repeats the last close, with volume and bars 0. With as_of: of the bars that had closed by then, as known then. '
  'Errors: 22023 for arguments that cannot be, 42P01 where the migrations did not run.';
