-- What researchers ask for all day, computed once. Each reads like a table and is always what its query would give; see
-- tickbook.continuous_aggregates. Bars of different lengths tell the same trades more than once, so they are never mixed:
-- every aggregate has the column "interval", the length of the bars that it was made of, and a query names one.
--
-- VWAP of bars is their turnover (typical price × volume) ÷ their volume; turnover is kept so that longer ones can be made
-- of shorter ones. Bars without volume count for the prices and not for these.
SET LOCAL search_path = pg_catalog, pg_temp;

SELECT tickbook.create_continuous_aggregate('market.daily_ohlcv', $$
  SELECT tickbook.time_bucket('1 day', time) AS day, symbol, "interval",
         tickbook.first(open, time) AS open, max(high) AS high, min(low) AS low, tickbook.last(close, time) AS close,
         sum(volume) AS volume,
         round(sum((coalesce(high, close) + coalesce(low, close) + close) * volume) / 3, 4) AS turnover,
         round(sum((coalesce(high, close) + coalesce(low, close) + close) * volume) / 3 / nullif(sum(volume), 0), 4) AS vwap,
         count(*) AS bars
    FROM market.market_data
   GROUP BY day, symbol, "interval"$$, with_data => false);

SELECT tickbook.create_continuous_aggregate('market.weekly_ohlcv', $$
  SELECT tickbook.time_bucket('1 week', day) AS week, symbol, "interval",
         tickbook.first(open, day) AS open, max(high) AS high, min(low) AS low, tickbook.last(close, day) AS close,
         sum(volume) AS volume, sum(turnover) AS turnover, round(sum(turnover) / nullif(sum(volume), 0), 4) AS vwap,
         sum(bars) AS bars
    FROM market.daily_ohlcv
   GROUP BY week, symbol, "interval"$$, with_data => false);

SELECT tickbook.create_continuous_aggregate('market.monthly_ohlcv', $$
  SELECT tickbook.time_bucket('1 month', day) AS month, symbol, "interval",
         tickbook.first(open, day) AS open, max(high) AS high, min(low) AS low, tickbook.last(close, day) AS close,
         sum(volume) AS volume, sum(turnover) AS turnover, round(sum(turnover) / nullif(sum(volume), 0), 4) AS vwap,
         sum(bars) AS bars
    FROM market.daily_ohlcv
   GROUP BY month, symbol, "interval"$$, with_data => false);

SELECT tickbook.create_continuous_aggregate('market.hourly_volume', $$
  SELECT tickbook.time_bucket('1 hour', time) AS hour, "interval",
         sum(volume) AS volume,
         round(sum((coalesce(high, close) + coalesce(low, close) + close) * volume) / 3, 4) AS turnover,
         count(*) AS bars
    FROM market.market_data
   GROUP BY hour, "interval"$$, with_data => false);

COMMENT ON VIEW market.daily_ohlcv IS 'Bars of a UTC day per symbol and interval of the bars they are made of. Known when the day is over, at day + 1 day.';
COMMENT ON VIEW market.weekly_ohlcv IS 'Bars of a week, from Monday 00:00 UTC, made of market.daily_ohlcv. Known at week + 7 days.';
COMMENT ON VIEW market.monthly_ohlcv IS 'Bars of a UTC month, made of market.daily_ohlcv. Known at month + 1 month.';
COMMENT ON VIEW market.hourly_volume IS 'What was traded of all symbols together per UTC hour and interval of the bars. Known at hour + 1 hour.';
COMMENT ON COLUMN market.daily_ohlcv.turnover IS 'Sum of (high + low + close) / 3 × volume, in the currency of the symbol.';
COMMENT ON COLUMN market.daily_ohlcv.vwap IS 'Volume-weighted average price: turnover ÷ volume, to four decimals; NULL without volume.';
COMMENT ON COLUMN market.daily_ohlcv.bars IS 'How many bars it is made of.';

-- What is newer is computed when it is read.
SELECT tickbook.add_continuous_aggregate_policy('market.daily_ohlcv', NULL, INTERVAL '1 hour', INTERVAL '1 hour');
SELECT tickbook.add_continuous_aggregate_policy('market.weekly_ohlcv', NULL, INTERVAL '1 hour', INTERVAL '6 hours');
SELECT tickbook.add_continuous_aggregate_policy('market.monthly_ohlcv', NULL, INTERVAL '1 hour', INTERVAL '6 hours');
SELECT tickbook.add_continuous_aggregate_policy('market.hourly_volume', NULL, INTERVAL '1 hour', INTERVAL '30 minutes');
