-- What is told of a symbol again and again, as it is known now: the newest word on each hour and on each contract's day. As of
-- another moment, ask tickbook.sentiment_before().
SET LOCAL search_path = pg_catalog, pg_temp;

SELECT tickbook.create_continuous_aggregate('market.hourly_sentiment', $$
  SELECT tickbook.time_bucket('1 hour', time) AS hour, symbol, platform,
         tickbook.last(mentions, known_at) AS mentions, tickbook.last(positive, known_at) AS positive,
         tickbook.last(negative, known_at) AS negative, tickbook.last(sentiment, known_at) AS sentiment,
         tickbook.last(retracted, known_at) AS retracted, count(*) - 1 AS corrections
    FROM market.social_sentiment
   GROUP BY hour, symbol, platform$$, with_data => false);

SELECT tickbook.create_continuous_aggregate('market.daily_option_contracts', $$
  SELECT tickbook.time_bucket('1 day', time) AS day, symbol, type, contract_symbol,
         max(volume) AS volume, tickbook.last(open_interest, time) AS open_interest
    FROM market.options
   GROUP BY day, symbol, type, contract_symbol$$, with_data => false);

SELECT tickbook.create_continuous_aggregate('market.daily_options_volume', $$
  SELECT tickbook.time_bucket('1 day', day) AS day, symbol, type,
         sum(volume) AS volume, sum(open_interest) AS open_interest, count(*) AS contracts
    FROM market.daily_option_contracts
   GROUP BY tickbook.time_bucket('1 day', day), symbol, type$$, with_data => false);

COMMENT ON VIEW market.hourly_sentiment IS 'The newest word on each hour (UTC), symbol and platform, with how often it was corrected. Rows with retracted are known to be wrong.';
COMMENT ON VIEW market.daily_option_contracts IS 'What was traded of each contract in a UTC day, and the open interest that was quoted last.';
COMMENT ON VIEW market.daily_options_volume IS 'Contracts traded in a UTC day per underlying and type (call or put), made of market.daily_option_contracts.';

SELECT tickbook.add_continuous_aggregate_policy('market.hourly_sentiment', NULL, INTERVAL '1 hour', INTERVAL '30 minutes');
SELECT tickbook.add_continuous_aggregate_policy('market.daily_option_contracts', NULL, INTERVAL '1 hour', INTERVAL '1 hour');
SELECT tickbook.add_continuous_aggregate_policy('market.daily_options_volume', NULL, INTERVAL '1 hour', INTERVAL '1 hour');
