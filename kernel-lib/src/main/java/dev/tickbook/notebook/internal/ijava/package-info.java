/** Not for users: the one place that touches classes of the Jupyter kernel IJava. Another kernel gets a package beside it. */
package dev.tickbook.notebook.internal.ijava;
