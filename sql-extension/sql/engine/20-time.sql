-- Time arithmetic. Standard SQL bodies: names are resolved when the function is made, so no search_path can change
-- them, and the planner inlines them into the query.

CREATE FUNCTION tickbook.time_bucket(width interval, ts timestamptz) RETURNS timestamptz
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN CASE
    WHEN extract(year FROM width) = 0 AND extract(month FROM width) = 0
      THEN date_bin(width, ts, timestamptz '2000-01-03 00:00:00+00')
    ELSE (timestamp '2000-01-01' + make_interval(months => (
           (extract(year FROM width) * 12 + extract(month FROM width)) * floor(
             ((extract(year FROM ts AT TIME ZONE 'UTC') - 2000) * 12 + extract(month FROM ts AT TIME ZONE 'UTC') - 1)
             / (extract(year FROM width) * 12 + extract(month FROM width))))::integer)) AT TIME ZONE 'UTC'
  END;
COMMENT ON FUNCTION tickbook.time_bucket(interval, timestamptz) IS
  'Start, in UTC, of the bucket of the given width that ts falls in. Weeks start on Monday.';
