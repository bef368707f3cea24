/**
 * Tensors and where they live: {@link io.tune4j.api.tensor.Tensor} is an array of a backend with a deterministic
 * life time ({@link io.tune4j.api.tensor.TensorScope}); {@link io.tune4j.api.tensor.ArrayKernels} is the small set of
 * kernels that a backend must bring. Nothing here depends on gradients.
 */
@NullMarked
package io.tune4j.api.tensor;

import org.jspecify.annotations.NullMarked;
