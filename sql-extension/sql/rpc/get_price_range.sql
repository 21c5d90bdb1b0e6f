CREATE FUNCTION tickbook.get_price_range(symbol text, "interval" text, range_start timestamptz, range_end timestamptz, as_of timestamptz DEFAULT 'infinity')
  RETURNS TABLE ("time" timestamptz, known_at timestamptz, open numeric, high numeric, low numeric, close numeric, volume bigint, vwap numeric)
  LANGUAGE plpgsql STABLE ROWS 300 SET search_path = pg_catalog, tickbook, pg_temp AS $$
BEGIN
  PERFORM tickbook._check_argument(symbol IS NOT NULL, 'get_price_range', 'symbol', symbol, 'Name a symbol, as market.market_data has it.');
  PERFORM tickbook._check_argument(range_start < range_end, 'get_price_range', 'the range', format('%s to %s', range_start, range_end),
                                   'The first time is included, the second, later one is not.');
  PERFORM tickbook._check_argument(as_of IS NOT NULL, 'get_price_range', 'as_of', as_of::text, 'Leave it out for what is known now.');
  PERFORM tickbook._need_tables('market_data', 'market_data_versions');
  RETURN QUERY SELECT * FROM tickbook._known_bars(symbol, "interval", range_start, range_end, as_of);
END $$;
COMMENT ON FUNCTION tickbook.get_price_range(text, text, timestamptz, timestamptz, timestamptz) IS
  'Bars of a symbol that open from range_start to before range_end, in the order of time. known_at: since when the values are known, a time '
  'to come for a bar that is still open. With as_of: the bars that had closed by then, with the values that were known then. Prices in the '
  'currency of the symbol, times UTC. Errors: 22023 for arguments that cannot be, 42P01 where the migrations did not run.';
