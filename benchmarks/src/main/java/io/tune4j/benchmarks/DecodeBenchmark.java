// SPDX-License-Identifier: Apache-2.0
package io.tune4j.benchmarks;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.BackendFactory.BackendOptions;
import io.tune4j.api.batch.TokenizedSample;
import io.tune4j.api.data.Message;
import io.tune4j.api.data.Tokenizer;
import io.tune4j.api.model.CausalLanguageModel;
import io.tune4j.api.model.CheckpointWeights;
import io.tune4j.api.model.DenseFormat;
import io.tune4j.api.model.ModelDefinition;
import io.tune4j.api.model.WeightSource;
import io.tune4j.api.safetensors.Checkpoint;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import io.tune4j.engine.adapter.AdapterSet;
import io.tune4j.generation.GenerationListener;
import io.tune4j.generation.GenerationRequest;
import io.tune4j.generation.Generator;
import io.tune4j.generation.GeneratorOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Tokens per second of greedy generation: {@code SHAPE DTYPE [BATCH] [PROMPT] [NEW] [CHECKPOINT]}. A prompt is random tokens; time after
 * the first token counts as decoding. {@code scripts/bench/decode_peer.py} measures transformers in the same way.
 */
public final class DecodeBenchmark {
    private DecodeBenchmark() {}

    /** Measures once, after a shorter round. */
    public static void main(String[] arguments) throws Exception {
        Shape shape = Shape.valueOf(arguments[0]);
        DType dtype = DType.parse(arguments[1]);
        int batch = number(arguments, 2, 1);
        int prompt = number(arguments, 3, 1024);
        int count = number(arguments, 4, 64);
        Path folder = arguments.length > 5 ? Path.of(arguments[5]) : config(shape);
        ModelDefinition definition = Installed.model(folder);
        try (Backend backend =
                Installed.backend("bytedeco").create(new BackendOptions(Device.CPU, dtype, 0, System.err::println))) {
            if (arguments.length > 5) {
                try (Checkpoint checkpoint = Checkpoint.open(folder)) {
                    measure(backend, dtype, definition, new CheckpointWeights(checkpoint), shape, batch, prompt, count);
                }
            } else {
                measure(backend, dtype, definition, new RandomWeights(definition), shape, batch, prompt, count);
            }
        }
    }

    private static int number(String[] arguments, int index, int usual) {
        return arguments.length > index ? Integer.parseInt(arguments[index]) : usual;
    }

    private static Path config(Shape shape) throws java.io.IOException {
        Path folder = Files.createTempDirectory("tune4j-decode");
        Files.writeString(folder.resolve("config.json"), shape.configJson())
                .toFile()
                .deleteOnExit();
        return folder;
    }

    private static void measure(
            Backend backend,
            DType dtype,
            ModelDefinition definition,
            WeightSource weights,
            Shape shape,
            int batch,
            int prompt,
            int count) {
        try (CausalLanguageModel model = definition.build(
                backend,
                dtype,
                weights,
                AdapterSet.over(new DenseFormat().factory(backend, dtype, weights), List.of()))) {
            run(model, shape, batch, Math.min(prompt, 16), 8);
            double[] seconds = run(model, shape, batch, prompt, count);
            System.out.printf(
                    Locale.ROOT,
                    "{\"program\": \"tune4j\", \"shape\": \"%s\", \"dtype\": \"%s\", \"batch\": %d, \"prompt\": %d,"
                            + " \"prompt_tokens_per_second\": %.1f, \"tokens_per_second\": %.2f, \"cache_bytes\": %.0f}%n",
                    shape,
                    dtype,
                    batch,
                    prompt,
                    batch * (double) prompt / seconds[0],
                    batch * (count - 1.0) / seconds[1],
                    seconds[2]);
        }
    }

    /** Seconds up to the first tokens, seconds after them, and bytes of the cache. */
    private static double[] run(CausalLanguageModel model, Shape shape, int batch, int prompt, int count) {
        GeneratorOptions options = new GeneratorOptions(batch, batch * prompt, 0, true);
        try (Generator generator = new Generator(model, new NoText(), 8192, options)) {
            List<GenerationRequest> requests = new ArrayList<>();
            for (int i = 0; i < batch; i++) {
                int[] tokens = Arrays.copyOf(shape.example(i, prompt).tokens(), prompt);
                requests.add(GenerationRequest.greedy(tokens, count, Set.of()));
            }
            requests.forEach(request -> generator.submit(request, GenerationListener.NONE));
            long start = System.nanoTime();
            generator.step();
            long first = System.nanoTime();
            for (int i = 1; i < count - 1; i++) {
                generator.step();
            }
            long bytes = generator.cacheBytes();
            generator.step();
            long end = System.nanoTime();
            return new double[] {(first - start) / 1e9, (end - first) / 1e9, bytes};
        }
    }

    /** For tokens that are only counted. */
    private static final class NoText implements Tokenizer {
        @Override
        public int[] encode(String text) {
            return new int[0];
        }

        @Override
        public String decode(int[] ids) {
            return "";
        }

        @Override
        public TokenizedSample encodeMessages(String id, List<Message> messages) {
            throw new IllegalStateException("there is no text");
        }

        @Override
        public TokenizedSample encodeText(String id, String text, boolean withEnd) {
            throw new IllegalStateException("there is no text");
        }

        @Override
        public int[] encodePrompt(List<Message> messages) {
            return new int[0];
        }

        @Override
        public int vocabularySize() {
            return 0;
        }

        @Override
        public boolean isEnd(int id) {
            return false;
        }

        @Override
        public void close() {}
    }
}
