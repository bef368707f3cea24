// SPDX-License-Identifier: Apache-2.0
package io.tune4j.export.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tune4j.export.gguf.GgufMetadata;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Models that llama.cpp computes by one of its architectures. */
public interface GgufFamily {
    /** llama.cpp's name. */
    String name();

    /** The class names in {@code config.json} of models that are of this kind. */
    List<String> architectures();

    /**
     * Adds the keys that describe a model.
     *
     * @param keys get names that begin with {@link #name}
     * @param warnings take what the file cannot express
     */
    void describe(HfConfig config, GgufMetadata keys, Consumer<String> warnings);

    /**
     * The parts of tensors' names that differ: by the checkpoint's name of a layer's part, such as {@code self_attn.q_proj}, GGUF's.
     */
    Map<String, String> layerParts();

    /** The difference between a tensor there and here. */
    TensorChange change(String checkpointName, HfConfig config);

    /** Tensors of GGUF that the checkpoint has as numbers in its config, in fp32, by name. */
    default Map<String, float[]> computed(HfConfig config) {
        return Map.of();
    }

    /**
     * The {@code config.json} of a model whose keys are known.
     *
     * @param keys of a GGUF file of this architecture
     * @param tied whether the file has no output projection of its own
     */
    ObjectNode config(GgufMetadata keys, boolean tied);
}
