// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.model;

import io.tune4j.api.model.ModelDefinition.WeightShape;
import io.tune4j.api.nn.Projection;
import io.tune4j.api.safetensors.SavedAnew;
import io.tune4j.api.safetensors.TensorEntry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Collectors;

/**
 * How a checkpoint's tensors differ from those that a model needs.
 *
 * @param definition what needs them
 * @param missing needed and not there
 * @param misshapen there with another shape
 * @param extra there and of no use
 */
record Mismatches(
        ModelDefinition definition, List<WeightShape> missing, List<String> misshapen, List<TensorEntry> extra) {
    static Mismatches of(ModelDefinition definition, SortedMap<String, TensorEntry> entries) {
        Set<String> needed = new HashSet<>();
        List<WeightShape> missing = new ArrayList<>();
        List<String> misshapen = new ArrayList<>();
        for (WeightShape weight : definition.weights()) {
            needed.add(weight.name());
            TensorEntry entry = entries.get(weight.name());
            String shape = weight.shape().toString();
            if (entry == null) {
                missing.add(weight);
            } else if (!Arrays.toString(entry.shape()).equals(shape)) {
                misshapen.add(
                        "shape: " + weight.name() + " is " + Arrays.toString(entry.shape()) + ", needed " + shape);
            }
        }
        List<TensorEntry> extra = entries.values().stream()
                .filter(entry -> !needed.contains(entry.name()) && !definition.ignores(entry.name()))
                .toList();
        return new Mismatches(definition, missing, misshapen, extra);
    }

    List<String> lines() {
        List<String> lines = new ArrayList<>();
        missing.forEach(weight -> lines.add("missing: " + weight.name() + " " + weight.shape()));
        lines.addAll(misshapen);
        extra.forEach(entry -> lines.add("extra: " + entry.name() + " " + Arrays.toString(entry.shape()) + " in "
                + entry.file().getFileName()));
        return lines;
    }

    /** The next step. */
    String advice(Path folder) {
        for (WeightShape weight : missing) {
            for (TensorEntry entry : extra) {
                if (weight.name().endsWith("." + entry.name())) {
                    return "The file lacks '"
                            + weight.name()
                                    .substring(
                                            0,
                                            weight.name().length()
                                                    - entry.name().length())
                            + "' before its names, as AutoModel saves a model. Write it anew, " + SavedAnew.by(folder);
                }
                if (entry.name().endsWith("." + weight.name())) {
                    return "The file has '"
                            + entry.name()
                                    .substring(
                                            0,
                                            entry.name().length()
                                                    - weight.name().length())
                            + "' before its names: a wrapper was saved with the model in it. Save the model that is in it, by"
                            + " its save_pretrained, and use that";
                }
            }
        }
        List<Projection> projections = definition.projections();
        if (missing.size() == 1
                && missing.get(0)
                        .name()
                        .equals(projections.get(projections.size() - 1).weightName())) {
            return "The checkpoint has no output projection of its own. If the model's is its embedding, set"
                    + " tie_word_embeddings to true in config.json; else download the model again";
        }
        if (missing.isEmpty() && misshapen.isEmpty() && !hasMoreOfTheSame()) {
            return "The model has no use for what is extra. If that is right, write the checkpoint anew without it, "
                    + SavedAnew.by(folder);
        }
        return "Check checkpointer.checkpoint_dir against model._component_; a builder that takes its sizes from the"
                + " checkpoint's config.json, such as lora_auto, fits where that file belongs to the weights";
    }

    /** Whether what is extra has the names of a model with more layers. */
    private boolean hasMoreOfTheSame() {
        Set<String> kinds =
                definition.weights().stream().map(weight -> kind(weight.name())).collect(Collectors.toSet());
        return extra.stream().anyMatch(entry -> kinds.contains(kind(entry.name())));
    }

    private static String kind(String name) {
        return name.replaceAll("\\d+", "#");
    }
}
