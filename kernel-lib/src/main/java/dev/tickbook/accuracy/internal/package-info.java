/** Not for users: how forecasts become tables. */
package dev.tickbook.accuracy.internal;
