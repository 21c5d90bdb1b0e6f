-- Buckets of time, and the first and last value in each.
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET intervalstyle = 'postgres';
\set SHOW_CONTEXT never

-- Weeks start on Monday, months on the first.
SELECT width, tickbook.time_bucket(width, timestamptz '2024-02-29 12:34:56.789')
  FROM unnest('{15 minutes, 1 hour, 1 day, 1 week, 1 month, 3 months, 1 year}'::interval[]) width;

-- An origin or an offset moves the buckets: weeks from Sunday, days that begin at six.
SELECT tickbook.time_bucket('1 week', timestamptz '2024-02-29 12:00', origin => timestamptz '2024-01-07');
SELECT tickbook.time_bucket('1 day', timestamptz '2024-02-29 05:00', "offset" => INTERVAL '6 hours');

-- A day in New York starts at its own midnight, in winter and in summer.
SELECT ts, tickbook.time_bucket('1 day', ts, 'America/New_York')
  FROM unnest('{2024-03-10 03:00+00, 2024-03-10 18:00+00, 2024-03-11 18:00+00}'::timestamptz[]) ts;

-- Dates, timestamps without time zone and integers have buckets of their own type.
SELECT tickbook.time_bucket('1 week', date '2024-02-29') AS date,
       tickbook.time_bucket('1 month', timestamp '2024-02-29 12:00') AS timestamp,
       tickbook.time_bucket(10, -7) AS integer, tickbook.time_bucket(10, 27, 5) AS with_offset;

-- A constant width costs one call of date_bin.
CREATE TABLE ticks (time timestamptz, price numeric, size int);
EXPLAIN (COSTS OFF, VERBOSE) SELECT tickbook.time_bucket('1 day', time) FROM ticks;

INSERT INTO ticks SELECT timestamptz '2024-01-01 09:00' + i * interval '20 minutes', 100 + i % 7, i FROM generate_series(0, 8) i;
SELECT tickbook.time_bucket('1 hour', time) AS hour, tickbook.first(price, time) AS open, max(price) AS high,
       min(price) AS low, tickbook.last(price, time) AS close, sum(size) AS volume
  FROM ticks GROUP BY 1 ORDER BY 1;

-- The value of the earliest time can be NULL; a row without a time does not count.
SELECT tickbook.first(v, t), tickbook.last(v, t)
  FROM (VALUES ('ignored', NULL), (NULL, date '2024-01-01'), ('b', '2024-01-02')) x (v, t);

SELECT tickbook.time_bucket('1 month 1 day', now());
SELECT tickbook.time_bucket('0 days', now());
DROP TABLE ticks;
