// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.generate;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.data.DatasetProvider.PromptForm;
import io.tune4j.api.data.Tokenizer;
import io.tune4j.api.data.TokenizerProvider;
import io.tune4j.api.error.DataException;
import io.tune4j.api.io.Closing;
import io.tune4j.api.model.CausalLanguageModel;
import io.tune4j.api.model.CheckpointFit;
import io.tune4j.api.model.CheckpointWeights;
import io.tune4j.api.nn.FrozenLinearFactory;
import io.tune4j.api.peft.Adapter;
import io.tune4j.api.peft.ModelPlan;
import io.tune4j.api.peft.PeftPlan;
import io.tune4j.api.plugin.Components;
import io.tune4j.api.recipe.Console;
import io.tune4j.api.recipe.RecipeFactory.ConfigValues;
import io.tune4j.api.safetensors.Checkpoint;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.train.Checkpointer;
import io.tune4j.engine.adapter.AdapterSection;
import io.tune4j.engine.adapter.AdapterSet;
import io.tune4j.generation.EndTokens;
import io.tune4j.generation.LoadedModel;
import io.tune4j.generation.PromptFormFile;
import io.tune4j.generation.Prompts;
import io.tune4j.recipes.training.BackgroundThread;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A base model and the adapter over it.
 *
 * @param plan of section {@code model}, which may name a PEFT method or not
 * @param section the section
 * @param checkpointer of the base model
 * @param tokenizer of section {@code tokenizer}
 * @param adapter {@code adapter_dir}, or the checkpointer's {@code adapter_checkpoint}; null for the base alone
 */
public record GeneratedModel(
        ModelPlan plan,
        ConfigReader section,
        Checkpointer checkpointer,
        TokenizerProvider tokenizer,
        @Nullable Path adapter) {
    private static final String ADAPTER_DIR = "adapter_dir";

    /** Null where the config is wrong, or files are missing. */
    static @Nullable GeneratedModel read(ConfigValues config) {
        ConfigReader root = config.root();
        Checkpointer checkpointer = config.require(Checkpointer.class);
        ModelPlan plan = config.require(ModelPlan.class);
        TokenizerProvider tokenizer = config.require(TokenizerProvider.class);
        Path adapter = root.pathOrNull(ADAPTER_DIR);
        if (adapter != null && !Files.exists(adapter.resolve(AdapterSection.FILE))) {
            root.missingFile(
                    ADAPTER_DIR,
                    "there is no " + AdapterSection.FILE + " in " + adapter.toAbsolutePath()
                            + "; name an adapter's folder");
        }
        if (plan == null || checkpointer == null || tokenizer == null) {
            return null;
        }
        Path named = adapter == null ? checkpointer.adapterCheckpoint() : adapter;
        return new GeneratedModel(plan, root.section("model"), checkpointer, tokenizer, named);
    }

    /** Reads the weights of the base and of the adapter. The tokenizer is opened while the backend starts. */
    LoadedModel load(Supplier<Backend> backends, DType dtype, Components components, Console console) {
        ModelPlan planned = planned(components);
        try (BackgroundThread beside = new BackgroundThread("tune4j-tokenizer", "opening the tokenizer")) {
            Future<Tokenizer> opening = beside.submit(tokenizer::open);
            Closing closing = new Closing();
            closing.add(() -> beside.await(opening).close());
            try {
                Backend backend = backends.get();
                Checkpoint base = closing.add(checkpointer.open());
                CheckpointFit.check(planned.definition(), base, checkpointer.checkpointDirectory());
                CheckpointWeights weights = new CheckpointWeights(base);
                FrozenLinearFactory frozen = planned.weightFormat().factory(backend, dtype, weights, console::line);
                List<Adapter> adapters = new ArrayList<>();
                PeftPlan peft = planned.peft();
                if (adapter != null && peft != null) {
                    adapters.add(closing.add(peft.saved().attach(backend, dtype, 0)));
                }
                CausalLanguageModel model = closing.add(
                        planned.definition().build(backend, dtype, weights, AdapterSet.over(frozen, adapters)));
                if (adapter != null) {
                    adapters.forEach(each -> each.load(adapter));
                }
                return new LoadedModel(
                        model,
                        new Prompts(beside.await(opening), forms()),
                        planned.definition().maxSequenceLength(),
                        adapter == null ? List.of() : List.of(String.valueOf(adapter.getFileName())),
                        EndTokens.of(checkpointer.checkpointDirectory()),
                        closing);
            } catch (RuntimeException e) {
                closing.close();
                throw e;
            }
        }
    }

    private List<PromptForm> forms() {
        List<PromptForm> forms = new ArrayList<>();
        forms.add(PromptFormFile.read(checkpointer.checkpointDirectory()));
        if (adapter != null) {
            forms.add(PromptFormFile.read(adapter));
        }
        return forms;
    }

    /** The plan with the adapter's PEFT method, if there is an adapter. */
    ModelPlan planned(Components components) {
        return adapter == null ? plan : adapted(adapter, components);
    }

    /** A model section that names none takes the options of the adapter's own file. */
    private ModelPlan adapted(Path folder, Components components) {
        if (plan.peft() != null) {
            return plan;
        }
        ModelPlan made = components.modelOf(AdapterSection.of(folder, section), checkpointer);
        section.problems().throwIfAny();
        if (made == null || made.peft() == null) {
            throw new DataException("the adapter in " + folder + " cannot be put over '" + plan.name()
                    + "'; name a model that takes adapters, such as lora_" + plan.name());
        }
        return made;
    }
}
