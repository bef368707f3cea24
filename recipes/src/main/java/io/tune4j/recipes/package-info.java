/**
 * The plugin of recipes. {@link io.tune4j.recipes.trainer.AdapterTrainer} is read from top to bottom: it trains an adapter to make an
 * objective small. The recipes of {@code lora}, {@code preference} and {@code distillation} give it one, and those of plugins do. It has
 * records of {@code options} and {@code data}, what stands around its loop from {@code run}, and what a run will take from {@code
 * forecast}; the other packages hold the parts that recipes put together.
 */
@NullMarked
package io.tune4j.recipes;

import org.jspecify.annotations.NullMarked;
