/** The division of kernels among threads, and their working memory. */
@NullMarked
package io.tune4j.kernels.cpu.threads;

import org.jspecify.annotations.NullMarked;
