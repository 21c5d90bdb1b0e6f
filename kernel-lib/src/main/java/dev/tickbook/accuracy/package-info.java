/** How good forecasts were: measures, cross-validation, accuracy over time and its loss. */
package dev.tickbook.accuracy;
