-- What is old is deleted only where someone asks for it: research loads bars of decades ago on purpose, and a policy that
-- came with the tables would drop them an hour later.
SET LOCAL search_path = pg_catalog, pg_temp;

CREATE FUNCTION market.apply_retention(intraday interval DEFAULT '730 days', daily interval DEFAULT '10 years', realtime interval DEFAULT '90 days',
                                       sentiment interval DEFAULT '2 years', options interval DEFAULT '2 years') RETURNS void
  LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM tickbook.remove_retention_policy(t, if_exists => true) FROM unnest(ARRAY['market.market_data', 'market.stock_prices_realtime',
    'market.social_sentiment', 'market.options']::regclass[]) t;
  PERFORM tickbook.remove_segment_retention_policy('market.market_data', if_exists => true);
  PERFORM tickbook.add_retention_policy('market.market_data', daily);
  -- Chunks hold bars of every length, so intraday bars, which go earlier, are deleted by their length.
  PERFORM tickbook.add_segment_retention_policy('market.market_data', intraday, 'interval', '{1d,1w,2w,1mo,3mo,6mo,1y}');
  -- The versions of bars that go, go too.
  PERFORM tickbook._remove_job('market.market_data', 'version_retention', true);
  PERFORM tickbook._add_job('market.market_data', 'version_retention', interval '1 day',
    jsonb_build_object('intraday', intraday, 'daily', daily, 'keep', '{1d,1w,2w,1mo,3mo,6mo,1y}'::text[]), false);
  PERFORM tickbook.add_retention_policy('market.stock_prices_realtime', realtime);
  PERFORM tickbook.add_retention_policy('market.social_sentiment', sentiment);
  PERFORM tickbook.add_retention_policy('market.options', options);
END $$;
COMMENT ON FUNCTION market.apply_retention(interval, interval, interval, interval, interval) IS
  'From now on run_jobs() deletes what is older than this: intraday bars, bars of a day or longer, both with their versions, realtime prices, sentiment, option quotes. Call it again '
  'to change that. tickbook.remove_retention_policy() and remove_segment_retention_policy() end it. Only for the owner of the tables.';
