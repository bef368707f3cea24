/** The conformance tests of recipes: {@link io.tune4j.testkit.recipe.RecipeConformance}. */
@NullMarked
package io.tune4j.testkit.recipe;

import org.jspecify.annotations.NullMarked;
