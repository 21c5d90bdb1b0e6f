/**
 * The database: starting or reaching a server, installing the extension and the market schema, and asking it questions
 * whose answers are Tablesaw tables.
 */
package dev.tickbook.db;
