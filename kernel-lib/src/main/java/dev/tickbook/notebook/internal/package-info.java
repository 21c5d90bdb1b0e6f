/** Not for users: rendering, and the classes of the kernels that are supported. */
package dev.tickbook.notebook.internal;
