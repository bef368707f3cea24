// SPDX-License-Identifier: Apache-2.0
/**
 * GGUF files: {@link io.tune4j.export.gguf.GgufFile} reads one, {@link io.tune4j.export.gguf.GgufWriter} writes one, {@link
 * io.tune4j.export.gguf.GgufMetadata} is the typed list of keys at its beginning, and {@link io.tune4j.export.gguf.GgufType} names
 * the encodings of elements. The format is specified in ggml's document gguf.md.
 */
@NullMarked
package io.tune4j.export.gguf;

import org.jspecify.annotations.NullMarked;
