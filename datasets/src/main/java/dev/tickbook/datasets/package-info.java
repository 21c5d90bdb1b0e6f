/**
 * Data to research with: published series with their sources ({@link dev.tickbook.datasets.Datasets}), the calendar of
 * the US exchanges ({@link dev.tickbook.datasets.TradingCalendar}) and a deterministic generator of a realistic market
 * ({@link dev.tickbook.datasets.MarketGenerator}).
 */
package dev.tickbook.datasets;
