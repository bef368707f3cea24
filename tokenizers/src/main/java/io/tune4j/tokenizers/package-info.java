/**
 * Tokenizers and the prompt formats of all families of models. {@link io.tune4j.tokenizers.TokenizerSource} reads a
 * file of any of the formats; {@link io.tune4j.tokenizers.HfTokenizer} splits text; a {@link
 * io.tune4j.tokenizers.ChatFormat} puts a conversation together.
 */
@NullMarked
package io.tune4j.tokenizers;

import org.jspecify.annotations.NullMarked;
