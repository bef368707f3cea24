/** What kernels need of their surroundings: threads that run parts of a kernel, and memory for what it makes on the way. */
@NullMarked
package io.tune4j.kernels.cpu.threads;

import org.jspecify.annotations.NullMarked;
