// SPDX-License-Identifier: Apache-2.0
package io.tune4j.export.adapter;

import com.fasterxml.jackson.databind.JsonNode;
import io.tune4j.api.error.DataException;
import io.tune4j.api.io.JsonFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * peft's {@code adapter_config.json}.
 *
 * @param file for messages
 */
public record AdapterConfig(JsonNode root, Path file) {
    /** Its name. */
    public static final String NAME = "adapter_config.json";

    /** peft's defaults. */
    private static final int RANK = 8;

    private static final double ALPHA = 8;

    /** What changes the result and is not read here. */
    private static final List<String> FOREIGN = List.of(
            "modules_to_save", "trainable_token_indices", "target_parameters", "lora_bias", "layer_replication");

    /** @throws DataException if there is none, or it is of another method */
    public static AdapterConfig read(Path folder) {
        Path file = folder.resolve(NAME);
        if (!Files.exists(file)) {
            throw new DataException(folder + " holds no adapter: there is no " + NAME
                    + "; name the folder of a run, its adapter/, or another folder that peft wrote");
        }
        try {
            AdapterConfig config = new AdapterConfig(JsonFiles.read(file), file);
            config.check();
            return config;
        } catch (IOException e) {
            throw new DataException(file + " " + JsonFiles.problem(e), e);
        }
    }

    private void check() {
        if (!root.path("peft_type").asText("").equals("LORA")) {
            throw new DataException(
                    file + ": peft_type is " + root.path("peft_type") + ", and only LORA is exported; " + merging());
        }
        List<String> used = new ArrayList<>();
        for (String key : FOREIGN) {
            JsonNode value = root.path(key);
            if (value.isContainerNode() ? !value.isEmpty() : value.asBoolean(false)) {
                used.add(key);
            }
        }
        if (!root.path("bias").asText("none").equals("none")) {
            used.add("bias");
        }
        if (!used.isEmpty()) {
            throw new DataException(
                    file + " uses " + String.join(", ", used) + ", which is not exported; " + merging());
        }
    }

    /** Advises to export the merged model that a run has written beside its adapter, or to merge with peft if there is none. */
    private String merging() {
        Path adapter = file.toAbsolutePath().getParent();
        Path merged = adapter == null ? file : adapter.resolveSibling("merged");
        return Files.isDirectory(merged)
                ? "export the merged model: tune export " + merged
                : "merge this adapter with peft's merge_and_unload";
    }

    public boolean usesDora() {
        return root.path("use_dora").asBoolean(false);
    }

    /** The base model's name on the hub or its folder; empty if the file does not say. */
    public String baseModel() {
        return root.path("base_model_name_or_path").asText("");
    }

    /** The factor of B A: alpha / r, or alpha / sqrt(r) for rsLoRA (Kalajdzievski 2023). */
    double scale(String module, int rank) {
        double alpha = pattern("alpha_pattern", module, root.path("lora_alpha").asDouble(ALPHA));
        return root.path("use_rslora").asBoolean(false) ? alpha / Math.sqrt(rank) : alpha / rank;
    }

    /** The rank that the file gives a module. */
    int rank(String module) {
        return (int) pattern("rank_pattern", module, root.path("r").asInt(RANK));
    }

    /** The value of the first pattern that the end of a module's name matches, as in peft. */
    private double pattern(String key, String module, double otherwise) {
        for (Map.Entry<String, JsonNode> entry : root.path(key).properties()) {
            try {
                if (Pattern.matches("(.*\\.)?(" + entry.getKey() + ")", module)) {
                    return entry.getValue().asDouble(otherwise);
                }
            } catch (PatternSyntaxException e) {
                throw new DataException(
                        file + ": " + key + " has '" + entry.getKey() + "', which is no regular expression", e);
            }
        }
        return otherwise;
    }

    /** Whether all modules have one scale alpha / r and one rank, so that programs without patterns read the adapter right. */
    public boolean isPlain() {
        return !root.path("use_rslora").asBoolean(false)
                && root.path("rank_pattern").isEmpty()
                && root.path("alpha_pattern").isEmpty()
                && !usesDora();
    }
}
