// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.options;

import io.tune4j.api.config.ConfigNode;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.peft.ModelPlan;
import io.tune4j.api.recipe.RecipeFactory.ConfigValues;
import io.tune4j.api.safetensors.Checkpoint;
import io.tune4j.api.train.Checkpointer;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A frozen model that another one learns from.
 *
 * @param plan of section {@code teacher_model}, a model without an adapter, in any weight format
 * @param checkpointer of section {@code teacher_checkpointer}
 * @param section the section {@code teacher_model} as text, by which a run that resumes knows its teacher again
 * @param ratio {@code kd_ratio}: the share of the teacher in the loss, beside the labels; 0.5 by default
 */
public record Teacher(ModelPlan plan, Checkpointer checkpointer, String section, double ratio) {
    private static final String MODEL = "teacher_model";
    private static final String CHECKPOINTER = "teacher_checkpointer";
    private static final String RATIO = "kd_ratio";
    private static final String LOSS = "kd_loss";

    /** Null if one of its sections is wrong. */
    public static @Nullable Teacher read(ConfigValues config) {
        ConfigReader root = config.root();
        Checkpointer checkpointer = config.find(Checkpointer.class, CHECKPOINTER);
        ModelPlan plan = config.find(ModelPlan.class, MODEL);
        requireSection(root, MODEL, "the model to learn from, such as _component_: llama3_1_8b");
        requireSection(root, CHECKPOINTER, "the teacher's folder");
        double ratio = root.number(RATIO, 0.5, 0, 1);
        loss(root);
        AdaptedModel student = config.require(AdaptedModel.class);
        if (plan == null || checkpointer == null) {
            return null;
        }
        if (plan.peft() != null) {
            root.section(MODEL)
                    .problem(
                            "_component_",
                            "'" + plan.name()
                                    + "' has an adapter, and a teacher learns nothing; leave the method's name"
                                    + " out. A teacher with an adapter is a merged model");
        }
        if (student != null
                && student.definition().vocabularySize() != plan.definition().vocabularySize()) {
            root.section(MODEL)
                    .problem(
                            "_component_",
                            "has " + plan.definition().vocabularySize()
                                    + " tokens in its vocabulary, and the model has "
                                    + student.definition().vocabularySize()
                                    + "; the two must have one tokenizer: take a teacher of the same family");
        }
        ConfigNode section = Objects.requireNonNull(root.node(MODEL));
        return new Teacher(plan, checkpointer, section.canonical(), ratio);
    }

    /**
     * The settings that a run which resumes must repeat, by name.
     *
     * @param weights of the teacher
     */
    public Map<String, String> settings(Checkpoint weights) {
        String files = weights.versions().entrySet().stream()
                .map(file -> file.getKey() + " " + file.getValue().content())
                .collect(Collectors.joining(", "));
        return Map.of(MODEL, section, RATIO, String.valueOf(ratio), "the teacher's files", files);
    }

    private static void requireSection(ConfigReader root, String key, String content) {
        if (!root.has(key)) {
            root.problem(key, "missing; this recipe needs " + content);
        }
    }

    private static void loss(ConfigReader root) {
        ConfigReader section = root.sectionOrNull(LOSS);
        if (section == null) {
            return;
        }
        String name = section.component().substring(section.component().lastIndexOf('.') + 1);
        if (!name.equals("ForwardKLLoss") && !name.equals("ForwardKLWithChunkedOutputLoss")) {
            section.problem(
                    "_component_",
                    "expected ForwardKLLoss or ForwardKLWithChunkedOutputLoss, which are the same here, found '" + name
                            + "'");
        }
        section.accept("num_output_chunks", "the size of chunks is chosen here; the loss is the same");
        if (section.integer("ignore_index", -100) != -100) {
            section.problem("ignore_index", "tokens without loss are marked by the data set; leave it at -100");
        }
    }
}
