/**
 * The PEFT SPI: a {@link io.tune4j.api.peft.PeftMethod} reads its options into a {@link io.tune4j.api.peft.PeftPlan};
 * attached to a backend that is an {@link io.tune4j.api.peft.Adapter}, which decorates the model's projections, owns the
 * trainable parameters, and writes, reads and merges them. {@link io.tune4j.api.peft.WholeWeights} trains weights of the checkpoint
 * as they are.
 */
@NullMarked
package io.tune4j.api.peft;

import org.jspecify.annotations.NullMarked;
