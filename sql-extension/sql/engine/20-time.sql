-- Time buckets. Standard SQL bodies: names are resolved when the function is made, so no search_path can change them,
-- and the planner puts the expression into the query, where a constant width leaves a single date_bin().

CREATE FUNCTION tickbook._months(width interval) RETURNS integer
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN (date_part('year', width) * 12 + date_part('month', width))::integer;
COMMENT ON FUNCTION tickbook._months(interval) IS 'Months and years of an interval, in months.';

CREATE FUNCTION tickbook._without_months(width interval) RETURNS interval
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN width - make_interval(months => tickbook._months(width));
COMMENT ON FUNCTION tickbook._without_months(interval) IS 'Days and time of an interval.';

CREATE FUNCTION tickbook._plain_days(width interval) RETURNS interval
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN tickbook._without_months(width) + make_interval(days => tickbook._months(width) * 30);
COMMENT ON FUNCTION tickbook._plain_days(interval) IS
  'An interval with every month as 30 days, as chunk intervals count them.';

-- The width is an argument so that the planner does not call this before it knows that the width is wrong.
CREATE FUNCTION tickbook._refuse_width(width anyelement, reason text, hint text, typed anycompatible)
  RETURNS anycompatible
  LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, tickbook, pg_temp AS $$
BEGIN
  RAISE EXCEPTION USING
    ERRCODE = 'invalid_parameter_value', MESSAGE = format('bucket width %s %s', width, reason), HINT = hint;
END $$;
COMMENT ON FUNCTION tickbook._refuse_width(anyelement, text, text, anycompatible) IS
  'Raises the error for a width that makes no buckets; the last argument gives it a type.';

CREATE FUNCTION tickbook._bucket(width interval, ts timestamp, origin timestamp) RETURNS timestamp
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN CASE
    WHEN width <= interval '0'
      THEN tickbook._refuse_width(width, 'is not greater than zero', 'For example INTERVAL ''1 day''.', ts)
    WHEN tickbook._months(width) = 0 THEN date_bin(width, ts, origin)
    WHEN tickbook._without_months(width) <> interval '0'
      THEN tickbook._refuse_width(width, 'mixes months with days or time', 'Give months or years alone.', ts)
    WHEN tickbook._months(width) = 1 THEN date_trunc('month', ts)
    WHEN tickbook._months(width) = 12 AND date_part('month', origin) = 1 THEN date_trunc('year', ts)
    WHEN NOT isfinite(ts) THEN ts
    ELSE date_trunc('month', origin) + make_interval(months => tickbook._months(width) * floor(
           ((date_part('year', ts) + (date_part('year', ts) < 0)::integer  -- there is no year 0
             - date_part('year', origin) - (date_part('year', origin) < 0)::integer) * 12
            + date_part('month', ts) - date_part('month', origin)) / tickbook._months(width))::integer)
  END;
COMMENT ON FUNCTION tickbook._bucket(interval, timestamp, timestamp) IS
  'Start of the bucket of ts, counted from origin.';

CREATE FUNCTION tickbook._bucket(width interval, ts timestamptz, origin timestamptz) RETURNS timestamptz
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN CASE
    WHEN tickbook._months(width) = 0 AND width > interval '0' THEN date_bin(width, ts, origin)
    ELSE tickbook._bucket(width, ts AT TIME ZONE 'UTC', origin AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'
  END;
COMMENT ON FUNCTION tickbook._bucket(interval, timestamptz, timestamptz) IS
  'Start, in UTC, of the bucket of ts, counted from origin.';

CREATE FUNCTION tickbook._bucket(width interval, ts date, origin date) RETURNS date
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN CASE
    WHEN tickbook._months(width) = 0 AND date_part('epoch', width)::numeric % 86400 <> 0
      THEN tickbook._refuse_width(width, 'is not a whole number of days',
                                  'Dates fall into buckets of days, weeks, months or years.', ts)
    ELSE tickbook._bucket(width, ts::timestamp, origin::timestamp)::date
  END;
COMMENT ON FUNCTION tickbook._bucket(interval, date, date) IS 'First day of the bucket of ts, counted from origin.';

CREATE FUNCTION tickbook.time_bucket(width interval, ts timestamptz) RETURNS timestamptz
  LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN tickbook._bucket(width, ts, timestamptz '2000-01-03 00:00:00+00');
CREATE FUNCTION tickbook.time_bucket(width interval, ts timestamp) RETURNS timestamp
  LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN tickbook._bucket(width, ts, timestamp '2000-01-03 00:00:00');
CREATE FUNCTION tickbook.time_bucket(width interval, ts date) RETURNS date
  LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN tickbook._bucket(width, ts, date '2000-01-03');

CREATE FUNCTION tickbook.time_bucket(width interval, ts timestamptz, origin timestamptz) RETURNS timestamptz
  LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN tickbook._bucket(width, ts, origin);
CREATE FUNCTION tickbook.time_bucket(width interval, ts timestamp, origin timestamp) RETURNS timestamp
  LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN tickbook._bucket(width, ts, origin);
CREATE FUNCTION tickbook.time_bucket(width interval, ts date, origin date) RETURNS date
  LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN tickbook._bucket(width, ts, origin);

-- Adding days to a timestamptz depends on the session's time zone, hence STABLE.
CREATE FUNCTION tickbook.time_bucket(width interval, ts timestamptz, "offset" interval) RETURNS timestamptz
  LANGUAGE sql STABLE PARALLEL SAFE
  RETURN tickbook._bucket(width, ts - "offset", timestamptz '2000-01-03 00:00:00+00') + "offset";
CREATE FUNCTION tickbook.time_bucket(width interval, ts timestamp, "offset" interval) RETURNS timestamp
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN tickbook._bucket(width, ts - "offset", timestamp '2000-01-03 00:00:00') + "offset";
CREATE FUNCTION tickbook.time_bucket(width interval, ts date, "offset" interval) RETURNS date
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN (tickbook._bucket(width, (ts - "offset")::date, date '2000-01-03') + "offset")::date;

-- Where clocks are set back, an hour of local time happens twice and AT TIME ZONE takes the second: a bucket that would
-- then start after ts is moved back by whole widths.
CREATE FUNCTION tickbook._zoned_bucket(width interval, ts timestamptz, timezone text, origin timestamptz)
  RETURNS timestamptz
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN tickbook._bucket(
    width, ts AT TIME ZONE timezone, coalesce(origin AT TIME ZONE timezone, timestamp '2000-01-03 00:00:00')
  ) AT TIME ZONE timezone;
COMMENT ON FUNCTION tickbook._zoned_bucket(interval, timestamptz, text, timestamptz) IS
  'Start of the bucket of ts in local time.';

CREATE FUNCTION tickbook._not_after(bucket timestamptz, ts timestamptz, width interval) RETURNS timestamptz
  LANGUAGE sql STABLE PARALLEL SAFE
  RETURN CASE WHEN bucket > ts
    THEN bucket - width * ceil(extract(epoch FROM bucket - ts) / extract(epoch FROM width))::integer ELSE bucket END;
COMMENT ON FUNCTION tickbook._not_after(timestamptz, timestamptz, interval) IS
  'The last time at or before ts that is whole widths before bucket.';

CREATE FUNCTION tickbook._local_bucket(width interval, ts timestamptz, timezone text, origin timestamptz)
  RETURNS timestamptz
  LANGUAGE sql STABLE PARALLEL SAFE
  RETURN CASE
    WHEN tickbook._zoned_bucket(width, ts, timezone, origin) <= ts
      THEN tickbook._zoned_bucket(width, ts, timezone, origin)
    ELSE tickbook._not_after(tickbook._zoned_bucket(width, ts, timezone, origin), ts, width)
  END;
COMMENT ON FUNCTION tickbook._local_bucket(interval, timestamptz, text, timestamptz) IS
  'Start of the bucket of ts in local time, at or before ts.';

CREATE FUNCTION tickbook.time_bucket(
  width interval, ts timestamptz, timezone text, origin timestamptz DEFAULT NULL, "offset" interval DEFAULT NULL
) RETURNS timestamptz
  LANGUAGE sql STABLE PARALLEL SAFE
  RETURN tickbook._local_bucket(width, ts - coalesce("offset", interval '0'), timezone, origin)
         + coalesce("offset", interval '0');

CREATE FUNCTION tickbook.time_bucket(width smallint, ts smallint, "offset" smallint DEFAULT 0::smallint)
  RETURNS smallint
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN CASE
    WHEN width <= 0
      THEN tickbook._refuse_width(width, 'is not greater than zero', 'Give a positive number.', ts)
    ELSE ts - (ts - "offset" % width) % width
         - CASE WHEN (ts - "offset" % width) % width < 0 THEN width ELSE 0::smallint END
  END;
CREATE FUNCTION tickbook.time_bucket(width integer, ts integer, "offset" integer DEFAULT 0) RETURNS integer
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN CASE
    WHEN width <= 0
      THEN tickbook._refuse_width(width, 'is not greater than zero', 'Give a positive number.', ts)
    ELSE ts - (ts - "offset" % width) % width - CASE WHEN (ts - "offset" % width) % width < 0 THEN width ELSE 0 END
  END;
CREATE FUNCTION tickbook.time_bucket(width bigint, ts bigint, "offset" bigint DEFAULT 0) RETURNS bigint
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN CASE
    WHEN width <= 0
      THEN tickbook._refuse_width(width, 'is not greater than zero', 'Give a positive number.', ts)
    ELSE ts - (ts - "offset" % width) % width - CASE WHEN (ts - "offset" % width) % width < 0 THEN width ELSE 0 END
  END;

DO $$
DECLARE
  f regprocedure;
BEGIN
  FOR f IN SELECT p.oid FROM pg_catalog.pg_proc p
    WHERE p.pronamespace = 'tickbook'::regnamespace AND p.proname = 'time_bucket' LOOP
    EXECUTE pg_catalog.format('COMMENT ON FUNCTION %s IS %L', f,
      'Start of the bucket of the given width that ts falls in. Buckets of days and time count from Monday '
      '2000-01-03, of months and years from 2000-01-01, or from origin; offset moves them. A timestamptz is bucketed '
      'in UTC unless a time zone is given. A width cannot mix months with days or time.');
  END LOOP;
END $$;
