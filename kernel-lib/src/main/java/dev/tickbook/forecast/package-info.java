/** Models of a series and what they say of its future: ARIMA and the baselines it has to beat. */
package dev.tickbook.forecast;
