/** Not for users: may change at any time. */
package dev.tickbook.db.internal;
