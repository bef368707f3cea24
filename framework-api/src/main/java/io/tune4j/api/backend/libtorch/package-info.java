/** Shared parts of all backends on libtorch, whatever their bindings: one library per process, and its errors in our terms. */
@NullMarked
package io.tune4j.api.backend.libtorch;

import org.jspecify.annotations.NullMarked;
