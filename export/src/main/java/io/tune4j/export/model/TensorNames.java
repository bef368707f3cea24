// SPDX-License-Identifier: Apache-2.0
package io.tune4j.export.model;

import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The names of a model's tensors in a checkpoint and in GGUF. */
public final class TensorNames {
    private static final Pattern LAYER = Pattern.compile("model\\.layers\\.(\\d+)\\.(.+)\\.(weight|bias)");
    private static final Pattern BLOCK = Pattern.compile("blk\\.(\\d+)\\.(.+)\\.(weight|bias)");

    private static final Map<String, String> OUTSIDE = Map.of(
            "model.embed_tokens.weight", "token_embd.weight",
            "model.norm.weight", "output_norm.weight",
            "lm_head.weight", "output.weight");

    private TensorNames() {}

    /** GGUF's name of a checkpoint's tensor; empty if the architecture has none. */
    public static Optional<String> toGguf(String name, GgufFamily family) {
        if (OUTSIDE.containsKey(name)) {
            return Optional.of(OUTSIDE.get(name));
        }
        Matcher layer = LAYER.matcher(name);
        String part = layer.matches() ? family.layerParts().get(layer.group(2)) : null;
        return part == null
                ? Optional.empty()
                : Optional.of("blk." + layer.group(1) + "." + part + "." + layer.group(3));
    }

    /** A checkpoint's name of GGUF's tensor; empty if the architecture has none. */
    public static Optional<String> toCheckpoint(String name, GgufFamily family) {
        for (Map.Entry<String, String> each : OUTSIDE.entrySet()) {
            if (each.getValue().equals(name)) {
                return Optional.of(each.getKey());
            }
        }
        Matcher block = BLOCK.matcher(name);
        if (!block.matches()) {
            return Optional.empty();
        }
        return family.layerParts().entrySet().stream()
                .filter(part -> part.getValue().equals(block.group(2)))
                .map(part -> "model.layers." + block.group(1) + "." + part.getKey() + "." + block.group(3))
                .findFirst();
    }
}
