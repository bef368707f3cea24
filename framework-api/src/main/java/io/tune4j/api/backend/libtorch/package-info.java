/** What every backend on libtorch needs, whatever its bindings: one library per process, and its errors in our terms. */
@NullMarked
package io.tune4j.api.backend.libtorch;

import org.jspecify.annotations.NullMarked;
