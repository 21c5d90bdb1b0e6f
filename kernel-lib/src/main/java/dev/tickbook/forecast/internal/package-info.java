/** How models are estimated, filtered and trained in batches. Not for users. */
package dev.tickbook.forecast.internal;
