package dev.tickbook.datasets;

/**
 * A listed company. Names and tickers are invented; a likeness to a real one is chance.
 *
 * @param symbol ticker, four letters, unique
 * @param name company name
 * @param sector one of ten
 * @param industry one of eight in the sector
 * @param marketCap US dollars at the first close
 * @param exchange market identifier code, XNYS or XNAS
 * @param currency always USD
 */
public record Symbol(
        String symbol, String name, String sector, String industry, long marketCap, String exchange, String currency) {}
