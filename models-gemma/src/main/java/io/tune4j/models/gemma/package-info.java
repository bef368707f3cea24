/** The Gemma family: Gemma 1, 2 and 3, for text. */
@NullMarked
package io.tune4j.models.gemma;

import org.jspecify.annotations.NullMarked;
