// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.hub;

import com.fasterxml.jackson.databind.JsonNode;
import io.tune4j.api.config.ConfigNode;
import io.tune4j.api.config.ConfigNode.Mapping;
import io.tune4j.api.config.ConfigNode.Scalar;
import io.tune4j.api.config.Problems;
import io.tune4j.api.error.DataException;
import io.tune4j.api.io.JsonFiles;
import io.tune4j.engine.config.ConfigLoader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The README.md of an uploaded model: base, data, settings and losses of the run, as far as its files say. */
public final class ModelCard {
    private static final String[] SETTINGS = {
        "epochs", "max_steps_per_epoch", "batch_size", "gradient_accumulation_steps", "dtype", "seed", "clip_grad_norm"
    };

    private ModelCard() {}

    /**
     * The text of the card.
     *
     * @param folder with the adapter or the model; the run's config.yaml is there or one folder above
     */
    public static String of(Path folder) {
        StringBuilder text = new StringBuilder("---\nlibrary_name: ");
        boolean adapter = Files.exists(folder.resolve("adapter_config.json"));
        text.append(adapter ? "peft" : "transformers").append('\n');
        String base = base(folder);
        if (base != null && base.matches("[\\w.-]+/[\\w.-]+")) {
            text.append("base_model: ").append(base).append('\n');
        }
        text.append("tags: [tune4j").append(adapter ? ", lora" : "").append("]\n---\n\n");
        text.append(adapter ? "An adapter" : "A model").append(" fine-tuned with Tune4J.\n");
        Path run = run(folder);
        if (run != null) {
            describe(run, text);
        }
        return text.toString();
    }

    private static @Nullable Path run(Path folder) {
        Path parent = folder.toAbsolutePath().normalize().getParent();
        for (Path each : parent == null ? List.of(folder) : List.of(folder, parent)) {
            if (Files.isRegularFile(each.resolve("config.yaml"))) {
                return each;
            }
        }
        return null;
    }

    private static @Nullable String base(Path folder) {
        Path file = folder.resolve("adapter_config.json");
        try {
            return Files.exists(file)
                    ? JsonFiles.read(file).path("base_model_name_or_path").asText(null)
                    : null;
        } catch (IOException e) {
            throw new DataException(file + " " + JsonFiles.problem(e), e);
        }
    }

    private static void describe(Path run, StringBuilder text) {
        Path file = run.resolve("config.yaml");
        Mapping config = ConfigLoader.parse(ConfigLoader.read(file), file.toString(), new Problems());
        text.append("\n| setting | value |\n|---|---|\n");
        row(text, config, "model", "_component_");
        for (String key : new String[] {"lora_rank", "lora_alpha", "lora_dropout"}) {
            row(text, config, "model", key);
        }
        row(text, config, "dataset", "_component_");
        row(text, config, "dataset", "source");
        row(text, config, "optimizer", "_component_");
        row(text, config, "optimizer", "lr");
        for (String key : SETTINGS) {
            row(text, config, key);
        }
        losses(run.resolve("logs/metrics.jsonl"), text);
    }

    /** Paths of this machine are nobody else's business. */
    private static void row(StringBuilder text, Mapping config, String... keys) {
        ConfigNode node = config;
        for (String key : keys) {
            node = node instanceof Mapping mapping ? mapping.entries().get(key) : null;
        }
        if (node instanceof Scalar scalar
                && scalar.value() != null
                && !scalar.text().contains("/")) {
            text.append("| `")
                    .append(String.join(".", keys))
                    .append("` | ")
                    .append(scalar.text())
                    .append(" |\n");
        }
    }

    private static void losses(Path metrics, StringBuilder text) {
        if (!Files.isRegularFile(metrics)) {
            return;
        }
        try {
            Double first = null;
            Double last = null;
            for (String line : Files.readAllLines(metrics)) {
                JsonNode loss =
                        JsonFiles.read(line.getBytes(StandardCharsets.UTF_8)).path("loss");
                if (loss.isNumber()) {
                    first = first == null ? (Double) loss.asDouble() : first;
                    last = loss.asDouble();
                }
            }
            if (first != null) {
                text.append("| first loss | ").append(first).append(" |\n");
                text.append("| last loss | ").append(last).append(" |\n");
            }
        } catch (IOException e) {
            // A card without losses is better than none.
            System.getLogger(ModelCard.class.getName()).log(System.Logger.Level.DEBUG, "losses cannot be read", e);
        }
    }
}
