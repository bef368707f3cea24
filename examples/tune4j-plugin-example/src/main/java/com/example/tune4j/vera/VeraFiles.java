package com.example.tune4j.vera;

import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.error.UserException;
import io.tune4j.api.io.AtomicFiles;
import io.tune4j.api.model.CheckpointWeights;
import io.tune4j.api.model.TensorFiles;
import io.tune4j.api.safetensors.Checkpoint;
import io.tune4j.api.safetensors.TensorEntry;
import io.tune4j.api.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The files of peft's VeRA with {@code save_projection}: the vectors and the shared matrices, and a config. */
final class VeraFiles {
    private static final String WEIGHTS = "adapter_model.safetensors";
    private static final String CONFIG = "adapter_config.json";
    private static final String PREFIX = "base_model.model.";

    private VeraFiles() {}

    static void save(
            Path directory, String baseModel, VeraPlan plan, SharedMatrices shared, List<Parameter> parameters) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors(shared, parameters).forEach((name, parameter) -> tensors.put(name, parameter.value()));
        TensorFiles.write(directory.resolve(WEIGHTS), tensors);
        String targets = plan.options().targets().stream()
                .map(VeraFiles::quoted)
                .collect(Collectors.joining(", "));
        AtomicFiles.writeString(
                directory.resolve(CONFIG),
                """
                {
                  "peft_type": "VERA",
                  "task_type": "CAUSAL_LM",
                  "base_model_name_or_path": %s,
                  "r": %d,
                  "target_modules": [%s],
                  "d_initial": %s,
                  "projection_prng_key": %d,
                  "save_projection": true,
                  "vera_dropout": 0.0,
                  "bias": "none",
                  "fan_in_fan_out": false,
                  "inference_mode": true
                }
                """
                        .formatted(
                                quoted(baseModel),
                                plan.options().rank(),
                                targets,
                                plan.options().dInitial(),
                                plan.options().projectionKey()));
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    private static Map<String, Parameter> tensors(SharedMatrices shared, List<Parameter> parameters) {
        Map<String, Parameter> tensors = new LinkedHashMap<>();
        tensors.put(SharedMatrices.A, shared.a);
        tensors.put(SharedMatrices.B, shared.b);
        parameters.forEach(parameter -> tensors.put(PREFIX + parameter.name(), parameter));
        return tensors;
    }

    /** @throws UserException with everything that does not fit */
    static void load(Path directory, VeraPlan plan, SharedMatrices shared, List<Parameter> parameters) {
        checkConfig(directory.resolve(CONFIG), plan.options());
        Map<String, Parameter> wanted = tensors(shared, parameters);
        try (Checkpoint file = Checkpoint.open(directory.resolve(WEIGHTS))) {
            List<String> mismatches = new ArrayList<>();
            wanted.forEach((name, parameter) -> {
                TensorEntry entry = file.entries().get(name);
                String needed = Arrays.toString(parameter.value().shape());
                if (entry == null) {
                    mismatches.add("missing in the file: " + name + " " + needed);
                } else if (!Arrays.toString(entry.shape()).equals(needed)) {
                    mismatches.add(name + " is " + Arrays.toString(entry.shape()) + " in the file; this run needs " + needed);
                }
            });
            if (!mismatches.isEmpty()) {
                throw new UserException("the adapter in " + directory + " does not fit this run:\n  "
                        + String.join("\n  ", mismatches)
                        + "\nGive the run the options that the adapter was made with, or name another adapter.");
            }
            CheckpointWeights weights = new CheckpointWeights(file);
            wanted.forEach((name, parameter) -> {
                weights.loadInto(name, parameter.value());
                parameter.changed();
            });
        }
    }

    private static void checkConfig(Path file, VeraOptions options) {
        try {
            ConfigReader json = ConfigReader.ofJson(file);
            String type = json.string("peft_type", "none");
            int rank = json.integer("r", 0);
            json.problems().throwIfAny();
            if (!type.equals("VERA") || rank != options.rank()) {
                throw new UserException(file + " is of a " + type + " adapter of rank " + rank + "; this run has VERA of rank "
                        + options.rank());
            }
        } catch (IOException e) {
            throw new UserException("cannot read " + file + ": " + e.getMessage(), e);
        }
    }
}
