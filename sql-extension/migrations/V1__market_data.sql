-- The bars of all symbols and intervals, and what they were before they were corrected.
-- Here as in each file: checks and the like are bound as it runs, and to nothing that someone else made in schema public.
SET LOCAL search_path = pg_catalog, pg_temp;

CREATE SCHEMA IF NOT EXISTS market;

CREATE TABLE market.market_data (
  time           timestamptz    NOT NULL CHECK (isfinite(time)),
  symbol         text           NOT NULL,
  -- A pattern takes its time, so the usual ones go first.
  interval       text           NOT NULL CHECK (interval IN ('1d', '1m', '1h', '5m', '15m') OR interval ~ '^[1-9][0-9]{0,3}(s|m|h|d|w|mo|y)$'),
  open           numeric(15,4),
  high           numeric(15,4),
  low            numeric(15,4),
  close          numeric(15,4)  NOT NULL CHECK (close <> 'NaN'),
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
  -- The usual lengths take no call.
  RETURN tickbook._closes_at(opens, CASE length WHEN '1d' THEN interval '1 day' WHEN '1m' THEN interval '1 minute' WHEN '1h' THEN interval '1 hour'
                                                ELSE tickbook._bar_length(length) END);
COMMENT ON FUNCTION market.bar_closes_at(timestamptz, text) IS 'When a bar that opens at a time, of a length such as 1m or 1d, closes; UTC.';

CREATE TABLE market.market_data_versions (
  symbol         text           NOT NULL,
  interval       text           NOT NULL,
  time           timestamptz    NOT NULL,
  known_at       timestamptz    NOT NULL,
  open           numeric(15,4),
  high           numeric(15,4),
  low            numeric(15,4),
  close          numeric(15,4)  CHECK (close <> 'NaN'),
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
CREATE INDEX market_data_versions_pending ON market.market_data_versions (symbol) WHERE known_at = 'infinity';
COMMENT ON TABLE market.market_data_versions IS
  'All versions of bars that were corrected. A change of the prices, volume, VWAP or trades of a closed bar in market_data is written here by itself, '
  'with the time at which its transaction was committed. Where a source says when it corrected a bar, insert the version here: market_data follows, and '
  'the order of loading does not matter. Until a bar has its version known at the close, what is loaded for it is that version. Rows are never changed or deleted, '
  'except by market.forget_versions(). A bar that is loaded and then updated was corrected, even in one transaction: clean bars before they are loaded.';
COMMENT ON COLUMN market.market_data_versions.known_at IS
  'Since when this version is known: the close of the bar for the first one, else when it replaced the one before. infinity stands for the moment at '
  'which the transaction is committed, and is replaced by it then: all that a transaction changes becomes known at once.';
COMMENT ON COLUMN market.market_data_versions.close IS 'NULL: the bar was withdrawn.';
COMMENT ON COLUMN market.market_data_versions.adjusted_close IS
  'As it was when this version was written: adjusted_close, market_cap, source and quality_score may change without a new version, because no answer as of a moment has them.';

-- When a transaction's corrections become known is the same for all of them, and not before it ends: a row here, which no other
-- transaction ever sees, has a trigger that runs then.
CREATE TABLE market.pending_corrections (
  transaction xid8    PRIMARY KEY DEFAULT pg_current_xact_id(),
  noting      boolean NOT NULL DEFAULT false
);
COMMENT ON TABLE market.pending_corrections IS 'The transactions that correct bars, while they run; for triggers only.';
COMMENT ON COLUMN market.pending_corrections.noting IS 'The triggers of market_data are writing versions of what it has already, so it need not follow them.';

CREATE FUNCTION market.note_corrections(noting boolean) RETURNS void
  LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
  INSERT INTO market.pending_corrections AS p (noting) VALUES (note_corrections.noting) ON CONFLICT (transaction) DO UPDATE SET noting = EXCLUDED.noting
$$;
COMMENT ON FUNCTION market.note_corrections(boolean) IS 'Says that this transaction corrects bars, and whether it is the triggers of market_data that write versions.';

CREATE FUNCTION market.date_corrections() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  moment timestamptz;
BEGIN
  -- A version comes after the one before, even where the clock was put back.
  SELECT greatest(clock_timestamp(), max(l.known_at) + interval '1 microsecond') INTO moment FROM market.market_data_versions p
    LEFT JOIN LATERAL (SELECT v.known_at FROM market.market_data_versions v WHERE (v.symbol, v.interval, v.time) = (p.symbol, p.interval, p.time)
                          AND v.known_at < 'infinity' ORDER BY v.known_at DESC LIMIT 1) l ON true
   WHERE p.known_at = 'infinity';
  UPDATE market.market_data_versions SET known_at = moment WHERE known_at = 'infinity';
  DELETE FROM market.pending_corrections WHERE transaction = NEW.transaction;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION market.date_corrections() IS 'Trigger function: at the end of a transaction, gives its corrections one and the same known_at.';
CREATE CONSTRAINT TRIGGER date_corrections AFTER INSERT ON market.pending_corrections DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION market.date_corrections();

CREATE FUNCTION market.has_first_version(symbol text, "interval" text, "time" timestamptz) RETURNS boolean
  LANGUAGE sql STABLE
  RETURN EXISTS (SELECT FROM market.market_data_versions v
                  WHERE v.symbol = $1 AND v.interval = $2 AND v.time = $3 AND v.known_at = market.bar_closes_at($3, $2));
COMMENT ON FUNCTION market.has_first_version(text, text, timestamptz) IS 'Whether the version of a bar that was known at its close is in market_data_versions.';

-- market_data → versions. A bar that has not closed is not known yet, so changing it is no correction.
CREATE FUNCTION market.keep_updated_bars() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  moment CONSTANT timestamptz := clock_timestamp();
BEGIN
  IF (SELECT count(*) FROM old_rows o JOIN new_rows n USING (symbol, interval, time)) < (SELECT count(*) FROM old_rows) THEN
    RAISE EXCEPTION USING ERRCODE = 'feature_not_supported',
      MESSAGE = 'symbol, interval and time of a bar in market.market_data cannot be changed',
      HINT = 'Delete the bar and insert it again under its right key.';
  END IF;
  IF NOT EXISTS (SELECT FROM old_rows o JOIN new_rows n USING (symbol, interval, time)
      WHERE (o.open, o.high, o.low, o.close, o.volume, o.vwap, o.trades) IS DISTINCT FROM (n.open, n.high, n.low, n.close, n.volume, n.vwap, n.trades)
        AND market.bar_closes_at(o.time, o.interval) < moment) THEN
    RETURN NULL;
  END IF;
  PERFORM market.note_corrections(true);
  WITH changed AS MATERIALIZED (
    SELECT o AS was, n AS became, c.closes_at, l.known_at IS NULL AS first_change,
           l.known_at IS NOT NULL AND (l.open, l.high, l.low, l.close, l.volume, l.vwap, l.trades) IS NOT DISTINCT FROM (n.open, n.high, n.low, n.close, n.volume, n.vwap, n.trades) AS noted
      FROM old_rows o JOIN new_rows n USING (symbol, interval, time)
     CROSS JOIN LATERAL (SELECT market.bar_closes_at(o.time, o.interval)) c (closes_at)
      LEFT JOIN LATERAL (SELECT v.* FROM market.market_data_versions v WHERE (v.symbol, v.interval, v.time) = (o.symbol, o.interval, o.time)
                          ORDER BY v.known_at DESC LIMIT 1) l ON true
     WHERE (o.open, o.high, o.low, o.close, o.volume, o.vwap, o.trades) IS DISTINCT FROM (n.open, n.high, n.low, n.close, n.volume, n.vwap, n.trades)
       AND c.closes_at < moment)
  INSERT INTO market.market_data_versions AS v (symbol, interval, time, known_at, open, high, low, close, adjusted_close, volume, vwap, trades, market_cap, source, quality_score)
  SELECT (c.was).symbol, (c.was).interval, (c.was).time, c.closes_at, (c.was).open, (c.was).high, (c.was).low, (c.was).close, (c.was).adjusted_close,
         (c.was).volume, (c.was).vwap, (c.was).trades, (c.was).market_cap, (c.was).source, (c.was).quality_score
    FROM changed c WHERE c.first_change
  UNION ALL
  SELECT (c.became).symbol, (c.became).interval, (c.became).time,
         CASE WHEN c.first_change OR market.has_first_version((c.became).symbol, (c.became).interval, (c.became).time) THEN 'infinity' ELSE c.closes_at END,
         (c.became).open, (c.became).high, (c.became).low, (c.became).close, (c.became).adjusted_close,
         (c.became).volume, (c.became).vwap, (c.became).trades, (c.became).market_cap, (c.became).source, (c.became).quality_score
    FROM changed c WHERE NOT c.noted
  -- Changed again in this transaction: only what it is in the end becomes known.
  ON CONFLICT (symbol, interval, time, known_at) DO UPDATE SET
    (open, high, low, close, adjusted_close, volume, vwap, trades, market_cap, source, quality_score) =
    (EXCLUDED.open, EXCLUDED.high, EXCLUDED.low, EXCLUDED.close, EXCLUDED.adjusted_close, EXCLUDED.volume, EXCLUDED.vwap, EXCLUDED.trades, EXCLUDED.market_cap, EXCLUDED.source, EXCLUDED.quality_score)
    WHERE v.known_at = 'infinity';
  PERFORM market.note_corrections(false);
  RETURN NULL;
END $$;
COMMENT ON FUNCTION market.keep_updated_bars() IS 'Trigger function: keeps what a closed bar was before an UPDATE, and what it became.';

-- TimescaleDB has no transition tables for DELETE on compressed hypertables, and there a row trigger is no hindrance. There
-- too, retention deletes rows by name; natively it goes past this trigger. Others may set what they like.
DO $make$
DECLARE
  by_row CONSTANT boolean := tickbook._is_timescaledb_hypertable('market.market_data');
BEGIN
  EXECUTE format($function$
CREATE FUNCTION market.keep_deleted_bars() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
  moment CONSTANT timestamptz := clock_timestamp();
BEGIN
  %2$s
  PERFORM market.note_corrections(true);
  WITH gone AS MATERIALIZED (
    SELECT o.*, c.closes_at, l.known_at IS NULL AS first_change
      FROM %1$s o
     CROSS JOIN LATERAL (SELECT market.bar_closes_at(o.time, o.interval)) c (closes_at)
      LEFT JOIN LATERAL (SELECT v.known_at, v.close FROM market.market_data_versions v WHERE (v.symbol, v.interval, v.time) = (o.symbol, o.interval, o.time)
                          ORDER BY v.known_at DESC LIMIT 1) l ON true
     WHERE c.closes_at < moment AND (l.known_at IS NULL OR l.close IS NOT NULL))
  INSERT INTO market.market_data_versions AS v (symbol, interval, time, known_at, open, high, low, close, adjusted_close, volume, vwap, trades, market_cap, source, quality_score)
  SELECT g.symbol, g.interval, g.time, g.closes_at, g.open, g.high, g.low, g.close, g.adjusted_close, g.volume, g.vwap, g.trades, g.market_cap, g.source, g.quality_score
    FROM gone g WHERE g.first_change
  UNION ALL
  SELECT g.symbol, g.interval, g.time, 'infinity', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL FROM gone g
  ON CONFLICT (symbol, interval, time, known_at) DO UPDATE SET
    (open, high, low, close, adjusted_close, volume, vwap, trades, market_cap, source, quality_score) = (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)
    WHERE v.known_at = 'infinity';
  PERFORM market.note_corrections(false);
  RETURN NULL;
END $body$;
  $function$, CASE WHEN by_row THEN '(SELECT OLD.*)' ELSE 'old_rows' END,
  CASE WHEN by_row THEN $retention$IF current_setting('tickbook.retention', true) = 'on' AND pg_has_role(session_user, current_user, 'MEMBER') THEN
    RETURN NULL;  -- what is thrown away for its age is not withdrawn
  END IF;$retention$ ELSE '' END);
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
    INSERT INTO market.market_data_versions AS v (symbol, interval, time, known_at, open, high, low, close, adjusted_close, volume, vwap, trades, market_cap, source, quality_score)
    SELECT n.symbol, n.interval, n.time,
           CASE WHEN market.has_first_version(n.symbol, n.interval, n.time) THEN 'infinity' ELSE market.bar_closes_at(n.time, n.interval) END,
           n.open, n.high, n.low, n.close, n.adjusted_close, n.volume, n.vwap, n.trades, n.market_cap, n.source,
           n.quality_score
      FROM n CROSS JOIN LATERAL (SELECT x.* FROM market.market_data_versions x WHERE (x.symbol, x.interval, x.time) = (n.symbol, n.interval, n.time)
                                  ORDER BY x.known_at DESC LIMIT 1) l
     WHERE (l.open, l.high, l.low, l.close, l.volume, l.vwap, l.trades) IS DISTINCT FROM (n.open, n.high, n.low, n.close, n.volume, n.vwap, n.trades)
    ON CONFLICT (symbol, interval, time, known_at) DO UPDATE SET
      (open, high, low, close, adjusted_close, volume, vwap, trades, market_cap, source, quality_score) =
      (EXCLUDED.open, EXCLUDED.high, EXCLUDED.low, EXCLUDED.close, EXCLUDED.adjusted_close, EXCLUDED.volume, EXCLUDED.vwap, EXCLUDED.trades, EXCLUDED.market_cap, EXCLUDED.source, EXCLUDED.quality_score)
      WHERE v.known_at = 'infinity';
  END IF;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION market.keep_returning_bars() IS
  'Trigger function: a bar that was withdrawn and is inserted again is known once that is committed; one that is loaded after its corrections was known at its close.';

CREATE TRIGGER keep_updated AFTER UPDATE ON market.market_data REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION market.keep_updated_bars();
CREATE TRIGGER keep_returning AFTER INSERT ON market.market_data REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION market.keep_returning_bars();

-- versions → market_data. What market_data has when a bar's first later version comes is the version known at the close.
CREATE FUNCTION market.keep_first_version() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  closes_at CONSTANT timestamptz := market.bar_closes_at(NEW.time, NEW.interval);
BEGIN
  IF NEW.known_at > clock_timestamp() AND (NEW.known_at < 'infinity' OR closes_at > clock_timestamp()) THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation',
      MESSAGE = format('the version of %s (%s) at %s in market.market_data_versions has known_at %s, which is yet to come',
                       NEW.symbol, NEW.interval, NEW.time, NEW.known_at),
      HINT = 'Insert a version once it is known, after the bar has closed; known_at infinity stands for when the transaction is committed.';
  END IF;
  IF EXISTS (SELECT FROM market.market_data_versions v WHERE (v.symbol, v.interval, v.time) = (NEW.symbol, NEW.interval, NEW.time))
     OR EXISTS (SELECT FROM market.pending_corrections p WHERE p.transaction = pg_current_xact_id_if_assigned() AND p.noting) THEN
    RETURN NEW;  -- the first version is there, or is being written
  END IF;
  IF NEW.known_at > closes_at THEN
    INSERT INTO market.market_data_versions (symbol, interval, time, known_at, open, high, low, close, adjusted_close, volume, vwap, trades, market_cap, source, quality_score)
    SELECT b.symbol, b.interval, b.time, closes_at,
           b.open, b.high, b.low, b.close, b.adjusted_close, b.volume, b.vwap, b.trades, b.market_cap, b.source,
           b.quality_score
      FROM market.market_data_between(NEW.time, NEW.time + interval '1 microsecond') b
     WHERE b.symbol = NEW.symbol AND b.interval = NEW.interval
    ON CONFLICT DO NOTHING;
  ELSIF EXISTS (
      SELECT FROM market.market_data_between(NEW.time, NEW.time + interval '1 microsecond') b
       WHERE b.symbol = NEW.symbol AND b.interval = NEW.interval
         AND (b.open, b.high, b.low, b.close, b.volume, b.vwap, b.trades) IS DISTINCT FROM (NEW.open, NEW.high, NEW.low, NEW.close, NEW.volume, NEW.vwap, NEW.trades)) THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation',
      MESSAGE = format('market.market_data has other values for %s (%s) at %s than the version known at its close, %s',
                       NEW.symbol, NEW.interval, NEW.time, NEW.known_at),
      HINT = 'What is in market_data is the version known at the close. Insert a correction with the later known_at at which it was made, or infinity for now.';
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
  IF EXISTS (SELECT FROM new_rows n WHERE n.known_at = 'infinity') THEN
    IF EXISTS (SELECT FROM market.pending_corrections p WHERE p.transaction = pg_current_xact_id() AND p.noting) THEN
      -- What is the latest version since now is what market_data has. Only bars that were loaded after their corrections have to follow.
      IF NOT EXISTS (SELECT FROM new_rows n WHERE n.known_at < 'infinity' AND NOT EXISTS (
           SELECT FROM market.market_data_versions v WHERE (v.symbol, v.interval, v.time, v.known_at) = (n.symbol, n.interval, n.time, 'infinity'::timestamptz))) THEN
        RETURN NULL;
      END IF;
    ELSE
      PERFORM market.note_corrections(false);
    END IF;
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
       AND (b.open, b.high, b.low, b.close, b.volume, b.vwap, b.trades) IS NOT DISTINCT FROM (l.open, l.high, l.low, l.close, l.volume, l.vwap, l.trades);
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

-- Neither is changed or thrown away by itself: both are emptied in one statement, or none.
CREATE FUNCTION market.refuse_version_change() RETURNS trigger
  LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'feature_not_supported',
    MESSAGE = format('rows of market.market_data_versions cannot be changed: %s', TG_OP),
    HINT = 'Insert a version with a later known_at. Versions of bars that retention deleted go with market.forget_versions().';
END $$;
COMMENT ON FUNCTION market.refuse_version_change() IS 'Trigger function: what was known stays as it was known.';
CREATE TRIGGER refuse_update BEFORE UPDATE ON market.market_data_versions FOR EACH ROW WHEN (OLD.known_at < 'infinity')
  EXECUTE FUNCTION market.refuse_version_change();
CREATE TRIGGER refuse_delete BEFORE DELETE ON market.market_data_versions FOR EACH STATEMENT EXECUTE FUNCTION market.refuse_version_change();

CREATE FUNCTION market.refuse_partial_truncate() RETURNS trigger
  LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM market.market_data) OR EXISTS (SELECT FROM market.market_data_versions) THEN
    RAISE EXCEPTION USING ERRCODE = 'feature_not_supported',
      MESSAGE = 'bars and their versions cannot be truncated one without the other',
      HINT = format('To start over: TRUNCATE %s; to delete bars and keep what was known: DELETE FROM market.market_data.',
                    (SELECT string_agg(format('market.%I', c.relname), ', ') FROM pg_class c WHERE c.relnamespace = 'market'::regnamespace
                        AND c.relkind IN ('r', 'p') AND c.relname IN ('market_data', 'market_data_rows', 'market_data_batches', 'market_data_versions')));
  END IF;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION market.refuse_partial_truncate() IS 'Trigger function: after a TRUNCATE there are neither bars nor versions.';
CREATE TRIGGER refuse_partial_truncate AFTER TRUNCATE ON market.market_data FOR EACH STATEMENT EXECUTE FUNCTION market.refuse_partial_truncate();
CREATE TRIGGER refuse_partial_truncate AFTER TRUNCATE ON market.market_data_versions FOR EACH STATEMENT EXECUTE FUNCTION market.refuse_partial_truncate();

-- Only bars that are gone can be forgotten: what is left keeps all of its versions. No one but the owner can end the refusal.
CREATE FUNCTION market.forget_versions(before timestamptz, keep text[] DEFAULT '{}') RETURNS bigint
  LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  forgotten bigint;
  bars      record;
  oldest    timestamptz;
BEGIN
  IF before IS NULL OR keep IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'null_value_not_allowed', MESSAGE = 'market.forget_versions cannot use NULL',
      HINT = 'Give the time before which bars were dropped, and the lengths of bars whose versions stay, or {}.';
  END IF;
  ALTER TABLE market.market_data_versions DISABLE TRIGGER refuse_delete;
  forgotten := 0;
  FOR bars IN SELECT DISTINCT v.symbol, v.interval FROM market.market_data_versions v WHERE v.time < before AND v.interval <> ALL (keep) LOOP
    SELECT min(b.time) INTO oldest FROM market.market_data_between('-infinity', before) b WHERE b.symbol = bars.symbol AND b.interval = bars.interval;
    WITH gone AS (DELETE FROM market.market_data_versions v WHERE v.symbol = bars.symbol AND v.interval = bars.interval
                     AND v.time < least(oldest, before) RETURNING 1)
    SELECT forgotten + count(*) INTO forgotten FROM gone;
  END LOOP;
  ALTER TABLE market.market_data_versions ENABLE TRIGGER refuse_delete;
  RETURN forgotten;
END $$;
COMMENT ON FUNCTION market.forget_versions(timestamptz, text[]) IS
  'Deletes the versions of bars that opened before a time and before the oldest bar left of their symbol and interval, for after drop_chunks(): otherwise the '
  'corrected bars would be all that is left of that time. keep: lengths of bars, such as 1d, that are left alone. Returns how many. Only for the owner of the table. 22004 for NULL.';

-- These run as their owner: whoever could put them on a table of their own could write any history.
REVOKE EXECUTE ON FUNCTION market.keep_updated_bars(), market.keep_deleted_bars(), market.keep_returning_bars(), market.keep_first_version(),
  market.follow_bar_versions(), market.date_corrections(), market.note_corrections(boolean) FROM PUBLIC;

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
