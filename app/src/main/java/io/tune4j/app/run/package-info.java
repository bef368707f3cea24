/** Runs a recipe with a named config. Start with {@link io.tune4j.app.run.RecipeRunner}. */
@NullMarked
package io.tune4j.app.run;

import org.jspecify.annotations.NullMarked;
