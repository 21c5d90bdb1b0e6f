/**
 * What the market was known to be: its questions as Java calls, each as of any moment, and news of what comes in.
 *
 * <p>{@link dev.tickbook.Tickbook#read} reads bars, {@link dev.tickbook.Tickbook#market} asks for all else.
 */
package dev.tickbook.market;
