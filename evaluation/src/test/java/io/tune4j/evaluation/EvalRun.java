// SPDX-License-Identifier: Apache-2.0
package io.tune4j.evaluation;

import io.tune4j.api.plugin.Plugin;
import io.tune4j.api.recipe.Recipe.Outcome;
import io.tune4j.backend.bytedeco.BytedecoPlugin;
import io.tune4j.evaluation.recipe.EleutherEvalFactory;
import io.tune4j.models.llama.LlamaPlugin;
import io.tune4j.peft.lora.LoraPlugin;
import io.tune4j.recipes.RecipesPlugin;
import io.tune4j.testkit.recipe.RecipeTrial;
import io.tune4j.testkit.toy.ToyPlugin;
import io.tune4j.tokenizers.TokenizersPlugin;
import java.nio.file.Path;
import java.util.List;

/** The recipe on the quick start's model, with a config that a test may change. */
final class EvalRun {
    static final Path MODEL = Path.of("../configs/src/main/resources/quickstart/model");
    static final List<Plugin> PLUGINS = List.of(
            new ToyPlugin(),
            new BytedecoPlugin(),
            new LlamaPlugin(),
            new LoraPlugin(),
            new RecipesPlugin(),
            new TokenizersPlugin());

    private final RecipeTrial trial;

    private EvalRun(RecipeTrial trial) {
        this.trial = trial;
    }

    static EvalRun of(Path output, String tasks) {
        return new EvalRun(new RecipeTrial(
                        new EleutherEvalFactory(),
                        PLUGINS,
                        String.join(
                                "\n",
                                "output_dir: " + output,
                                "model: {_component_: llama}",
                                "tokenizer: {_component_: hf_tokenizer, path: " + MODEL + "}",
                                "checkpointer: {_component_: FullModelHFCheckpointer, checkpoint_dir: " + MODEL + "}",
                                "backend: bytedeco",
                                "dtype: fp32",
                                "seed: 1")))
                .with("tasks: " + tasks);
    }

    EvalRun with(String... lines) {
        trial.with(lines);
        return this;
    }

    EvalRun cancelled() {
        trial.cancelledBy(() -> true);
        return this;
    }

    Outcome run() {
        return trial.run();
    }

    String printed() {
        return trial.printed();
    }
}
