/** Not for users: what models and their training share. */
package dev.tickbook.forecast.internal;
