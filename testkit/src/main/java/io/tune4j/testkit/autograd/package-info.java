/**
 * Checks of hand-written vector-Jacobian products. {@link io.tune4j.testkit.autograd.FiniteDifferences} compares one with
 * central differences in fp64, for anyone who writes a differentiable block.
 */
@NullMarked
package io.tune4j.testkit.autograd;

import org.jspecify.annotations.NullMarked;
