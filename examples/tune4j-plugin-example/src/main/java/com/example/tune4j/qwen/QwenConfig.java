package com.example.tune4j.qwen;

import io.tune4j.api.backend.AttentionShape;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.error.UserException;
import java.io.IOException;
import java.nio.file.Path;

/** Sizes, by the names of transformers' {@code Qwen2Config}. */
record QwenConfig(
        int vocabularySize,
        int hiddenSize,
        int intermediateSize,
        int layers,
        int heads,
        int keyValueHeads,
        int maxPositions,
        double normEpsilon,
        double ropeTheta,
        boolean tiedEmbeddings) {
    private static final double DEFAULT_THETA = 10_000;

    AttentionShape attention() {
        return new AttentionShape(heads, keyValueHeads, hiddenSize / heads);
    }

    /**
     * Reads a checkpoint's config.json.
     *
     * @throws UserException if there is none, or it is of another architecture
     */
    static QwenConfig read(Path checkpointDirectory) {
        Path file = checkpointDirectory.resolve("config.json");
        ConfigReader json;
        try {
            json = ConfigReader.ofJson(file);
        } catch (IOException e) {
            throw new UserException("cannot read " + file.toAbsolutePath() + ": " + e.getMessage()
                    + "; checkpointer.checkpoint_dir should be the model's folder", e);
        }
        String type = json.string("model_type", "none");
        if (!type.equals("qwen2")) {
            throw new UserException(file + ": model_type is '" + type + "', and this builder is for 'qwen2' (Qwen2, Qwen2.5)");
        }
        if (json.bool("use_sliding_window", false)) {
            throw new UserException(file + ": use_sliding_window is true, which this model does not support");
        }
        QwenConfig config = new QwenConfig(
                json.integer("vocab_size"),
                json.integer("hidden_size"),
                json.integer("intermediate_size"),
                json.integer("num_hidden_layers"),
                json.integer("num_attention_heads"),
                json.integer("num_key_value_heads"),
                json.integer("max_position_embeddings"),
                json.number("rms_norm_eps"),
                theta(json),
                json.bool("tie_word_embeddings", false));
        json.problems().throwIfAny();
        return config;
    }

    /** transformers 5 moved it into {@code rope_parameters}. */
    private static double theta(ConfigReader json) {
        return json.has("rope_parameters")
                ? json.section("rope_parameters").number("rope_theta", DEFAULT_THETA)
                : json.number("rope_theta", DEFAULT_THETA);
    }
}
