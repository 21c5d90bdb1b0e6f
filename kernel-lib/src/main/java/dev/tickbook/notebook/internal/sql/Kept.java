package dev.tickbook.notebook.internal.sql;

import tech.tablesaw.api.Table;

/**
 * A result that a cell keeps: {@code name << SELECT …}.
 *
 * @param name of the variable
 * @param table its value
 */
public record Kept(String name, Table table) {}
