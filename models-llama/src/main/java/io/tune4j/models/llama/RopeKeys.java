package io.tune4j.models.llama;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.function.Consumer;

/**
 * The keys of {@code config.json} for the rotary embedding: {@code rope_theta} and {@code rope_scaling}, or {@code rope_parameters}
 * with both. Where a file has both sections, {@code rope_scaling} counts, as in transformers 5
 * ({@code modeling_rope_utils.py}, {@code convert_rope_params_to_dict}).
 */
final class RopeKeys {
    private static final String OLD = "rope_scaling";
    private static final String NEW = "rope_parameters";
    private static final String THETA = "rope_theta";

    private final JsonKeys root;
    private final JsonKeys section;
    private final boolean old;

    RopeKeys(JsonKeys root, Consumer<String> problems) {
        this.root = root;
        JsonNode scaling = root.object().path(OLD);
        this.old = !scaling.isEmpty() || !root.has(NEW);
        this.section = new JsonKeys(old ? scaling : root.object().path(NEW), (old ? OLD : NEW) + ".", problems);
    }

    double theta() {
        return (section.has(THETA) ? section : root).number(THETA, 10000);
    }

    RopeScaling scaling(int maxPositions) {
        if (!section.object().isObject()) {
            return new RopeScaling.None();
        }
        String type = section.text(section.has("rope_type") ? "rope_type" : "type", "default");
        return switch (type) {
            case "default" -> new RopeScaling.None();
            case "linear" -> new RopeScaling.Linear(section.positive("factor"));
            case "llama3" -> llama3();
            default -> {
                refuse(type, maxPositions);
                yield new RopeScaling.None();
            }
        };
    }

    private RopeScaling llama3() {
        RopeScaling.Llama3 read = new RopeScaling.Llama3(
                section.positive("factor"),
                section.positive("low_freq_factor"),
                section.positive("high_freq_factor"),
                (int) section.positive("original_max_position_embeddings"));
        if (read.highFrequencyFactor() <= read.lowFrequencyFactor()) {
            section.problem(
                    "high_freq_factor",
                    " is " + read.highFrequencyFactor() + ", which should be above low_freq_factor "
                            + read.lowFrequencyFactor());
        }
        return read;
    }

    private void refuse(String type, int maxPositions) {
        String supported = "; supported are linear, llama3 and none";
        if (!type.equals("dynamic")) {
            section.problem(
                    "rope_type",
                    ": rope scaling '" + type + "' is not supported" + supported
                            + ". It changes all positions, so without it this would be another model: take a checkpoint"
                            + " with one of these");
            return;
        }
        section.problem(
                "rope_type",
                ": rope scaling 'dynamic' is not supported" + supported
                        + ". It changes nothing for sequences of at most "
                        + maxPositions + " tokens (max_position_embeddings): to train on such ones, "
                        + (old ? "set " + OLD + " to null" : "set " + NEW + ".rope_type to \"default\"")
                        + " in a copy of this folder, and put it back in the merged model");
    }
}
