/**
 * Building blocks of decoder models. Each differentiable one is a single tape entry over fused kernels: its forward and
 * its vector-Jacobian product stand side by side, and the arguments of {@code tape.record} say what it saves.
 * {@link io.tune4j.api.nn.LinearFactory} is the seam between models and PEFT methods: a model asks for a projection by
 * name and never learns what kind it got. It asks for norms and the embedding in the same way, as {@link
 * io.tune4j.api.nn.ModelWeight}s, which are frozen or trained.
 */
@NullMarked
package io.tune4j.api.nn;

import org.jspecify.annotations.NullMarked;
