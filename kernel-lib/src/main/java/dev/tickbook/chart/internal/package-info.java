/** Not for users: the one look of all charts. */
package dev.tickbook.chart.internal;
