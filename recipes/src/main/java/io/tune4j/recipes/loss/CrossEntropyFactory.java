// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.loss;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.nn.LinearCrossEntropy;
import io.tune4j.api.plugin.ComponentContext;
import io.tune4j.api.plugin.ComponentFactory;
import io.tune4j.api.recipe.RecipeFactory.ConfigValues;
import io.tune4j.api.train.Loss;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Cross-entropy of the next token, whose logits never exist all at once, whichever name a config uses. */
public final class CrossEntropyFactory implements ComponentFactory<Loss> {
    /** Rows whose logits exist at a time: at a vocabulary of 128,256 and fp32 they take 62 MiB. */
    private static final long CHUNK_ROWS = 128;

    /** The label torch leaves out; here rows without a label are not computed at all. */
    private static final int IGNORED_LABEL = -100;

    @Override
    public Class<Loss> type() {
        return Loss.class;
    }

    @Override
    public String name() {
        return "LinearCrossEntropyLoss";
    }

    @Override
    public List<String> aliases() {
        return List.of(
                "torchtune.modules.loss.LinearCrossEntropyLoss",
                "CEWithChunkedOutputLoss",
                "torchtune.modules.loss.CEWithChunkedOutputLoss",
                "CrossEntropyLoss",
                "torch.nn.CrossEntropyLoss");
    }

    @Override
    public String summary() {
        return "cross-entropy fused with the output projection, over labelled tokens only";
    }

    @Override
    public @Nullable Loss create(ConfigReader options, ComponentContext context) {
        options.accept("num_output_chunks", "the size of chunks is chosen here; the loss is the same");
        options.accept("upcast", "logits are always summed up in fp32");
        if (options.integer("ignore_index", IGNORED_LABEL) != IGNORED_LABEL) {
            options.problem("ignore_index", "tokens without loss are marked by the data set; leave it at -100");
        }
        if (!options.string("reduction", "mean").equals("mean")) {
            options.problem(
                    "reduction", "the (weighted) mean over trained tokens is what is trained; leave it at mean");
        }
        return standard();
    }

    /** The config's loss, or this one if it names none; null if it is wrong. */
    public static @Nullable Loss read(ConfigValues config) {
        return config.root().has("loss") ? config.find(Loss.class, "loss") : standard();
    }

    /** The loss of a config that names none. */
    public static Loss standard() {
        return (backend, hidden, head, labels, pass) ->
                LinearCrossEntropy.apply(backend, hidden, head, labels, CHUNK_ROWS, pass);
    }
}
