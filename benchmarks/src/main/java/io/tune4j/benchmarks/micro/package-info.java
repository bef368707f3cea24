/** JMH micro-benchmarks of the fused kernels. */
@NullMarked
package io.tune4j.benchmarks.micro;

import org.jspecify.annotations.NullMarked;
