// SPDX-License-Identifier: Apache-2.0
package io.tune4j.export.adapter;

import io.tune4j.api.error.DataException;
import io.tune4j.api.safetensors.SafetensorsFile;
import io.tune4j.api.safetensors.TensorEntry;
import io.tune4j.export.files.StoredRows;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A LoRA or DoRA adapter in peft's format, in memory in fp32.
 *
 * @param modules the projections' adapters by the names of the projections
 */
public record AdapterFolder(Path folder, AdapterConfig config, SortedMap<String, LowRank> modules) {
    /** The file of its values. */
    public static final String WEIGHTS = "adapter_model.safetensors";

    private static final String PREFIX = "base_model.model.";
    private static final String A = ".lora_A.weight";
    private static final String B = ".lora_B.weight";
    private static final String MAGNITUDE = ".lora_magnitude_vector";

    public AdapterFolder {
        modules = Collections.unmodifiableSortedMap(new TreeMap<>(modules));
    }

    /** @throws DataException if a file is missing or broken, or has anything but LoRA's and DoRA's tensors */
    public static AdapterFolder read(Path folder) {
        AdapterConfig config = AdapterConfig.read(folder);
        try (SafetensorsFile file = SafetensorsFile.open(folder.resolve(WEIGHTS))) {
            SortedMap<String, LowRank> modules = new TreeMap<>();
            TreeSet<String> unknown = new TreeSet<>(file.entries().keySet());
            for (Map.Entry<String, TensorEntry> entry : file.entries().entrySet()) {
                String key = entry.getKey();
                if (key.startsWith(PREFIX) && key.endsWith(A)) {
                    String module = key.substring(PREFIX.length(), key.length() - A.length());
                    modules.put(module, module(file, config, module));
                    unknown.removeAll(List.of(key, PREFIX + module + B, PREFIX + module + MAGNITUDE));
                }
            }
            if (modules.isEmpty() || !unknown.isEmpty()) {
                throw new DataException(file.path()
                        + (modules.isEmpty()
                                ? " has no tensor such as " + PREFIX + "model.layers.0.self_attn.q_proj" + A
                                : " has " + new ArrayList<>(unknown).subList(0, Math.min(4, unknown.size()))
                                        + ", which are not LoRA's of a projection")
                        + "; only LoRA and DoRA adapters of projections are exported");
            }
            return new AdapterFolder(folder, config, modules);
        }
    }

    private static LowRank module(SafetensorsFile file, AdapterConfig config, String module) {
        TensorEntry a = file.entries().get(PREFIX + module + A);
        TensorEntry b = file.entries().get(PREFIX + module + B);
        if (a == null || b == null || a.shape().length != 2 || b.shape().length != 2 || a.shape()[0] != b.shape()[1]) {
            throw new DataException(file.path() + ": the tensors of " + module + " do not belong together: A is " + a
                    + ", B is " + b + "; save the adapter again");
        }
        int rank = (int) a.shape()[0];
        if (rank != config.rank(module)) {
            throw new DataException(file.path() + ": the rank of " + module + " is " + rank + ", but " + config.file()
                    + " says " + config.rank(module) + "; take both files from one adapter");
        }
        TensorEntry magnitude = file.entries().get(PREFIX + module + MAGNITUDE);
        if (config.usesDora() != (magnitude != null)) {
            throw new DataException(
                    file.path() + (magnitude == null ? " has no " : " has a ") + "magnitude of " + module
                            + ", but " + config.file() + " says use_dora: " + config.usesDora()
                            + "; take both files from one adapter");
        }
        return new LowRank(
                module,
                rank,
                (int) a.shape()[1],
                (int) b.shape()[0],
                StoredRows.all(file, a),
                StoredRows.all(file, b),
                config.scale(module, rank),
                magnitude == null ? null : StoredRows.all(file, magnitude));
    }
}
