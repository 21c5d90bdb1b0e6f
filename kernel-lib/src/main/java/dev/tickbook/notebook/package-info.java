/** What makes a Jupyter kernel or a JShell a Tickbook one: the database at hand, tables and charts that show themselves. */
package dev.tickbook.notebook;
