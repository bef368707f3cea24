// SPDX-License-Identifier: Apache-2.0
package io.tune4j.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.tune4j.api.autograd.Tape;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.BackendFactory.BackendOptions;
import io.tune4j.api.batch.RaggedBatch;
import io.tune4j.api.batch.SequenceLayout;
import io.tune4j.api.model.CausalLanguageModel;
import io.tune4j.api.model.CheckpointWeights;
import io.tune4j.api.model.DenseFormat;
import io.tune4j.api.model.ModelDefinition;
import io.tune4j.api.nn.FrozenLinearFactory;
import io.tune4j.api.nn.Pass;
import io.tune4j.api.peft.Adapter;
import io.tune4j.api.safetensors.Checkpoint;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes the logits of a few fixed token sequences as JSON: {@code MODEL-FOLDER ADAPTER-FOLDER|- DTYPE OUTPUT-FILE}.
 * {@code scripts/interop/compare.py} compares them with Python's.
 */
public final class LogitsDump {
    private static final int SEQUENCES = 3;
    private static final int LENGTH = 48;
    private static final long[] ROWS = {0, 7, 23, 46, 47};

    private LogitsDump() {}

    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 4) {
            throw new IllegalArgumentException("usage: MODEL-FOLDER ADAPTER-FOLDER|- DTYPE OUTPUT-FILE");
        }
        Path folder = Path.of(arguments[0]);
        Path adapterFolder = arguments[1].equals("-") ? null : Path.of(arguments[1]);
        DType dtype = DType.parse(arguments[2]);
        try (Backend backend = Installed.backend("bytedeco")
                        .create(new BackendOptions(Device.CPU, dtype, 0, System.err::println));
                Checkpoint checkpoint = Checkpoint.open(folder)) {
            ModelDefinition definition = Installed.model(folder);
            CheckpointWeights weights = new CheckpointWeights(checkpoint);
            FrozenLinearFactory frozen = new DenseFormat().factory(backend, dtype, weights);
            if (adapterFolder == null) {
                try (CausalLanguageModel model = definition.build(backend, dtype, weights, frozen)) {
                    write(backend, definition, model, Path.of(arguments[3]));
                }
                return;
            }
            try (Adapter adapter = adapter(definition, adapterFolder, backend, dtype);
                    CausalLanguageModel model = definition.build(backend, dtype, weights, adapter.decorate(frozen))) {
                adapter.load(adapterFolder);
                write(backend, definition, model, Path.of(arguments[3]));
            }
        }
    }

    private static Adapter adapter(ModelDefinition definition, Path folder, Backend backend, DType dtype)
            throws IOException {
        Map<?, ?> config = new ObjectMapper()
                .readValue(folder.resolve("adapter_config.json").toFile(), Map.class);
        Map<String, Object> options = new LinkedHashMap<>();
        options.put("lora_rank", present(config.get("r")));
        options.put("lora_alpha", present(config.get("lora_alpha")));
        options.put("use_rslora", present(config.get("use_rslora")));
        options.put("target_modules", present(config.get("target_modules")));
        String method = Boolean.TRUE.equals(config.get("use_dora")) ? "dora" : "lora";
        return Installed.peft(method, options, definition).attach(backend, dtype, 0);
    }

    private static Object present(@Nullable Object value) {
        if (value == null) {
            throw new IllegalArgumentException("adapter_config.json lacks r, lora_alpha, use_rslora or target_modules");
        }
        return value;
    }

    private static void write(Backend backend, ModelDefinition definition, CausalLanguageModel model, Path file)
            throws IOException {
        List<Map<String, Object>> samples = new ArrayList<>();
        for (int s = 0; s < SEQUENCES; s++) {
            MersenneTwister random = new MersenneTwister(s);
            long[] tokens = new long[LENGTH];
            for (int i = 0; i < LENGTH; i++) {
                tokens[i] = random.nextInt(definition.vocabularySize());
            }
            SequenceLayout layout = SequenceLayout.ofLengths(LENGTH);
            RaggedBatch batch = new RaggedBatch(List.of("sequence " + s), tokens, new long[0], new long[0], layout);
            try (TensorScope scope = TensorScope.open();
                    Tape tape = Tape.off()) {
                Pass pass = new Pass(tape, layout, false, 0);
                Tensor hidden = model.hiddenStates(batch, ROWS, pass, 0);
                Tensor logits = model.outputHead().forward(hidden, pass);
                List<float[]> rows = new ArrayList<>();
                for (int row = 0; row < ROWS.length; row++) {
                    rows.add(logits.rows(row, 1).toFloats());
                }
                Map<String, Object> sample = new LinkedHashMap<>();
                sample.put("name", "sequence " + s);
                sample.put("tokens", tokens);
                sample.put("rows", ROWS);
                sample.put("logits", rows);
                samples.add(sample);
            }
        }
        Files.writeString(file, new ObjectMapper().writeValueAsString(Map.of("samples", samples)));
    }
}
