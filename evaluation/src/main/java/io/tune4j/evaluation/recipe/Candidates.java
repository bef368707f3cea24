// SPDX-License-Identifier: Apache-2.0
package io.tune4j.evaluation.recipe;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.peft.ModelPlan;
import io.tune4j.api.plugin.Components;
import io.tune4j.api.recipe.RecipeFactory.ConfigValues;
import io.tune4j.api.train.Checkpointer;
import io.tune4j.engine.adapter.AdapterSection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The models that are compared.
 *
 * @param plan of section {@code model}; with an adapter, that of the adapter over it
 * @param checkpointer of the base model
 * @param adapter {@code adapter_dir}, or the checkpointer's {@code adapter_checkpoint}; null for none
 * @param merged {@code merged_dir}; null for none
 */
public record Candidates(
        ModelPlan plan,
        Checkpointer checkpointer,
        @Nullable Path adapter,
        @Nullable Path merged) {
    static final String BASE = "base";
    static final String ADAPTER = "adapter";
    static final String MERGED = "merged";
    private static final String ADAPTER_DIR = "adapter_dir";

    /** Null where the config is wrong. */
    static @Nullable Candidates read(ConfigValues config) {
        ConfigReader root = config.root();
        Checkpointer checkpointer = config.require(Checkpointer.class);
        ModelPlan plan = config.require(ModelPlan.class);
        Path adapter = root.pathOrNull(ADAPTER_DIR);
        Path merged = root.pathOrNull("merged_dir");
        if (adapter != null && !Files.exists(adapter.resolve(AdapterSection.FILE))) {
            root.missingFile(
                    ADAPTER_DIR,
                    "there is no " + AdapterSection.FILE + " in " + adapter.toAbsolutePath()
                            + "; name an adapter's folder");
        }
        if (merged != null && !Files.isDirectory(merged)) {
            root.missingFile("merged_dir", "there is no folder " + merged.toAbsolutePath());
        }
        if (plan == null || checkpointer == null) {
            return null;
        }
        Path named = adapter == null ? checkpointer.adapterCheckpoint() : adapter;
        return new Candidates(plan, checkpointer, named, merged);
    }

    /** The names of the models, in the order of the table's columns. */
    List<String> names() {
        return Stream.of(BASE, adapter == null ? "" : ADAPTER, merged == null ? "" : MERGED)
                .filter(name -> !name.isEmpty())
                .toList();
    }

    /**
     * The plan with the adapter. A model section without a PEFT method takes the options of the adapter's own file.
     *
     * @param model section {@code model}
     * @return null after recording problems
     */
    @Nullable
    ModelPlan adapted(ConfigReader model, Components components) {
        if (adapter == null || plan.peft() != null) {
            return plan;
        }
        ModelPlan made = components.modelOf(AdapterSection.of(adapter, model), checkpointer);
        if (made != null && made.peft() == null) {
            model.problem("_component_", "'" + plan.name() + "' takes no adapter; write lora_" + plan.name());
            return null;
        }
        return made;
    }
}
