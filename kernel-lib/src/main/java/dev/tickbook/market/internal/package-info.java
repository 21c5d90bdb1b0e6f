/** How questions are asked again after a lost connection, and answers are kept; not for users. */
package dev.tickbook.market.internal;
