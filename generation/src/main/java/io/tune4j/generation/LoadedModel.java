// SPDX-License-Identifier: Apache-2.0
package io.tune4j.generation;

import io.tune4j.api.data.Tokenizer;
import io.tune4j.api.io.Closing;
import io.tune4j.api.model.CausalLanguageModel;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * A model that is ready for generation. Closing it closes all of its parts.
 *
 * @param model built by {@link io.tune4j.engine.adapter.AdapterSet}
 * @param prompts the tokenizer, and the prompt forms of base and adapters
 * @param positions the most tokens of a prompt with its answer
 * @param adapters names of the adapters; the i-th is number i + 1 in {@link io.tune4j.api.nn.Pass.AdapterRows}
 * @param configuredEnds the end tokens of {@code generation_config.json} ({@link EndTokens})
 * @param parts everything that was opened for the model, and the model itself
 */
public record LoadedModel(
        CausalLanguageModel model,
        Prompts prompts,
        int positions,
        List<String> adapters,
        Set<Integer> configuredEnds,
        Closing parts)
        implements AutoCloseable {
    public LoadedModel {
        adapters = List.copyOf(adapters);
        configuredEnds = Set.copyOf(configuredEnds);
    }

    /** Opens a model for generation; the recipe {@code generate} implements this. */
    @FunctionalInterface
    public interface Source {
        /** Reads the weights; the caller closes the result. */
        LoadedModel open();
    }

    public Tokenizer tokenizer() {
        return prompts.tokenizer();
    }

    /** The tokens that end an answer: those of the tokenizer and of {@code generation_config.json}. */
    public Set<Integer> ends() {
        Set<Integer> ends = new TreeSet<>(configuredEnds);
        for (int id = 0; id < tokenizer().vocabularySize(); id++) {
            if (tokenizer().isEnd(id)) {
                ends.add(id);
            }
        }
        return ends;
    }

    /** A generator for this model. */
    public Generator generator(GeneratorOptions options) {
        return new Generator(model, tokenizer(), positions, options);
    }

    @Override
    public void close() {
        parts.close();
    }
}
