// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.forecast;

import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.model.ModelDefinition;
import io.tune4j.api.nn.Projection;
import io.tune4j.api.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The bytes per token that eager PyTorch saves for the backward of a Llama layer with LoRA in torchtune's form. The formula was found
 * by inspecting what autograd saves (scripts/memory/eager_layer.py), and gives those figures: both norms' inputs in
 * fp32 and their inverse roots; q, k and v with the latter two repeated to all heads, and attention's output; gate, silu(gate) and up;
 * the inputs of adapted projections, and x·Aᵀ of each adapter. Only the logarithms of attention's sums, four bytes of each head, are left
 * out: a definition does not tell its heads.
 */
final class EagerLayer {
    private static final int NORM_BYTES = 4;

    private EagerLayer() {}

    /** Empty for layers of another kind, and for other methods than LoRA. */
    static OptionalLong bytesPerToken(ModelDefinition definition, DType dtype, List<Parameter> parameters) {
        Projection query = find(definition, "q_proj");
        Projection gate = find(definition, "gate_proj");
        boolean lora = parameters.stream().allMatch(parameter -> parameter.role() != Parameter.Role.OTHER);
        if (query == null || gate == null || !lora) {
            return OptionalLong.empty();
        }
        String layer =
                query.name().substring(0, query.name().indexOf('.', query.name().indexOf("layers.") + 7) + 1);
        List<String> adapted = new ArrayList<>();
        long ranks = 0;
        for (Parameter parameter : parameters) {
            if (parameter.role() == Parameter.Role.INPUT_FACTOR
                    && parameter.name().contains(layer)) {
                adapted.add(parameter.name());
                ranks += parameter.value().size(0);
            }
        }
        long width = query.inFeatures();
        long bytes = 2 * NORM_BYTES * (width + 1);
        bytes += 4 * query.outFeatures() * dtype.byteSize();
        bytes += 3 * gate.outFeatures() * dtype.byteSize();
        bytes += containsAny(adapted, "q_proj", "k_proj", "v_proj") * width * dtype.byteSize();
        bytes += containsAny(adapted, "gate_proj", "up_proj") * width * dtype.byteSize();
        bytes += containsAny(adapted, "down_proj") * gate.outFeatures() * dtype.byteSize();
        return OptionalLong.of(bytes + ranks * dtype.byteSize());
    }

    private static @Nullable Projection find(ModelDefinition definition, String leaf) {
        return definition.projections().stream()
                .filter(projection ->
                        projection.leafName().equals(leaf) && projection.name().contains("layers."))
                .findFirst()
                .orElse(null);
    }

    private static int containsAny(List<String> adapted, String... names) {
        return List.of(names).stream()
                        .anyMatch(name -> adapted.stream().anyMatch(each -> each.contains("." + name + ".")))
                ? 1
                : 0;
    }
}
