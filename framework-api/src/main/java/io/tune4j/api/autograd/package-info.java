/**
 * Differentiation in reverse mode over a {@link io.tune4j.api.autograd.Tape} of hand-written vector-Jacobian products.
 * An operation computes its output with kernels, then records a {@link io.tune4j.api.autograd.Differentiable} and the
 * tensors that its backward needs: what is saved is visible at the call. Works over any backend.
 */
@NullMarked
package io.tune4j.api.autograd;

import org.jspecify.annotations.NullMarked;
