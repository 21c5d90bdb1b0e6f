/**
 * Bringing data in: a {@link dev.tickbook.ingest.Source} says where rows come from, a {@link dev.tickbook.ingest.MarketStream}
 * what they are and so where they go, an {@link dev.tickbook.ingest.Ingestion} checks and stores them, and an
 * {@link dev.tickbook.ingest.IngestReport} says what became of each.
 */
package dev.tickbook.ingest;
