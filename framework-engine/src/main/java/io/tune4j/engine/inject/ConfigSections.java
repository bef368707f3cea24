// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.inject;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.data.DatasetProvider;
import io.tune4j.api.peft.ModelPlan;
import io.tune4j.api.plugin.ComponentContext;
import io.tune4j.api.plugin.Components;
import io.tune4j.api.train.Checkpointer;
import io.tune4j.api.train.MetricLoggerProvider;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The components that sections of a config name, each made once. */
final class ConfigSections {
    private static final String OUTPUT = "output_dir";
    private static final String MODEL = "model";
    private static final String CHECKPOINTER = "checkpointer";

    private final String recipe;
    private final ConfigReader root;
    private final Components components;
    /** By type and key. */
    private final Map<List<Object>, @Nullable Object> made = new HashMap<>();

    private @Nullable Checkpointer baseModel;

    /** @param recipe its name, for messages */
    ConfigSections(String recipe, ConfigReader root, Components components) {
        this.recipe = recipe;
        this.root = root;
        this.components = components;
    }

    /** {@code output_dir}, or else the checkpointer's folder; null if neither is given. */
    @Nullable
    Path outputDirectory() {
        Path own = root.pathOrNull(OUTPUT);
        return own != null || baseModel == null ? own : baseModel.outputDirectory();
    }

    /**
     * Makes the component of a section, the first time it is asked for.
     *
     * @param optional whether the section may be missing
     * @return null if the section is missing or wrong
     */
    @Nullable
    Object component(Class<?> type, String key, boolean optional) {
        List<Object> place = List.of(type, key);
        if (!made.containsKey(place)) {
            made.put(place, make(type, key, optional));
        }
        return made.get(place);
    }

    private @Nullable Object make(Class<?> type, String key, boolean optional) {
        if (!root.has(key)) {
            if (!optional) {
                root.problem(
                        key,
                        "recipe '" + recipe + "' needs a " + key + "; the config has no `" + key
                                + ":`. Add the section, with a _component_ from tune plugins");
            }
            root.claim(key);
            return null;
        }
        ComponentContext context = new ComponentContext(
                components, outputDirectory(), baseModel == null ? null : baseModel.checkpointDirectory());
        if (type.equals(DatasetProvider.class)) {
            return datasets(key, context);
        }
        if (type.equals(MetricLoggerProvider.class)) {
            return loggers(key, context);
        }
        ConfigReader section = root.section(key);
        if (type.equals(ModelPlan.class)) {
            return components.modelOf(section, checkpointerOf(key));
        }
        Object made = components.create(type, section, context);
        if (made instanceof Checkpointer checkpointer && key.equals(CHECKPOINTER)) {
            baseModel = checkpointer;
        }
        return made;
    }

    /** The checkpointer of a model's section: {@code teacher_model} is read from {@code teacher_checkpointer}. */
    private @Nullable Checkpointer checkpointerOf(String model) {
        if (!model.equals(MODEL) && model.endsWith(MODEL)) {
            return (Checkpointer) component(
                    Checkpointer.class, model.substring(0, model.length() - MODEL.length()) + CHECKPOINTER, true);
        }
        if (baseModel == null && root.has(CHECKPOINTER)) {
            // A record of a recipe's parts may ask for its model first.
            component(Checkpointer.class, CHECKPOINTER, true);
        }
        return baseModel;
    }

    /** One data set, or a list of them with weights. */
    private @Nullable DatasetProvider datasets(String key, ComponentContext context) {
        List<MixedDataset.Part> parts = new ArrayList<>();
        for (ConfigReader section : root.sections(key)) {
            double weight = section.number("weight", 1);
            if (!(weight > 0 && weight <= 1000)) {
                section.problem("weight", "expected how often its records are in an epoch, above 0, found " + weight);
            }
            DatasetProvider provider = components.create(DatasetProvider.class, section, context);
            if (provider != null) {
                parts.add(new MixedDataset.Part(provider, weight));
            }
        }
        return parts.isEmpty() ? null : MixedDataset.of(parts);
    }

    /** One metric logger, or a list of them. */
    private @Nullable MetricLoggerProvider loggers(String key, ComponentContext context) {
        List<MetricLoggerProvider> found = new ArrayList<>();
        for (ConfigReader section : root.sections(key)) {
            MetricLoggerProvider provider = components.create(MetricLoggerProvider.class, section, context);
            if (provider != null) {
                found.add(provider);
            }
        }
        return found.isEmpty() ? null : MetricLoggers.of(found);
    }
}
