-- The days and hours of the US stock exchanges by rule, from 1998 on: other rules held before. Sessions run from 09:30 to
-- 16:00 in New York, to 13:00 on early closes.

CREATE FUNCTION tickbook._easter(year integer) RETURNS date
  LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, tickbook, pg_temp AS $$
  -- J. Meeus, Astronomical Algorithms, chapter 8 (the rule of Butcher's Ecclesiastical Calendar of 1876).
  SELECT make_date(year, (n / 31)::integer, (n % 31 + 1)::integer) FROM (
    SELECT h + l - 7 * m + 114 AS n FROM (
      SELECT h, l, (a + 11 * h + 22 * l) / 451 AS m FROM (
        SELECT a, h, (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7 AS l, b FROM (
          SELECT a, b, c, (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30 AS h
            FROM (SELECT year % 19 AS a, year / 100 AS b, year % 100 AS c) x) y) z) u) v
$$;
COMMENT ON FUNCTION tickbook._easter(integer) IS 'Easter Sunday of a year of the Gregorian calendar.';

CREATE FUNCTION tickbook._weekday_of_month(year integer, month integer, weekday integer, nth integer) RETURNS date
  LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, tickbook, pg_temp AS $$
  SELECT first + (weekday - extract(isodow FROM first)::integer + 7) % 7 + 7 * (nth - 1) FROM (SELECT make_date(year, month, 1) AS first) x
$$;
COMMENT ON FUNCTION tickbook._weekday_of_month(integer, integer, integer, integer) IS 'The nth weekday (1 is Monday) of a month.';

CREATE FUNCTION tickbook._observed(holiday date) RETURNS date
  LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, tickbook, pg_temp AS $$
  SELECT holiday + CASE extract(isodow FROM holiday) WHEN 6 THEN -1 WHEN 7 THEN 1 ELSE 0 END
$$;
COMMENT ON FUNCTION tickbook._observed(date) IS 'The weekday on which a holiday with a fixed date is kept.';

CREATE FUNCTION tickbook.trading_holidays(year integer) RETURNS TABLE (day date, reason text)
  LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE ROWS 10 SET search_path = pg_catalog, tickbook, pg_temp AS $$
#variable_conflict use_column
DECLARE
  last_of_may CONSTANT date := make_date(year, 5, 31);
BEGIN
  PERFORM tickbook._check_argument(year BETWEEN 1998 AND 9999, 'trading_holidays', 'year', year::text, 'The calendar knows 1998 and later.');
  RETURN QUERY SELECT h.day, h.reason FROM (VALUES
      -- A New Year's Day on a Saturday is not moved, because Friday is in the old year.
      (CASE WHEN extract(isodow FROM make_date(year, 1, 1)) <> 6 THEN tickbook._observed(make_date(year, 1, 1)) END, 'New Year''s Day'),
      (tickbook._weekday_of_month(year, 1, 1, 3), 'Martin Luther King Jr. Day'),
      (tickbook._weekday_of_month(year, 2, 1, 3), 'Washington''s Birthday'),
      (tickbook._easter(year) - 2, 'Good Friday'),
      (last_of_may - (extract(isodow FROM last_of_may)::integer - 1), 'Memorial Day'),
      (CASE WHEN year >= 2022 THEN tickbook._observed(make_date(year, 6, 19)) END, 'Juneteenth'),
      (tickbook._observed(make_date(year, 7, 4)), 'Independence Day'),
      (tickbook._weekday_of_month(year, 9, 1, 1), 'Labor Day'),
      (tickbook._weekday_of_month(year, 11, 4, 4), 'Thanksgiving Day'),
      (tickbook._observed(make_date(year, 12, 25)), 'Christmas Day'),
      ('2001-09-11', 'Attacks of 11 September'), ('2001-09-12', 'Attacks of 11 September'),
      ('2001-09-13', 'Attacks of 11 September'), ('2001-09-14', 'Attacks of 11 September'),
      ('2004-06-11', 'Mourning for President Reagan'), ('2007-01-02', 'Mourning for President Ford'),
      ('2012-10-29', 'Hurricane Sandy'), ('2012-10-30', 'Hurricane Sandy'),
      ('2018-12-05', 'Mourning for President G. H. W. Bush'), ('2025-01-09', 'Mourning for President Carter')) h (day, reason)
   WHERE extract(year FROM h.day) = trading_holidays.year ORDER BY h.day;
END $$;
COMMENT ON FUNCTION tickbook.trading_holidays(integer) IS
  'Weekdays of a year on which the US stock exchanges are closed, and why: the yearly holidays by rule, and unscheduled closures up to 2025. '
  'Raises 22023 for a year before 1998.';

CREATE FUNCTION tickbook.trading_days(first_day date, last_day date) RETURNS TABLE (day date, opens timestamptz, closes timestamptz)
  LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, tickbook, pg_temp AS $$
#variable_conflict use_column
BEGIN
  PERFORM tickbook._check_argument(first_day >= '1998-01-01' AND isfinite(first_day), 'trading_days', 'first_day', first_day::text, 'The calendar knows 1998 and later.');
  PERFORM tickbook._check_argument(isfinite(last_day), 'trading_days', 'last_day', last_day::text, 'Give a date.');
  RETURN QUERY
    WITH closed AS MATERIALIZED (
      SELECT h.day FROM generate_series(extract(year FROM first_day)::integer, extract(year FROM last_day)::integer) y, tickbook.trading_holidays(y) h)
    SELECT d.day, (d.day + time '09:30') AT TIME ZONE 'America/New_York',
           (d.day + CASE WHEN d.day - 1 = tickbook._weekday_of_month(extract(year FROM d.day)::integer, 11, 4, 4)
                           OR to_char(d.day, 'MM-DD') IN ('07-03', '12-24') AND extract(isodow FROM d.day) <= 4
                         THEN time '13:00' ELSE time '16:00' END) AT TIME ZONE 'America/New_York'
      FROM (SELECT first_day + n AS day FROM generate_series(0, last_day - first_day) n) d
     WHERE extract(isodow FROM d.day) <= 5 AND NOT EXISTS (SELECT FROM closed c WHERE c.day = d.day)
     ORDER BY d.day;
END $$;
COMMENT ON FUNCTION tickbook.trading_days(date, date) IS
  'Trading days of the US stock exchanges from first_day to last_day, both included, and when their sessions begin and end (UTC instants). '
  'Early closes, at 13:00 in New York, follow today''s rule: the day after Thanksgiving, 3 July and 24 December from Monday to Thursday; '
  'before 2013 a few fell on other days. Raises 22023 for days before 1998.';
