/**
 * torchtune's dialect: what its users write in configs and what of it stands for what here. Names that are the same but for the
 * dots before them are aliases of the components themselves.
 */
@NullMarked
package io.tune4j.recipes.torchtune;

import org.jspecify.annotations.NullMarked;
