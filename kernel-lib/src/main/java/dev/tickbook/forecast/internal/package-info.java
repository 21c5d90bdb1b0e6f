/** How ARIMA models are estimated and filtered. Not for users. */
package dev.tickbook.forecast.internal;
