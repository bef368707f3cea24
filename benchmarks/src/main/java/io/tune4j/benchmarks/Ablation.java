// SPDX-License-Identifier: Apache-2.0
package io.tune4j.benchmarks;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** The optimizations that can be switched off from outside, without switches in production code. */
public enum Ablation {
    /** Nothing is left out: what it costs that calls go through a proxy, which every other row pays too. */
    NOTHING,
    /** LoRA's product is added into the base product's memory; without: into an addend of full width. */
    LORA_IN_PLACE,
    /** q, k and v, and gate and up, are one product; without: one each, put together afterwards. */
    MERGED_PROJECTIONS,
    /** The backend's attention by blocks; without: the default composition. */
    ATTENTION,
    /** The backend's SwiGLU; without: the default composition. */
    SWIGLU,
    /** The backend's cross-entropy; without: the default composition. */
    CROSS_ENTROPY,
    /** The backend's root-mean-square norm; without: the default composition. */
    RMS_NORM,
    /** The backend's rotary embedding; without: the default composition. */
    ROTARY,
    /** The backend's kernels for weights in four bits and state in eight; without: the default compositions. */
    QUANTIZED,
    /** The backend's AdamW; without: the default composition. */
    ADAMW,
    /** Logits of some labelled rows at a time; without: of all labelled rows at once. */
    CHUNKED_LOGITS,
    /** Labelled rows alone go through the last layer's end; without: all rows. */
    LAST_LAYER_ROWS,
    /** Logits of labelled rows alone; without: of all rows. */
    LABELLED_LOGITS,
    /** A step's small micro-batches are computed as one; for the instruction mix. */
    MERGED_MICRO_BATCHES,
    /** The common beginning of records is computed once; for the instruction mix. */
    SHARED_PREFIXES;

    static String names() {
        return Arrays.stream(values())
                .map(value -> value.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining("|"));
    }
}
