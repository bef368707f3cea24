/**
 * Optimizers and the norm of gradients. An optimizer is an {@link io.tune4j.recipes.optimizer.UpdateRule} (what an update computes), a
 * {@link io.tune4j.recipes.optimizer.StateFormat} (how its state is kept) and a {@link io.tune4j.recipes.optimizer.Placement} (where);
 * {@link io.tune4j.recipes.optimizer.StatefulOptimizer} puts them together, and factories give the combinations their names.
 */
@NullMarked
package io.tune4j.recipes.optimizer;

import org.jspecify.annotations.NullMarked;
