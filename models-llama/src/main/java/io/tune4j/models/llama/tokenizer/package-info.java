/**
 * Tokenizers of Hugging Face's {@code tokenizer.json} and the prompt formats of Llama models. {@link
 * io.tune4j.models.llama.tokenizer.HfTokenizer} splits text; a {@link io.tune4j.models.llama.tokenizer.ChatFormat} puts a
 * conversation together.
 */
@NullMarked
package io.tune4j.models.llama.tokenizer;

import org.jspecify.annotations.NullMarked;
