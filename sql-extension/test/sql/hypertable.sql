-- A table becomes a hypertable, is used, and becomes a table again.
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET intervalstyle = 'postgres';
\set SHOW_CONTEXT never

CREATE TABLE bars (
  symbol text NOT NULL,
  time   timestamptz NOT NULL,
  close  numeric(15,4) CHECK (close > 0),
  PRIMARY KEY (symbol, time)
);
INSERT INTO bars SELECT 'DAX', t, 100 + extract(day FROM t) FROM generate_series(timestamptz '2024-01-01', '2024-01-20', '1 day') t;

-- Without migrate_data a filled table is left alone.
SELECT tickbook.create_hypertable('bars', 'time');
SELECT tickbook.create_hypertable('bars', 'time', INTERVAL '7 days', migrate_data => true);
SELECT tickbook.create_hypertable('bars', 'time', if_not_exists => true);

SELECT relation, engine, time_column, chunk_interval, chunks, estimated_rows FROM tickbook.hypertables;
SELECT relation, chunk, range_start, range_end, estimated_rows FROM tickbook.chunks ORDER BY range_start;

-- The key is still the key, and a query reads only the chunks that it needs.
INSERT INTO bars VALUES ('DAX', '2024-01-05', 1);
EXPLAIN (COSTS OFF) SELECT close FROM bars WHERE symbol = 'DAX' AND time = '2024-01-05';

-- A row outside every chunk is there at once, and maintenance gives it a chunk.
INSERT INTO bars VALUES ('DAX', '2030-06-01', 1);
SELECT tableoid::regclass AS stored_in, * FROM bars WHERE time > '2030-01-01';
SELECT tickbook.maintain_hypertable('bars') AS moved;
SELECT tableoid::regclass AS stored_in, * FROM bars WHERE time > '2030-01-01';

-- Chunks can be made ahead of a load, shown and dropped.
SELECT tickbook.ensure_chunks('bars', '2024-02-01', '2024-02-20');
SELECT tickbook.show_chunks('bars', newer_than => DATE '2024-02-01');
SELECT tickbook.drop_chunks('bars', older_than => DATE '2024-01-11');
SELECT min(time), max(time), count(*) FROM bars;

-- And back.
SELECT tickbook.revert_hypertable('bars');
\d bars
SELECT count(*) FROM bars;
SELECT tickbook.show_chunks('bars');
DROP TABLE bars;

-- What cannot be partitioned by time is refused, with a hint.
CREATE TABLE events (id bigint PRIMARY KEY, time timestamptz);
SELECT tickbook.create_hypertable('events', 'at');
SELECT tickbook.create_hypertable('events', 'id');
SELECT tickbook.create_hypertable('events', 'time');
ALTER TABLE events ALTER COLUMN time SET NOT NULL;
SELECT tickbook.create_hypertable('events', 'time');
DROP TABLE events;
