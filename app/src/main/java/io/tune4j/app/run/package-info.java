/** From a config's name to a finished recipe. {@link io.tune4j.app.run.RecipeRunner} is the whole story. */
@NullMarked
package io.tune4j.app.run;

import org.jspecify.annotations.NullMarked;
