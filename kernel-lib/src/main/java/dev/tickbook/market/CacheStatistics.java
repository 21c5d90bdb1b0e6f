package dev.tickbook.market;

/**
 * How often an answer about the past was at hand; see {@link KnownMarket#cache}.
 *
 * @param kept questions that were answered from the cache, after the database had said that nothing changed
 * @param asked questions that the database answered
 */
public record CacheStatistics(long kept, long asked) {}
