-- Bars as they were known. A bar is known when it closes; one that was corrected has all its versions in
-- market.market_data_versions, and of these the latest that was known counts.

CREATE FUNCTION tickbook._bar_length(length text) RETURNS interval
  LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  parts CONSTANT text[] := regexp_match(length, '^([1-9][0-9]{0,3})(s|m|h|d|w|mo|y)$');
BEGIN
  IF parts IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
      MESSAGE = format('%s is not the length of a bar', coalesce(quote_literal(length), 'NULL')),
      HINT = 'Write a number and one of s, m, h, d, w, mo, y: 1m is a minute, 1d a day, 1mo a month.';
  END IF;
  RETURN CASE parts[2]
    WHEN 's' THEN make_interval(secs => parts[1]::integer) WHEN 'm' THEN make_interval(mins => parts[1]::integer)
    WHEN 'h' THEN make_interval(hours => parts[1]::integer) WHEN 'd' THEN make_interval(days => parts[1]::integer)
    WHEN 'w' THEN make_interval(weeks => parts[1]::integer) WHEN 'mo' THEN make_interval(months => parts[1]::integer)
    ELSE make_interval(years => parts[1]::integer) END;
END $$;
COMMENT ON FUNCTION tickbook._bar_length(text) IS 'Length of a bar, from the text that market_data has: 1m, 5m, 1h, 1d, 1w, 1mo. Raises 22023 for another text.';

-- In UTC, whatever the session's time zone: a day is 24 hours there.
CREATE FUNCTION tickbook._closes_at(opens timestamptz, length interval) RETURNS timestamptz
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN ((opens AT TIME ZONE 'UTC') + length) AT TIME ZONE 'UTC';
COMMENT ON FUNCTION tickbook._closes_at(timestamptz, interval) IS 'When a bar that opens then closes, and so is known.';

-- A query for the last bars must say where to begin, or it would open everything. Each time here is a guess further
-- back than the one before; whoever finds enough bars after one of them has found the last ones.
CREATE FUNCTION tickbook._starts_back(symbol text, "interval" text, before timestamptz, bars integer) RETURNS timestamptz[]
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, tickbook, pg_temp AS $$
DECLARE
  newest CONSTANT timestamptz := least(before, now());
  span   CONSTANT interval := tickbook._bar_length("interval") * (2 * bars) + interval '4 days';
  last_packed  timestamptz;
  first_packed timestamptz;
BEGIN
  IF to_regclass('market.market_data_batches') IS NOT NULL THEN
    -- Batches of one chunk may overlap, so the one that begins last need not be the one that ends last.
    SELECT max(x.".last") INTO last_packed FROM market.market_data_batches x
     WHERE x.symbol = _starts_back.symbol AND x.interval = _starts_back.interval AND x.".first" < before
       AND x.".first" > (SELECT max(n.".first") FROM market.market_data_batches n
                          WHERE n.symbol = _starts_back.symbol AND n.interval = _starts_back.interval AND n.".first" < before)
                        - (SELECT h.chunk_interval FROM tickbook.hypertable h WHERE h.relation = 'market.market_data'::regclass);
    SELECT min(p.first) FILTER (WHERE p.newer < bars) INTO first_packed FROM (
      SELECT b.".first" AS first,
             coalesce(sum(CASE WHEN b.".last" < before THEN b.".rows" ELSE 1 END)
                        OVER (ORDER BY b.".first" DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS newer
        FROM (SELECT * FROM market.market_data_batches x
               WHERE x.symbol = _starts_back.symbol AND x.interval = _starts_back.interval AND x.".first" < before
               ORDER BY x.".first" DESC LIMIT least(bars, 400)) b) p;
  END IF;
  IF last_packed IS NULL THEN
    RETURN ARRAY[newest - span, newest - 10 * span, newest - interval '2 years', '-infinity'];
  END IF;
  RETURN CASE WHEN bars = 1 THEN ARRAY[least(last_packed + interval '1 microsecond', before)] ELSE '{}' END || ARRAY[first_packed, first_packed - 2 * span, '-infinity'];
END $$;
COMMENT ON FUNCTION tickbook._starts_back(text, text, timestamptz, integer) IS
  'Times, ever further back and ending with -infinity, after the first of which the given number of bars before a time are to be expected. '
  'For one bar the first is where the last batch ends: no packed row is later.';

CREATE FUNCTION tickbook._known_bars(symbol text, "interval" text, range_start timestamptz, range_end timestamptz, as_of timestamptz)
  RETURNS TABLE ("time" timestamptz, known_at timestamptz, open numeric, high numeric, low numeric, close numeric, volume bigint, vwap numeric)
  LANGUAGE plpgsql STABLE ROWS 300 SET search_path = pg_catalog, tickbook, pg_temp SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
DECLARE
  length CONSTANT interval := tickbook._bar_length("interval");
BEGIN
  IF EXISTS (SELECT FROM market.market_data_versions v WHERE v.symbol = _known_bars.symbol AND v.interval = _known_bars.interval
                AND v.time >= range_start AND v.time < range_end) THEN
    RETURN QUERY
      SELECT b.time, c.closes_at, b.open, b.high, b.low, b.close, b.volume, b.vwap
        FROM market.market_data_between(range_start, least(range_end, as_of)) b
       CROSS JOIN LATERAL (SELECT tickbook._closes_at(b.time, length)) c (closes_at)
       WHERE b.symbol = _known_bars.symbol AND b.interval = _known_bars.interval AND c.closes_at <= as_of
         AND NOT EXISTS (SELECT FROM market.market_data_versions v WHERE v.symbol = _known_bars.symbol AND v.interval = _known_bars.interval AND v.time = b.time)
      UNION ALL
      SELECT v.time, v.known_at, v.open, v.high, v.low, v.close, v.volume, v.vwap
        FROM (SELECT DISTINCT ON (v.time) v.* FROM market.market_data_versions v
               WHERE v.symbol = _known_bars.symbol AND v.interval = _known_bars.interval
                 AND v.time >= range_start AND v.time < range_end AND v.known_at <= as_of
               ORDER BY v.time, v.known_at DESC) v WHERE v.close IS NOT NULL
      ORDER BY 1;
  ELSE
    RETURN QUERY
      SELECT b.time, c.closes_at, b.open, b.high, b.low, b.close, b.volume, b.vwap
        FROM market.market_data_between(range_start, least(range_end, as_of)) b
       CROSS JOIN LATERAL (SELECT tickbook._closes_at(b.time, length)) c (closes_at)
       WHERE b.symbol = _known_bars.symbol AND b.interval = _known_bars.interval AND c.closes_at <= as_of
       ORDER BY 1;
  END IF;
END $$;
COMMENT ON FUNCTION tickbook._known_bars(text, text, timestamptz, timestamptz, timestamptz) IS
  'Bars that open from range_start to before range_end as they were known at as_of, in the order of time.';

CREATE FUNCTION tickbook._last_bars(symbol text, "interval" text, before timestamptz, as_of timestamptz, bars integer)
  RETURNS TABLE ("time" timestamptz, known_at timestamptz, open numeric, high numeric, low numeric, close numeric, volume bigint, vwap numeric)
  LANGUAGE plpgsql STABLE ROWS 300 SET search_path = pg_catalog, tickbook, pg_temp AS $$
#variable_conflict use_column
DECLARE
  start timestamptz;
  until timestamptz := least(before, as_of);
  found integer := 0;
  piece integer;
BEGIN
  -- Each guess adds what lies before the one before.
  FOREACH start IN ARRAY tickbook._starts_back(symbol, "interval", until, bars) LOOP
    CONTINUE WHEN start >= until;
    RETURN QUERY SELECT * FROM tickbook._known_bars(_last_bars.symbol, _last_bars."interval", start, until, as_of) k ORDER BY k.time DESC LIMIT bars - found;
    GET DIAGNOSTICS piece = ROW_COUNT;
    found := found + piece;
    until := start;
    EXIT WHEN found >= bars;
  END LOOP;
END $$;
COMMENT ON FUNCTION tickbook._last_bars(text, text, timestamptz, timestamptz, integer) IS
  'The last bars that opened before a time and had closed by as_of, as they were known then, the latest first.';
