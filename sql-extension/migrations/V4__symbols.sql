-- What is traded. This is how it is called and classified today, not point in time.
SET LOCAL search_path = pg_catalog, pg_temp;

CREATE TABLE market.symbols (
  symbol     text PRIMARY KEY,
  name       text,
  sector     text,
  industry   text,
  market_cap numeric(20,2) CHECK (market_cap >= 0),
  exchange   text,
  currency   text NOT NULL DEFAULT 'USD' CHECK (currency ~ '^[A-Z]{3}$'),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX symbols_sector ON market.symbols (sector);
COMMENT ON TABLE market.symbols IS 'What is traded, as it is called and classified today.';
COMMENT ON COLUMN market.symbols.market_cap IS 'In the currency of the symbol.';
COMMENT ON COLUMN market.symbols.currency IS 'ISO 4217.';

CREATE FUNCTION market.touch_symbol() RETURNS trigger
  LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  NEW.updated_at := now();
  RETURN NEW;
END $$;
COMMENT ON FUNCTION market.touch_symbol() IS 'Trigger function: keeps updated_at.';
CREATE TRIGGER touch BEFORE UPDATE ON market.symbols FOR EACH ROW EXECUTE FUNCTION market.touch_symbol();
