// SPDX-License-Identifier: Apache-2.0
/** Encodings of the elements of a GGUF tensor: a {@link io.tune4j.export.gguf.blocks.BlockCodec} for each. */
@NullMarked
package io.tune4j.export.gguf.blocks;

import org.jspecify.annotations.NullMarked;
