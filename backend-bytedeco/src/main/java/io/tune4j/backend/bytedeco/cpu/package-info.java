/**
 * The backend on the CPU: kernels in C where the module {@code kernels-cpu} has them for this processor, matrix products by whichever
 * library is fastest here, and libtorch's operations for the rest.
 */
@NullMarked
package io.tune4j.backend.bytedeco.cpu;

import org.jspecify.annotations.NullMarked;
