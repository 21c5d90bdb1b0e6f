/** Not for users: SQL as people write it in a cell, from its text to what is shown. */
package dev.tickbook.notebook.internal.sql;
