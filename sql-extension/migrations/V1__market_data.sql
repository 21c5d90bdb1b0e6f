-- The bars of all symbols and intervals, and what they were before they were corrected.
CREATE SCHEMA IF NOT EXISTS market;

CREATE TABLE market.market_data (
  time           timestamptz    NOT NULL,
  symbol         text           NOT NULL,
  interval       text           NOT NULL,
  open           numeric(15,4),
  high           numeric(15,4),
  low            numeric(15,4),
  close          numeric(15,4)  NOT NULL,
  adjusted_close numeric(15,4),
  volume         bigint,
  vwap           numeric(15,4),
  trades         bigint,
  market_cap     numeric(20,2),
  source         text,
  quality_score  numeric(3,2)   CHECK (quality_score BETWEEN 0 AND 1),
  trading_value  numeric(35,4)  GENERATED ALWAYS AS (close * volume) STORED,
  PRIMARY KEY (symbol, interval, time)
);

COMMENT ON TABLE market.market_data IS
  'Bars: one row per symbol, interval and time, as they are known now. Known when they close, at time + interval, however '
  'late they were loaded; a bar that replaced another is known since it did, see market_data_versions.';
COMMENT ON COLUMN market.market_data.time IS 'When the bar opens, UTC. A daily bar opens at midnight UTC of its trading day.';
COMMENT ON COLUMN market.market_data.interval IS 'Length of the bar: 1m, 5m, 1h, 1d …';
COMMENT ON COLUMN market.market_data.open IS 'First price, in the currency of the symbol; NULL where the source gives closes only.';
COMMENT ON COLUMN market.market_data.adjusted_close IS
  'Close, corrected for later splits and dividends: it tells of the future, so no point-in-time function reads it.';
COMMENT ON COLUMN market.market_data.volume IS 'Shares or contracts traded; NULL where the source gives none.';
COMMENT ON COLUMN market.market_data.vwap IS 'Average price weighted by volume.';
COMMENT ON COLUMN market.market_data.quality_score IS 'From 0 (doubtful) to 1 (checked).';
COMMENT ON COLUMN market.market_data.trading_value IS 'close * volume.';

SELECT tickbook.create_hypertable('market.market_data', 'time', chunk_interval => '30 days');

-- Versions ------------------------------------------------------------------------------------------------------------
-- Only bars that were ever corrected have rows here, so that loading bars costs nothing more, and these have all of
-- their versions, the first and the present one too. What was known at a time t is then, for such a bar, its latest
-- version with known_at <= t, whatever the order the versions were written in; for any other bar, its row in market_data.
CREATE FUNCTION market.bar_closes_at(opens timestamptz, length text) RETURNS timestamptz
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN tickbook._closes_at(opens, tickbook._bar_length(length));
COMMENT ON FUNCTION market.bar_closes_at(timestamptz, text) IS 'When a bar that opens at a time, of a length such as 1m or 1d, closes; UTC.';

CREATE TABLE market.market_data_versions (
  symbol         text           NOT NULL,
  interval       text           NOT NULL,
  time           timestamptz    NOT NULL,
  known_at       timestamptz    NOT NULL,
  open           numeric(15,4),
  high           numeric(15,4),
  low            numeric(15,4),
  close          numeric(15,4),
  adjusted_close numeric(15,4),
  volume         bigint,
  vwap           numeric(15,4),
  trades         bigint,
  market_cap     numeric(20,2),
  source         text,
  quality_score  numeric(3,2)   CHECK (quality_score BETWEEN 0 AND 1),
  PRIMARY KEY (symbol, interval, time, known_at),
  CHECK (known_at >= market.bar_closes_at(time, interval))
);
CREATE INDEX market_data_versions_time ON market.market_data_versions (interval, time);
COMMENT ON TABLE market.market_data_versions IS
  'All versions of bars that were corrected. A change of market_data is written here by itself, with the time at which it was made. '
  'Where a source says when it corrected a bar, insert the version here: market_data follows, and the order of loading does not matter.';
COMMENT ON COLUMN market.market_data_versions.known_at IS
  'Since when this version is known: the close of the bar for the first one, else when it replaced the one before.';
COMMENT ON COLUMN market.market_data_versions.close IS 'NULL: the bar was withdrawn.';

-- market_data → versions. A bar that has not closed is not known yet, so changing it is no correction. The time is the
-- clock's when the statement runs; who asks between that moment and the commit still gets the version before.
CREATE FUNCTION market.keep_updated_bars() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF (SELECT count(*) FROM old_rows o JOIN new_rows n USING (symbol, interval, time)) < (SELECT count(*) FROM old_rows) THEN
    RAISE EXCEPTION USING ERRCODE = 'feature_not_supported',
      MESSAGE = 'symbol, interval and time of a bar in market.market_data cannot be changed',
      HINT = 'Delete the bar and insert it again under its right key.';
  END IF;
  INSERT INTO market.market_data_versions (symbol, interval, time, known_at, open, high, low, close, adjusted_close, volume, vwap, trades, market_cap, source, quality_score)
  SELECT symbol, interval, time, market.bar_closes_at(time, interval),
         o.open, o.high, o.low, o.close, o.adjusted_close, o.volume, o.vwap, o.trades, o.market_cap, o.source,
         o.quality_score
    FROM old_rows o JOIN new_rows n USING (symbol, interval, time)
   WHERE o IS DISTINCT FROM n AND market.bar_closes_at(time, interval) < clock_timestamp()
     AND NOT EXISTS (SELECT FROM market.market_data_versions x WHERE (x.symbol, x.interval, x.time) = (o.symbol, o.interval, o.time))
  UNION ALL
  SELECT symbol, interval, time, clock_timestamp(),
         n.open, n.high, n.low, n.close, n.adjusted_close, n.volume, n.vwap, n.trades, n.market_cap, n.source,
         n.quality_score
    FROM old_rows o JOIN new_rows n USING (symbol, interval, time)
   WHERE o IS DISTINCT FROM n AND market.bar_closes_at(time, interval) < clock_timestamp()
     AND NOT market.is_latest_version(symbol, interval, time, to_jsonb(n));
  RETURN NULL;
END $$;
COMMENT ON FUNCTION market.keep_updated_bars() IS 'Trigger function: keeps what a closed bar was before an UPDATE, and what it became.';

CREATE FUNCTION market.is_latest_version(symbol text, "interval" text, "time" timestamptz, bar jsonb) RETURNS boolean
  LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce((SELECT to_jsonb(v) @> (bar - 'trading_value') FROM market.market_data_versions v
                    WHERE v.symbol = $1 AND v.interval = $2 AND v.time = $3 ORDER BY v.known_at DESC LIMIT 1), false)
$$;
COMMENT ON FUNCTION market.is_latest_version(text, text, timestamptz, jsonb) IS 'Whether a bar is what its latest version says.';

-- TimescaleDB has no transition tables for DELETE on compressed hypertables, and there a row trigger is no hindrance.
DO $make$
DECLARE
  by_row CONSTANT boolean := tickbook._is_timescaledb_hypertable('market.market_data');
BEGIN
  EXECUTE format($function$
CREATE FUNCTION market.keep_deleted_bars() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
  IF current_setting('tickbook.retention', true) = 'on' THEN
    RETURN NULL;  -- what is thrown away for its age is not withdrawn
  END IF;
  INSERT INTO market.market_data_versions (symbol, interval, time, known_at, open, high, low, close, adjusted_close, volume, vwap, trades, market_cap, source, quality_score)
  SELECT o.symbol, o.interval, o.time, market.bar_closes_at(o.time, o.interval),
         o.open, o.high, o.low, o.close, o.adjusted_close, o.volume, o.vwap, o.trades, o.market_cap, o.source,
         o.quality_score
    FROM %1$s o
   WHERE market.bar_closes_at(o.time, o.interval) < clock_timestamp()
     AND NOT EXISTS (SELECT FROM market.market_data_versions x WHERE (x.symbol, x.interval, x.time) = (o.symbol, o.interval, o.time))
  UNION ALL
  SELECT o.symbol, o.interval, o.time, clock_timestamp(), NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
    FROM %1$s o
   WHERE market.bar_closes_at(o.time, o.interval) < clock_timestamp()
     AND NOT market.is_latest_version(o.symbol, o.interval, o.time, '{"close": null}');
  RETURN NULL;
END $body$;
  $function$, CASE WHEN by_row THEN '(SELECT OLD.*)' ELSE 'old_rows' END);
  EXECUTE format('CREATE TRIGGER keep_deleted AFTER DELETE ON market.market_data %s EXECUTE FUNCTION market.keep_deleted_bars()',
                 CASE WHEN by_row THEN 'FOR EACH ROW' ELSE 'REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT' END);
END $make$;
COMMENT ON FUNCTION market.keep_deleted_bars() IS 'Trigger function: a closed bar that is deleted is withdrawn; it was known until then.';

CREATE FUNCTION market.keep_returning_bars() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM market.market_data_versions) THEN
    -- Materialized, or each row of a COPY would be compared with a version that it does not have.
    WITH n AS MATERIALIZED (
      SELECT r.* FROM new_rows r
       WHERE EXISTS (SELECT FROM market.market_data_versions x WHERE (x.symbol, x.interval, x.time) = (r.symbol, r.interval, r.time)))
    INSERT INTO market.market_data_versions (symbol, interval, time, known_at, open, high, low, close, adjusted_close, volume, vwap, trades, market_cap, source, quality_score)
    SELECT n.symbol, n.interval, n.time, clock_timestamp(),
           n.open, n.high, n.low, n.close, n.adjusted_close, n.volume, n.vwap, n.trades, n.market_cap, n.source,
           n.quality_score
      FROM n
     WHERE NOT market.is_latest_version(n.symbol, n.interval, n.time, to_jsonb(n));
  END IF;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION market.keep_returning_bars() IS 'Trigger function: a bar that was withdrawn and is inserted again is known since now.';

CREATE TRIGGER keep_updated AFTER UPDATE ON market.market_data REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION market.keep_updated_bars();
CREATE TRIGGER keep_returning AFTER INSERT ON market.market_data REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION market.keep_returning_bars();

-- versions → market_data. What market_data has when a bar's first later version comes is the version known at the close.
CREATE FUNCTION market.keep_first_version() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  IF NEW.known_at > clock_timestamp() THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation',
      MESSAGE = format('the version of %s (%s) at %s in market.market_data_versions has known_at %s, which is yet to come',
                       NEW.symbol, NEW.interval, NEW.time, NEW.known_at),
      HINT = 'Insert a version once it is known.';
  END IF;
  IF NEW.known_at > market.bar_closes_at(NEW.time, NEW.interval) AND NOT EXISTS (
       SELECT FROM market.market_data_versions v WHERE (v.symbol, v.interval, v.time) = (NEW.symbol, NEW.interval, NEW.time)) THEN
    INSERT INTO market.market_data_versions (symbol, interval, time, known_at, open, high, low, close, adjusted_close, volume, vwap, trades, market_cap, source, quality_score)
    SELECT b.symbol, b.interval, b.time, market.bar_closes_at(b.time, b.interval),
           b.open, b.high, b.low, b.close, b.adjusted_close, b.volume, b.vwap, b.trades, b.market_cap, b.source,
           b.quality_score
      FROM market.market_data_between(NEW.time, NEW.time + interval '1 microsecond') b
     WHERE b.symbol = NEW.symbol AND b.interval = NEW.interval;
  END IF;
  RETURN NEW;
END $$;
COMMENT ON FUNCTION market.keep_first_version() IS 'Trigger function: a bar whose first correction is inserted as a version keeps what it was.';

CREATE FUNCTION market.follow_bar_versions() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  range record;
BEGIN
  IF NOT EXISTS (SELECT FROM new_rows) THEN
    RETURN NULL;
  END IF;
  CREATE TEMPORARY TABLE followed_bars ON COMMIT DROP AS
    SELECT l.* FROM (SELECT DISTINCT n.symbol, n.interval, n.time FROM new_rows n) n
     CROSS JOIN LATERAL (SELECT v.* FROM market.market_data_versions v WHERE (v.symbol, v.interval, v.time) = (n.symbol, n.interval, n.time)
                          ORDER BY v.known_at DESC LIMIT 1) l;
  -- A range at a time, so that only its batches are opened.
  FOR range IN SELECT f.symbol, f.interval, min(f.time) AS first, max(f.time) AS last FROM pg_temp.followed_bars f
                GROUP BY f.symbol, f.interval, date_bin('30 days', f.time, '1970-01-01 00:00+00') LOOP
    DELETE FROM pg_temp.followed_bars l USING market.market_data_between(range.first, range.last + interval '1 microsecond') b
     WHERE b.symbol = range.symbol AND b.interval = range.interval AND (l.symbol, l.interval, l.time) = (b.symbol, b.interval, b.time)
       AND to_jsonb(b) - 'trading_value' = to_jsonb(l) - 'known_at';
  END LOOP;
  IF EXISTS (SELECT FROM pg_temp.followed_bars l WHERE l.close IS NULL) THEN
    IF to_regclass('market.market_data_batches') IS NULL THEN
      DELETE FROM market.market_data b USING pg_temp.followed_bars l
       WHERE (b.symbol, b.interval, b.time) = (l.symbol, l.interval, l.time) AND l.close IS NULL;
    ELSE  -- the view would open every batch of the symbol
      PERFORM tickbook._unpack_batch('market.market_data', x.ctid, true) FROM (
        SELECT DISTINCT b.ctid FROM pg_temp.followed_bars l JOIN market.market_data_batches b
            ON b.symbol = l.symbol AND b.interval = l.interval AND l.time BETWEEN b.".first" AND b.".last" WHERE l.close IS NULL) x;
      DELETE FROM market.market_data_rows b USING pg_temp.followed_bars l
       WHERE (b.symbol, b.interval, b.time) = (l.symbol, l.interval, l.time) AND l.close IS NULL;
    END IF;
    DELETE FROM pg_temp.followed_bars l WHERE l.close IS NULL;
  END IF;
  IF EXISTS (SELECT FROM pg_temp.followed_bars) THEN
    ALTER TABLE pg_temp.followed_bars DROP COLUMN known_at;
    PERFORM tickbook.upsert('market.market_data', 'pg_temp.followed_bars');
  END IF;
  DROP TABLE pg_temp.followed_bars;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION market.follow_bar_versions() IS 'Trigger function: market_data has the latest version of each bar.';

CREATE TRIGGER keep_first BEFORE INSERT ON market.market_data_versions FOR EACH ROW EXECUTE FUNCTION market.keep_first_version();
CREATE TRIGGER follow AFTER INSERT ON market.market_data_versions REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION market.follow_bar_versions();

-- These run as their owner: whoever could put them on a table of their own could write any history.
REVOKE EXECUTE ON FUNCTION market.keep_updated_bars(), market.keep_deleted_bars(), market.keep_returning_bars(), market.keep_first_version(),
  market.follow_bar_versions(), market.is_latest_version(text, text, timestamptz, jsonb) FROM PUBLIC;

-- Compression ---------------------------------------------------------------------------------------------------------
SELECT tickbook.enable_compression('market.market_data', segment_by => '{symbol,interval}');
SELECT tickbook.add_compression_policy('market.market_data', INTERVAL '7 days');

-- TimescaleDB prunes by itself, and has no function for a range of time; here it gets one, so that all queries are alike.
DO $$
BEGIN
  IF pg_catalog.to_regprocedure('market.market_data_between(timestamptz,timestamptz)') IS NULL THEN
    CREATE FUNCTION market.market_data_between(range_start timestamptz, range_end timestamptz) RETURNS SETOF market.market_data
      LANGUAGE sql STABLE PARALLEL SAFE
      BEGIN ATOMIC SELECT * FROM market.market_data WHERE time >= range_start AND time < range_end; END;
    COMMENT ON FUNCTION market.market_data_between(timestamptz, timestamptz) IS 'Bars that open from range_start to before range_end.';
  END IF;
END $$;
