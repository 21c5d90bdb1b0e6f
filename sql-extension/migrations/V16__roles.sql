-- Three roles to grant to people and programs. Roles belong to the server, not to the database, so they may exist already, and a
-- managed server may not let us create them: then a notice says so, and whoever may create roles runs this file again.
SET LOCAL search_path = pg_catalog, pg_temp;

DO $$
DECLARE
  wanted name;
  f      regprocedure;
BEGIN
  FOREACH wanted IN ARRAY '{tickbook_readonly,tickbook_writer,tickbook_backup}'::name[] LOOP
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = wanted) THEN
      BEGIN
        EXECUTE pg_catalog.format('CREATE ROLE %I NOLOGIN', wanted);
      EXCEPTION WHEN insufficient_privilege THEN
        RAISE NOTICE USING MESSAGE = pg_catalog.format('role %I was not created: %s', wanted, SQLERRM),
          HINT = 'Have an administrator create the role, and run this migration''s file again with psql.';
      WHEN duplicate_object OR unique_violation THEN
        NULL;  -- another database's migration was faster
      END;
    END IF;
    CONTINUE WHEN NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = wanted);
    EXECUTE pg_catalog.format('GRANT USAGE ON SCHEMA market, tickbook TO %I', wanted);
    EXECUTE pg_catalog.format('GRANT SELECT ON ALL TABLES IN SCHEMA market TO %I', wanted);
    CASE wanted
      WHEN 'tickbook_writer' THEN
        -- By name: a row put into a partition, a batch or what an aggregate made goes past the triggers of the table.
        EXECUTE pg_catalog.format('REVOKE INSERT ON ALL TABLES IN SCHEMA market FROM %I', wanted);
        EXECUTE pg_catalog.format('GRANT INSERT ON %s TO %I', (
          SELECT pg_catalog.string_agg(c.oid::regclass::text, ', ') FROM pg_catalog.pg_class c
           WHERE c.relnamespace = 'market'::regnamespace AND c.relname = ANY ('{market_data,market_data_rows,market_data_versions,symbols,stock_prices_realtime,
             stock_prices_historical,news_events,insider_trades,social_sentiment,government_events,corporate_actions,options,options_rows,market_analytics,
             predictions,block_predictions}'::name[])), wanted);
        EXECUTE pg_catalog.format('GRANT USAGE ON ALL SEQUENCES IN SCHEMA market TO %I', wanted);
        -- tickbook.upsert() runs as its caller and writes the rows behind the view. Batches are not granted: whoever could change them
        -- could change history unseen. So a writer corrects packed bars through market.market_data, and the owner by upsert() too.
        EXECUTE pg_catalog.format('GRANT INSERT, UPDATE, DELETE ON %s TO %I', (
          SELECT pg_catalog.string_agg(c.oid::regclass::text, ', ') FROM pg_catalog.pg_class c
           WHERE c.relnamespace = 'market'::regnamespace AND NOT c.relispartition AND c.relname IN ('market_data', 'market_data_rows')), wanted);
        EXECUTE pg_catalog.format('GRANT UPDATE ON market.symbols, market.stock_prices_historical, market.predictions, market.block_predictions TO %I', wanted);
      WHEN 'tickbook_backup' THEN
        EXECUTE pg_catalog.format('GRANT SELECT ON ALL SEQUENCES IN SCHEMA market TO %I', wanted);
        -- Tables that are made later too. Chunks have no privileges of their own, so pg_dump, which locks each of them, wants more, see the README.
        EXECUTE pg_catalog.format('ALTER DEFAULT PRIVILEGES IN SCHEMA market GRANT SELECT ON TABLES TO %I', wanted);
        EXECUTE pg_catalog.format('ALTER DEFAULT PRIVILEGES IN SCHEMA market GRANT SELECT ON SEQUENCES TO %I', wanted);
        BEGIN
          EXECUTE pg_catalog.format('GRANT SELECT ON ALL TABLES IN SCHEMA tickbook TO %I', wanted);
          EXECUTE pg_catalog.format('GRANT SELECT ON ALL SEQUENCES IN SCHEMA tickbook TO %I', wanted);
        EXCEPTION WHEN insufficient_privilege THEN
          RAISE NOTICE USING MESSAGE = pg_catalog.format('role %I cannot back up schema tickbook: %s', wanted, SQLERRM),
            HINT = 'Have the owner of tickbook run: ' || pg_catalog.format('GRANT SELECT ON ALL TABLES IN SCHEMA tickbook TO %I; GRANT SELECT ON ALL SEQUENCES IN SCHEMA tickbook TO %1$I', wanted);
        END;
      ELSE NULL;
    END CASE;
  END LOOP;

  -- Where an HTTP gateway calls functions for these roles, they may call the questions, and see what tables they are granted.
  FOR wanted IN SELECT rolname FROM pg_catalog.pg_roles WHERE rolname IN ('anon', 'authenticated') LOOP
    EXECUTE pg_catalog.format('GRANT USAGE ON SCHEMA tickbook TO %I', wanted);
    FOR f IN SELECT p.oid FROM pg_catalog.pg_proc p WHERE p.pronamespace = 'tickbook'::regnamespace AND p.proname IN (
        'get_latest_price', 'get_price_range', 'get_daily_returns', 'ohlcv', 'get_prediction_accuracy', 'get_block_prediction_accuracy',
        'get_latest_realtime_per_date', 'check_data_completeness', 'market_state_at', 'news_before', 'insider_activity_before',
        'sentiment_before', 'government_events_before', 'reconstruct_state', 'trading_days', 'trading_holidays') LOOP
      EXECUTE pg_catalog.format('GRANT EXECUTE ON FUNCTION %s TO %I', f, wanted);
    END LOOP;
  END LOOP;
END $$;
