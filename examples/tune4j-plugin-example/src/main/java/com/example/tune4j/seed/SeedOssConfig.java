package com.example.tune4j.seed;

import io.tune4j.api.backend.AttentionShape;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.error.UserException;
import java.io.IOException;
import java.nio.file.Path;

/** Sizes, by the names of transformers' {@code SeedOssConfig}. */
record SeedOssConfig(
        int vocabularySize,
        int hiddenSize,
        int intermediateSize,
        int layers,
        int heads,
        int keyValueHeads,
        int headSize,
        int maxPositions,
        double normEpsilon,
        double ropeTheta,
        boolean tiedEmbeddings) {
    private static final double DEFAULT_THETA = 10_000;

    AttentionShape attention() {
        return new AttentionShape(heads, keyValueHeads, headSize);
    }

    /**
     * Reads a checkpoint's config.json.
     *
     * @throws UserException if there is none, or it is of another architecture
     */
    static SeedOssConfig read(Path checkpointDirectory) {
        Path file = checkpointDirectory.resolve("config.json");
        ConfigReader json;
        try {
            json = ConfigReader.ofJson(file);
        } catch (IOException e) {
            throw new UserException("cannot read " + file.toAbsolutePath() + ": " + e.getMessage()
                    + "; checkpointer.checkpoint_dir should be the model's folder", e);
        }
        String type = json.string("model_type", "none");
        if (!type.equals("seed_oss")) {
            throw new UserException(file + ": model_type is '" + type + "', and this builder is for 'seed_oss'");
        }
        for (String bias : new String[] {"attention_out_bias", "mlp_bias"}) {
            if (json.bool(bias, false)) {
                throw new UserException(file + ": " + bias + " is true, which this model does not support");
            }
        }
        SeedOssConfig config = new SeedOssConfig(
                json.integer("vocab_size"),
                json.integer("hidden_size"),
                json.integer("intermediate_size"),
                json.integer("num_hidden_layers"),
                json.integer("num_attention_heads"),
                json.integer("num_key_value_heads"),
                json.integer("head_dim"),
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
