CREATE FUNCTION tickbook.reconstruct_state(at timestamptz, symbol text) RETURNS jsonb
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, tickbook, pg_temp SET timezone = 'UTC' SET datestyle = 'ISO' SET jit = off AS $$
DECLARE
  state      jsonb;
  indicators jsonb;
BEGIN
  PERFORM tickbook._check_argument(isfinite(at), 'reconstruct_state', 'at', at::text, 'Give a moment, such as now().');
  PERFORM tickbook._check_argument(symbol IS NOT NULL, 'reconstruct_state', 'symbol', symbol, 'Name a symbol, as market.market_data has it.');
  PERFORM tickbook._need_tables('market_data', 'market_data_versions', 'corporate_actions', 'news_events', 'insider_trades', 'social_sentiment',
                                'government_events', 'predictions');
  -- Prices before a split are divided by its ratio, if it was announced and in force at that moment: not by later ones.
  WITH splits AS MATERIALIZED (
    SELECT a.ex_date, a.ratio::double precision AS ratio FROM market.corporate_actions a
     WHERE a.symbol = reconstruct_state.symbol AND a.type = 'split' AND a.announced_at <= at AND a.known_at <= at AND NOT a.retracted AND a.ex_date <= (at AT TIME ZONE 'UTC')::date
       AND NOT EXISTS (SELECT FROM market.corporate_actions n WHERE n.action_id = a.action_id AND n.known_at > a.known_at AND n.known_at <= at)
  ), bars AS MATERIALIZED (
    SELECT b.*, coalesce((SELECT exp(sum(ln(s.ratio))) FROM splits s WHERE s.ex_date > (b.time AT TIME ZONE 'UTC')::date), 1) AS factor
      FROM tickbook._last_bars(reconstruct_state.symbol, '1d', at, at, 250) b)
  SELECT (SELECT to_jsonb(b) - 'factor' FROM bars b ORDER BY b.time DESC LIMIT 1),
         tickbook._indicators(array_agg(coalesce(b.high, b.close) / b.factor ORDER BY b.time), array_agg(coalesce(b.low, b.close) / b.factor ORDER BY b.time),
                              array_agg(b.close / b.factor ORDER BY b.time))
    INTO state, indicators FROM bars b;
  RETURN jsonb_build_object('at', at, 'symbol', symbol, 'bar', state, 'indicators', indicators,
    'corporate_actions', (SELECT coalesce(jsonb_agg(to_jsonb(x) ORDER BY x.ex_date DESC, x.action_id DESC), '[]') FROM (
       SELECT a.action_id, a.type, a.announced_at, a.known_at, a.ex_date, a.ratio, a.amount FROM market.corporate_actions a
        WHERE a.symbol = reconstruct_state.symbol AND a.announced_at <= at AND a.known_at <= at AND NOT a.retracted
          AND NOT EXISTS (SELECT FROM market.corporate_actions n WHERE n.action_id = a.action_id AND n.known_at > a.known_at AND n.known_at <= at)
        ORDER BY a.ex_date DESC, a.action_id DESC LIMIT 20) x),
    'news', (SELECT coalesce(jsonb_agg(to_jsonb(x) ORDER BY x.published_at DESC, x.news_id DESC), '[]') FROM tickbook.news_before(at, ARRAY[symbol], 10) x),
    'insider_trades', (SELECT coalesce(jsonb_agg(to_jsonb(x) ORDER BY x.filing_date DESC, x.trade_date DESC, x.trade_id DESC), '[]')
                         FROM tickbook.insider_activity_before(at, ARRAY[symbol], interval '90 days', 20) x),
    'sentiment', (SELECT coalesce(jsonb_agg(to_jsonb(x) ORDER BY x.platform), '[]') FROM tickbook.sentiment_before(at, ARRAY[symbol]) x),
    'government_events', (SELECT coalesce(jsonb_agg(to_jsonb(x) ORDER BY x.published_at DESC, x.event_id DESC), '[]') FROM tickbook.government_events_before(at, NULL, 10) x),
    'predictions', (SELECT coalesce(jsonb_agg(to_jsonb(x) ORDER BY x.made_at DESC, x.prediction_id DESC), '[]') FROM (
       SELECT p.prediction_id, p.model, p.made_at, p.target_time, p.base_price, p.predicted, p.lower, p.upper, p.confidence FROM market.predictions p
        WHERE p.symbol = reconstruct_state.symbol AND p.made_at <= at AND p.target_time > at ORDER BY p.made_at DESC, p.prediction_id DESC LIMIT 20) x));
END $$;
COMMENT ON FUNCTION tickbook.reconstruct_state(timestamptz, text) IS
  'All that was known of a symbol at a moment, as one object: at, symbol, bar (the last daily bar that had closed), indicators (of the last 250 such bars, '
  'adjusted for splits that were in force: bars, sma_20, sma_50, sma_200, ema_12, ema_26, macd, macd_signal, macd_histogram, rsi_14, bollinger_middle, '
  'bollinger_upper, bollinger_lower, atr_14; null where there are too few bars), corporate_actions (the 20 with the latest ex-date), news (10), insider_trades '
  '(20 of 90 days), sentiment (24 hours), government_events (10) and predictions (20 whose target time was yet to come), each the latest first. Prices in the '
  'currency of the symbol, times UTC in ISO 8601. Errors: 22023 for arguments that cannot be, 42P01 where the migrations did not run.';
