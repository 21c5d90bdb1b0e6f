/**
 * Tickbook: a market-data database and the tools to research with it, for notebooks, JShell and plain Java.
 *
 * <p>{@link dev.tickbook.Tickbook} is the one entry point. What is not for users sits in {@code internal} packages.
 */
package dev.tickbook;
