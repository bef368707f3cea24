/** How kernels are divided among threads, and the memory that they work in while they run. */
@NullMarked
package io.tune4j.kernels.cpu.threads;

import org.jspecify.annotations.NullMarked;
