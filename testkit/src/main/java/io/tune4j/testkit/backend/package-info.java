/**
 * The conformance tests of backends. A backend's test extends {@link io.tune4j.testkit.backend.BackendConformance} and names its {@link
 * io.tune4j.api.backend.BackendFactory}. The parts hold the mandatory kernels against plain Java, the fused ones against their
 * default compositions, the vector-Jacobian products against finite differences, and look at errors, threads and memory.
 */
@NullMarked
package io.tune4j.testkit.backend;

import org.jspecify.annotations.NullMarked;
