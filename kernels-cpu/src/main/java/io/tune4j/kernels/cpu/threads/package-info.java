/** What drivers of kernels ask of a backend: threads that share work, and memory to work in. */
@NullMarked
package io.tune4j.kernels.cpu.threads;

import org.jspecify.annotations.NullMarked;
