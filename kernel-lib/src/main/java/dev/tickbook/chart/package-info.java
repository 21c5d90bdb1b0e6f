/** Pictures of market data. A chart is an XChart chart: a notebook shows it, and it can be changed and saved as any other. */
package dev.tickbook.chart;
