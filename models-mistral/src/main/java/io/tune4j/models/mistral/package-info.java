/** The Mistral family: Llama with a sliding window. */
@NullMarked
package io.tune4j.models.mistral;

import org.jspecify.annotations.NullMarked;
