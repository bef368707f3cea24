// SPDX-License-Identifier: Apache-2.0
/** Tokenizers between {@code tokenizer.json} and the keys of a GGUF file. */
@NullMarked
package io.tune4j.export.tokenizer;

import org.jspecify.annotations.NullMarked;
