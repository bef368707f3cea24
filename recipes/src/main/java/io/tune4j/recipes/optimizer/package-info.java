/** Optimizers and the norm of gradients. {@link io.tune4j.recipes.optimizer.AdamW} is the one that recipes use. */
@NullMarked
package io.tune4j.recipes.optimizer;

import org.jspecify.annotations.NullMarked;
