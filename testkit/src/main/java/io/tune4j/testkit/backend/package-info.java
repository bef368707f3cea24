/**
 * What every backend must pass. A backend's tests extend each class here and name their
 * {@link io.tune4j.api.backend.BackendFactory}: {@link io.tune4j.testkit.backend.KernelConformance} and its neighbours hold
 * the mandatory kernels against plain Java, {@link io.tune4j.testkit.backend.FusedKernelConformance} and
 * {@link io.tune4j.testkit.backend.AttentionConformance} hold the fused ones against their default compositions.
 */
@NullMarked
package io.tune4j.testkit.backend;

import org.jspecify.annotations.NullMarked;
