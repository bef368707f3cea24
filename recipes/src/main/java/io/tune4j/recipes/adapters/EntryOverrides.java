// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.adapters;

import io.tune4j.api.config.ConfigNode;
import io.tune4j.api.config.ConfigNode.Mapping;
import io.tune4j.api.config.ConfigNode.Origin;
import io.tune4j.api.config.ConfigNode.Scalar;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.config.NearMisses;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The changes that an entry of {@code adapters} makes to the config, as overrides. */
final class EntryOverrides {
    /** What may differ from adapter to adapter. */
    private static final Set<String> OWN = Set.of(
            "batch_size",
            "batch_size_val",
            "clip_grad_norm",
            "dataset",
            "dataset_val",
            "early_stopping",
            "epochs",
            "gradient_accumulation_steps",
            "group_by_length",
            "keep_last_n_checkpoints",
            "log_every_n_steps",
            "lr_scheduler",
            "max_steps",
            "max_steps_per_epoch",
            "max_tokens_per_batch",
            "max_validation_batches",
            "merge_into",
            "merge_micro_batches",
            "merged_dtype",
            "model",
            "optimizer",
            "optimizer_state_dtype",
            "run_val_every_n_steps",
            "samples",
            "save_adapter_weights_only",
            "save_best",
            "save_every_n_steps",
            "seed",
            "share_prefixes",
            "shuffle");

    private static final String ADAPTER_ONLY = "save_adapter_weights_only";
    private static final String LOGGER = "metric_logger";

    private final ConfigReader root;
    private final String place;
    private final List<String> overrides = new ArrayList<>();

    /** @param place of the entry in messages */
    private EntryOverrides(ConfigReader root, String place) {
        this.root = root;
        this.place = place;
    }

    /**
     * Makes overrides of an entry; keys that must not be there become problems.
     *
     * @param entry with its name
     * @param common the output directory of all adapters
     * @param output the entry's
     */
    static List<String> of(ConfigReader root, String place, Mapping entry, Path common, Path output) {
        EntryOverrides made = new EntryOverrides(root, place);
        made.overrides.add("~" + AdapterList.KEY);
        made.set("output_dir", quoted(output));
        if (!root.has(ADAPTER_ONLY) && !entry.entries().containsKey(ADAPTER_ONLY)) {
            made.set(ADAPTER_ONLY, "True");
        }
        made.moveLogs(common, output);
        entry.entries().forEach(made::add);
        return List.copyOf(made.overrides);
    }

    private void set(String path, String value) {
        overrides.add(path + "=" + value);
    }

    private static String quoted(Path path) {
        return new Scalar(path.toString(), path.toString(), new Origin("", 0)).canonical();
    }

    /** Folders of logs in the common output directory move to the entry's. */
    private void moveLogs(Path common, Path output) {
        if (!root.has(LOGGER)) {
            return;
        }
        boolean isList = root.node(LOGGER) instanceof ConfigNode.Sequence;
        List<ConfigReader> sections = root.sections(LOGGER);
        for (int i = 0; i < sections.size(); i++) {
            Path given = sections.get(i).pathOrNull("log_dir");
            if (given != null) {
                Path logs = given.toAbsolutePath().normalize();
                Path all = common.toAbsolutePath().normalize();
                Path own = logs.startsWith(all)
                        ? output.resolve(all.relativize(logs))
                        : given.resolve(output.getFileName());
                set(LOGGER + (isList ? "[" + i + "]" : "") + ".log_dir", quoted(own));
            }
        }
    }

    private void add(String key, ConfigNode value) {
        if (key.equals(AdapterList.NAME)) {
            return;
        }
        if (!OWN.contains(key)) {
            refuse(key, value);
        } else if (value instanceof Mapping section && root.node(key) instanceof Mapping) {
            for (Map.Entry<String, ConfigNode> each : section.entries().entrySet()) {
                addTo(key, each.getKey(), each.getValue());
            }
        } else {
            set(key, text(value));
        }
    }

    private void addTo(String section, String key, ConfigNode value) {
        if (section.equals("model") && (key.equals("_component_") || key.equals("quantize_base"))) {
            root.problems()
                    .add(
                            value.origin(),
                            place + "." + section + "." + key,
                            "all adapters have one base model; set it in the config's own section model");
            return;
        }
        set(section + "." + key, text(value));
    }

    private void refuse(String key, ConfigNode value) {
        if (root.keys().contains(key) || NearMisses.didYouMean(key, OWN).isEmpty()) {
            root.problems()
                    .add(
                            value.origin(),
                            place + "." + key,
                            "cannot differ from adapter to adapter; set it once at the config's top level. What can differ: "
                                    + AdapterList.NAME + ", " + String.join(", ", new TreeSet<>(OWN)));
        } else {
            root.problems().add(value.origin(), place + "." + key, "unknown key" + NearMisses.didYouMean(key, OWN));
        }
    }

    private static String text(ConfigNode value) {
        return value instanceof Scalar scalar && !(scalar.value() instanceof String)
                ? scalar.text()
                : value.canonical();
    }
}
