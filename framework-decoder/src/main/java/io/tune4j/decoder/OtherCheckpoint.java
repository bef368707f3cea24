// SPDX-License-Identifier: Apache-2.0
package io.tune4j.decoder;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Recognizes a {@code config.json} of a model that no decoder here computes: of other inputs than text, or of experts. */
final class OtherCheckpoint {
    /** Keys that only models of other inputs than text have, and the inputs. */
    private static final Map<String, String> INPUTS = inputs();

    /** Counts of experts among which a router chooses. */
    private static final List<String> EXPERTS =
            List.of("num_local_experts", "num_experts", "n_routed_experts", "moe_num_experts");

    /** How many of them see a token. */
    private static final List<String> CHOSEN = List.of("num_experts_per_tok", "moe_topk", "moe_k");

    private OtherCheckpoint() {}

    private static Map<String, String> inputs() {
        Map<String, String> inputs = new LinkedHashMap<>();
        for (String key : List.of("vision_config", "vision_tower", "mm_vision_tower", "img_processor")) {
            inputs.put(key, "images");
        }
        for (String key : List.of("audio_config", "audio_processor", "speech_config")) {
            inputs.put(key, "sound");
        }
        return inputs;
    }

    /** Why one family's builder cannot read the file, or null if it is of no other kind of model. */
    static @Nullable String reason(JsonNode root) {
        return reason(
                root,
                "of which this builder reads nothing, not even the text part. lora_auto reads the text part of those"
                        + " that it knows; else take");
    }

    /** Why no family can read the file, or null if it is of no other kind of model. */
    static @Nullable String reasonForAll(JsonNode root) {
        return reason(root, "of which nothing can be trained here, not even the text part; take");
    }

    private static @Nullable String reason(JsonNode root, String inputsReason) {
        String inputs = otherInputs(root, inputsReason);
        return inputs != null ? inputs : experts(root.path("text_config").isObject() ? root.path("text_config") : root);
    }

    private static @Nullable String otherInputs(JsonNode root, String reason) {
        Set<String> keys = new LinkedHashSet<>();
        Set<String> found = new LinkedHashSet<>();
        INPUTS.forEach((key, input) -> {
            if (root.hasNonNull(key)) {
                keys.add(key);
                found.add(input);
            }
        });
        if (keys.isEmpty()) {
            return null;
        }
        return "the checkpoint is of a model for text and " + String.join(" and ", found) + " ("
                + String.join(", ", keys)
                + "), " + reason + " a checkpoint of that family for text alone, whose config.json has no "
                + keys.iterator().next();
    }

    private static @Nullable String experts(JsonNode root) {
        String key = present(root, EXPERTS);
        if (key == null) {
            return null;
        }
        String chosen = present(root, CHOSEN);
        return "the checkpoint is a mixture of experts (" + key + " is "
                + root.path(key).asInt()
                + (chosen == null
                        ? ""
                        : ", " + chosen + " is " + root.path(chosen).asInt())
                + "). Nothing of it can be trained here; take a dense model of that family";
    }

    private static @Nullable String present(JsonNode root, List<String> keys) {
        return keys.stream()
                .filter(key -> root.path(key).asInt(0) > (EXPERTS.contains(key) ? 1 : 0))
                .findFirst()
                .orElse(null);
    }
}
