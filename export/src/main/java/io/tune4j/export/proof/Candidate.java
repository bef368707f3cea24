// SPDX-License-Identifier: Apache-2.0
package io.tune4j.export.proof;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.config.ConfigNode;
import io.tune4j.api.config.ConfigNode.Mapping;
import io.tune4j.api.config.ConfigNode.Origin;
import io.tune4j.api.config.ConfigNode.Scalar;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.config.Notices;
import io.tune4j.api.config.Problems;
import io.tune4j.api.data.DatasetProvider.PromptForm;
import io.tune4j.api.data.Message;
import io.tune4j.api.data.Tokenizer;
import io.tune4j.api.data.TokenizerProvider;
import io.tune4j.api.error.InternalException;
import io.tune4j.api.io.Closing;
import io.tune4j.api.model.CausalLanguageModel;
import io.tune4j.api.model.CheckpointWeights;
import io.tune4j.api.nn.LinearFactory;
import io.tune4j.api.nn.Pass.AdapterRows;
import io.tune4j.api.peft.Adapter;
import io.tune4j.api.peft.ModelPlan;
import io.tune4j.api.plugin.ComponentContext;
import io.tune4j.api.plugin.Components;
import io.tune4j.api.safetensors.Checkpoint;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.train.Checkpointer;
import io.tune4j.generation.GeneratedToken;
import io.tune4j.generation.GenerationListener;
import io.tune4j.generation.GenerationRequest;
import io.tune4j.generation.Generator;
import io.tune4j.generation.GeneratorOptions;
import io.tune4j.generation.Prompts;
import io.tune4j.generation.Sampling;
import io.tune4j.generation.Ticket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A model with its tokenizer, loaded to answer prompts. */
public final class Candidate implements Spelling, AutoCloseable {
    /** The token that is taken, and the next. */
    private static final int LIKELIEST = 2;

    private final Backend backend;
    private final DType dtype;
    private final Components components;
    private final Path folder;
    private final PromptForm form;
    private final Closing open = new Closing();
    private final Tokenizer tokenizer;
    private final CausalLanguageModel model;
    private final int longest;

    /**
     * Loads a model.
     *
     * @param folder the base model's, in Hugging Face's format
     * @param model the section {@code model} of the run's config; null for the model as its config.json describes it
     * @param adapter beside it, or null
     * @param form how it is asked
     * @param tokenizerKeys the section {@code tokenizer} of the run's config, whose path is replaced; null for what the folder says
     */
    public Candidate(
            Backend backend,
            DType dtype,
            Components components,
            Path folder,
            @Nullable Mapping model,
            @Nullable Path adapter,
            PromptForm form,
            @Nullable Mapping tokenizerKeys) {
        this.backend = backend;
        this.dtype = dtype;
        this.components = components;
        this.folder = folder;
        this.form = form;
        boolean done = false;
        try {
            this.tokenizer = open.add(tokenizer(tokenizerKeys));
            Checkpointer checkpointer = create(
                    Checkpointer.class,
                    section(Map.of("_component_", "FullModelHFCheckpointer", "checkpoint_dir", folder.toString())));
            Problems problems = new Problems();
            ModelPlan plan = components.modelOf(
                    new ConfigReader(
                            model == null ? section(Map.of("_component_", "auto")) : model, problems, new Notices()),
                    checkpointer);
            problems.throwIfAny();
            if (plan == null) {
                throw new InternalException("no model was made of " + folder);
            }
            this.longest = plan.definition().maxSequenceLength();
            this.model = load(plan, open.add(checkpointer.open()), adapter);
            done = true;
        } finally {
            if (!done) {
                close();
            }
        }
    }

    private CausalLanguageModel load(ModelPlan plan, Checkpoint checkpoint, @Nullable Path adapterFolder) {
        CheckpointWeights weights = new CheckpointWeights(checkpoint);
        LinearFactory linears;
        if (adapterFolder != null && plan.peft() != null) {
            Adapter adapter = open.add(plan.peft().saved().attach(backend, dtype, 0));
            linears = adapter.decorate(plan.weightFormat().factory(backend, dtype, weights));
            CausalLanguageModel loaded = open.add(plan.definition().build(backend, dtype, weights, linears));
            adapter.load(adapterFolder);
            return loaded;
        }
        linears = plan.weightFormat().factory(backend, dtype, weights);
        return open.add(plan.definition().build(backend, dtype, weights, linears));
    }

    private Tokenizer tokenizer(@Nullable Mapping keys) {
        Map<String, ConfigNode> entries = new LinkedHashMap<>();
        if (keys != null) {
            entries.putAll(keys.entries());
        }
        entries.keySet().removeAll(List.of("merges_file", "merges_path", "vocab_path", "special_tokens_path"));
        entries.put("_component_", scalar("hf_tokenizer"));
        entries.put("path", scalar(folder.toString()));
        return create(TokenizerProvider.class, new Mapping(entries, Origin.DEFAULT))
                .open();
    }

    private <T> T create(Class<T> type, Mapping section) {
        Problems problems = new Problems();
        T made = components.create(
                type,
                new ConfigReader(section, problems, new Notices()),
                new ComponentContext(components, null, folder));
        problems.throwIfAny();
        if (made == null) {
            throw new InternalException("nothing was made of " + section.canonical());
        }
        return made;
    }

    private static Mapping section(Map<String, String> values) {
        Map<String, ConfigNode> entries = new LinkedHashMap<>();
        values.forEach((key, value) -> entries.put(key, scalar(value)));
        return new Mapping(entries, Origin.DEFAULT);
    }

    private static Scalar scalar(String value) {
        return new Scalar(value, value, Origin.DEFAULT);
    }

    @Override
    public String spelling(int token) {
        String text = tokenizer.decode(new int[] {token});
        return text.isEmpty() ? tokenizer.spelling(token) : "'" + text + "'";
    }

    @Override
    public boolean isEnd(int token) {
        return tokenizer.isEnd(token);
    }

    /**
     * The greedy answers to messages of a user, each on its own.
     *
     * @param stop ends them early
     */
    List<Answer> answers(List<String> messages, int mostTokens, BooleanSupplier stop) {
        Prompts asked = new Prompts(tokenizer, List.of(form));
        List<int[]> prompts = messages.stream()
                .map(message -> asked.encode(List.of(new Message(Message.Role.USER, message, false)), AdapterRows.BASE))
                .toList();
        try (Generator generator = new Generator(model, tokenizer, longest, GeneratorOptions.DEFAULT)) {
            List<Ticket> tickets = prompts.stream()
                    .map(prompt -> generator.submit(request(prompt, mostTokens), GenerationListener.NONE))
                    .toList();
            while (generator.step()) {
                if (stop.getAsBoolean()) {
                    tickets.forEach(Ticket::cancel);
                }
            }
            List<Answer> answers = new ArrayList<>();
            for (int i = 0; i < prompts.size(); i++) {
                answers.add(new Answer(
                        Arrays.stream(prompts.get(i)).boxed().toList(),
                        steps(tickets.get(i).await().tokens())));
            }
            return answers;
        }
    }

    /** No token ends it, so that the probability of the end is known too. */
    private static GenerationRequest request(int[] prompt, int mostTokens) {
        return new GenerationRequest(
                prompt, AdapterRows.BASE, mostTokens, Sampling.GREEDY, Set.of(), List.of(), LIKELIEST);
    }

    /** The tokens up to the first that ends an answer. */
    private List<Answer.Step> steps(List<GeneratedToken> tokens) {
        List<Answer.Step> steps = new ArrayList<>();
        for (GeneratedToken token : tokens) {
            GeneratedToken.Candidate second = token.likeliest().get(LIKELIEST - 1);
            steps.add(new Answer.Step(
                    token.id(), Math.exp(token.logProbability()), second.id(), Math.exp(second.logProbability())));
            if (tokenizer.isEnd(token.id())) {
                break;
            }
        }
        return steps;
    }

    @Override
    public void close() {
        open.close();
    }
}
