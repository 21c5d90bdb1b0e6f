/** Bringing data in: a source, its rows checked, and a report of what became of each. */
package dev.tickbook.ingest;
