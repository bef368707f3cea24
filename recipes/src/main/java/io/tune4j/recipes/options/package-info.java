/**
 * The keys of a fine-tuning recipe in sections by concern, each a record with a {@code read}. A recipe lists the ones that it has
 * ({@link io.tune4j.api.recipe.RecipeFactory#options}) and asks for them in its constructor; each key is read in one place. Data have
 * theirs in {@link io.tune4j.recipes.data.DataSources}, memory in {@link io.tune4j.recipes.memory}, the profiler in {@link
 * io.tune4j.recipes.profile}.
 */
@NullMarked
package io.tune4j.recipes.options;

import org.jspecify.annotations.NullMarked;
