// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.toy;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.BackendFactory.BackendOptions;
import io.tune4j.api.model.ModelDefinition;
import io.tune4j.api.model.ModelDefinition.WeightShape;
import io.tune4j.api.safetensors.SafetensorsWriter;
import io.tune4j.api.safetensors.TensorSpec;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.testkit.reference.JavaBackendFactory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Checkpoints of random weights, which are {@link RandomWeights}. */
public final class ToyCheckpoints {
    private ToyCheckpoints() {}

    /**
     * Writes {@code model.safetensors} in fp32.
     *
     * @param folder exists
     */
    public static Path write(Path folder, ModelDefinition definition) {
        BackendOptions options = new BackendOptions(Device.CPU, DType.FLOAT32, 1, notice -> {});
        List<TensorSpec> specs = definition.weights().stream()
                .map(weight -> new TensorSpec(weight.name(), DType.FLOAT32, lengths(weight)))
                .toList();
        try (Backend backend = new JavaBackendFactory().create(options)) {
            RandomWeights weights = new RandomWeights(definition);
            SafetensorsWriter.write(
                    folder.resolve("model.safetensors"), specs, Map.of("format", "pt"), (spec, sink) -> {
                        try (Tensor weight = weights.load(backend, spec.name(), DType.FLOAT32)) {
                            ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(spec.byteLength()));
                            backend.read(weight.array(), 0, bytes);
                            sink.accept(bytes.flip());
                        }
                    });
        }
        return folder;
    }

    /** The elements of one weight that {@link #write} writes, by its name. */
    public static Map<String, float[]> values(ModelDefinition definition, String name) {
        BackendOptions options = new BackendOptions(Device.CPU, DType.FLOAT32, 1, notice -> {});
        try (Backend backend = new JavaBackendFactory().create(options);
                Tensor weight = new RandomWeights(definition).load(backend, name, DType.FLOAT32)) {
            return Map.of(name, weight.toFloats());
        }
    }

    private static long[] lengths(WeightShape weight) {
        return weight.shape().stream().mapToLong(Long::longValue).toArray();
    }
}
