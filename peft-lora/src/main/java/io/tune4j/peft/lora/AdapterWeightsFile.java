// SPDX-License-Identifier: Apache-2.0
package io.tune4j.peft.lora;

import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.error.DataException;
import io.tune4j.api.error.UserException;
import io.tune4j.api.model.ModelDefinition.WeightShape;
import io.tune4j.api.model.TensorFiles;
import io.tune4j.api.safetensors.SafetensorsFile;
import io.tune4j.api.safetensors.SafetensorsWriter;
import io.tune4j.api.safetensors.TensorEntry;
import io.tune4j.api.safetensors.TensorSpec;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** peft's {@code adapter_model.safetensors}. */
final class AdapterWeightsFile implements AutoCloseable {
    /** The header's metadata, as peft writes it. */
    static final Map<String, String> METADATA = Map.of("format", "pt");

    static final String NAME = "adapter_model.safetensors";
    private static final int SHOWN = 8;

    private final Path path;
    private final SafetensorsFile file;

    private AdapterWeightsFile(Path path) {
        this.path = path;
        this.file = SafetensorsFile.open(path);
    }

    /** Writes all values in the adapter's dtype; the file appears complete or not at all. */
    static void write(Path directory, Collection<LoraWeights> weights, Collection<Parameter> whole, DType dtype) {
        List<TensorSpec> tensors = new ArrayList<>();
        Map<String, Parameter> byKey = new HashMap<>();
        for (LoraWeights each : weights) {
            tensors.addAll(each.target().fileTensors(dtype));
            each.parameters().forEach(parameter -> byKey.put(each.target().fileKey(parameter.name()), parameter));
        }
        for (Parameter each : whole) {
            tensors.add(
                    new TensorSpec(wholeKey(each.name()), dtype, each.value().shape()));
            byKey.put(wholeKey(each.name()), each);
        }
        SafetensorsWriter.write(directory.resolve(NAME), tensors, METADATA, (tensor, sink) -> {
            Parameter parameter = byKey.get(tensor.name());
            if (parameter != null) {
                copy(parameter.value(), sink);
            }
        });
    }

    /** The tensor of a weight that is trained as a whole. */
    static TensorSpec spec(WeightShape weight, DType dtype) {
        long[] shape = weight.shape().stream().mapToLong(Long::longValue).toArray();
        return new TensorSpec(wholeKey(weight.name()), dtype, shape);
    }

    private static String wholeKey(String weightName) {
        return "base_model.model." + weightName;
    }

    private static void copy(Tensor value, Consumer<ByteBuffer> sink) {
        try (Tensor contiguous = value.contiguous()) {
            TensorFiles.copy(contiguous, sink);
        }
    }

    /** @throws UserException if there is no such file, or one that runs code when it is read */
    static AdapterWeightsFile open(Path directory) {
        Path pickled = directory.resolve("adapter_model.bin");
        if (Files.exists(pickled) && !Files.exists(directory.resolve(NAME))) {
            throw new DataException(
                    pickled + " is a pickle, which runs code when it is read, so it is refused. Convert it"
                            + " in Python: PeftModel.from_pretrained(base, \"" + directory
                            + "\").save_pretrained(OUT, safe_serialization=True)");
        }
        return new AdapterWeightsFile(directory.resolve(NAME));
    }

    /** @throws DataException if the file has weights of this run, but not by the names that peft gives them */
    void requirePeftsNames(Collection<LoraWeights> weights) {
        for (LoraWeights each : weights) {
            for (Parameter parameter : each.parameters()) {
                String key = each.target().fileKey(parameter.name());
                String otherwise = file.entries().containsKey(key) ? null : named(parameter.name());
                if (otherwise != null) {
                    throw new DataException(path + " has '" + otherwise + "' where peft writes '" + key
                            + "', so it was not saved as an adapter. In Python, load it into the model that it was trained"
                            + " on and save it with the PeftModel's save_pretrained(OUT); then give OUT here");
                }
            }
        }
    }

    /** A key that has the parameter's name in it as a whole, or null. */
    private @Nullable String named(String parameterName) {
        return file.entries().keySet().stream()
                .filter(key -> ("." + key + ".").contains("." + parameterName + "."))
                .findFirst()
                .orElse(null);
    }

    /** Describes the differences between the file and these weights, one line per kind; empty if there are none. */
    List<String> mismatches(Collection<LoraWeights> weights, Collection<Parameter> whole) {
        Map<String, Parameter> byKey = new LinkedHashMap<>();
        for (LoraWeights each : weights) {
            each.parameters().forEach(parameter -> byKey.put(each.target().fileKey(parameter.name()), parameter));
        }
        whole.forEach(parameter -> byKey.put(wholeKey(parameter.name()), parameter));
        TreeSet<String> extra = new TreeSet<>(file.entries().keySet());
        TreeSet<String> missing = new TreeSet<>();
        List<String> lines = new ArrayList<>();
        byKey.forEach((key, parameter) -> {
            TensorEntry entry = file.entries().get(key);
            extra.remove(key);
            if (entry == null) {
                missing.add(key);
            } else if (!Arrays.equals(entry.shape(), parameter.value().shape())
                    || !entry.dtype().isFloating()) {
                lines.add(key + " is " + entry.dtype() + Arrays.toString(entry.shape())
                        + " in the file; this run needs floating "
                        + Arrays.toString(parameter.value().shape()));
            }
        });
        if (!missing.isEmpty()) {
            lines.add("missing in the file: " + some(missing));
        }
        if (!extra.isEmpty()) {
            lines.add("in the file, but not in this run: " + some(extra));
        }
        return lines;
    }

    private static String some(TreeSet<String> names) {
        String shown = String.join(", ", names.stream().limit(SHOWN).toList());
        return names.size() <= SHOWN ? shown : shown + " and " + (names.size() - SHOWN) + " more";
    }

    /** Copies the file's values, of whatever floating dtype, into the parameters. */
    void load(LoraWeights weights) {
        for (Parameter parameter : weights.parameters()) {
            TensorEntry entry = file.entries().get(weights.target().fileKey(parameter.name()));
            if (entry != null) {
                read(entry, parameter.value());
            }
        }
        weights.loaded();
    }

    /** Copies the file's values into weights that are trained as a whole. */
    void load(Collection<Parameter> whole) {
        for (Parameter parameter : whole) {
            TensorEntry entry = file.entries().get(wholeKey(parameter.name()));
            if (entry != null) {
                read(entry, parameter.value());
                parameter.changed();
            }
        }
    }

    private void read(TensorEntry entry, Tensor target) {
        try (TensorScope scope = TensorScope.open()) {
            Tensor stored = Tensor.empty(target.kernels(), entry.dtype(), entry.shape());
            ByteBuffer bytes = TensorFiles.piece(entry.byteLength());
            for (long at = 0; at < entry.byteLength(); at += bytes.capacity()) {
                bytes.clear().limit((int) Math.min(bytes.capacity(), entry.byteLength() - at));
                file.read(entry, at, bytes);
                stored.kernels().write(stored.array(), at, bytes.flip());
            }
            target.copyFrom(stored);
        }
    }

    @Override
    public void close() {
        file.close();
    }
}
