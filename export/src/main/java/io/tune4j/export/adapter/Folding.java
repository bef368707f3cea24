// SPDX-License-Identifier: Apache-2.0
package io.tune4j.export.adapter;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tune4j.api.data.DatasetProvider.PromptForm;
import io.tune4j.api.error.UserException;
import io.tune4j.api.io.AtomicFiles;
import io.tune4j.api.safetensors.SafetensorsWriter;
import io.tune4j.api.safetensors.TensorSpec;
import io.tune4j.api.tensor.DType;
import io.tune4j.generation.PromptFormFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * One alpha for all modules of an adapter, with which a program that knows neither rsLoRA nor patterns computes what was trained. The
 * alpha is the one with which most modules keep their B; the B of the others is multiplied by what remains.
 */
public record Folding(AdapterFolder adapter, double alpha) {
    /**
     * Folds the scales.
     *
     * @param program that is to read it
     * @throws UserException for DoRA, whose magnitudes no factor of B replaces
     */
    public static Folding of(AdapterFolder adapter, Program program) {
        if (adapter.config().usesDora()) {
            throw new UserException(adapter.folder() + " is a DoRA adapter, which " + program.label()
                    + " cannot compute beside a base model; merge it: tune export " + adapter.folder()
                    + " --format " + program.mergedFormat());
        }
        Map<Double, Long> counts = adapter.modules().values().stream()
                .collect(Collectors.groupingBy(each -> each.scale() * each.rank(), Collectors.counting()));
        double alpha = counts.entrySet().stream()
                .max(Map.Entry.<Double, Long>comparingByValue().thenComparing(Map.Entry.comparingByKey()))
                .map(Map.Entry::getKey)
                .orElseThrow();
        return new Folding(adapter, alpha);
    }

    /** Whether that changes anything. */
    public boolean changes() {
        return !adapter.config().isPlain();
    }

    /**
     * The B of a module.
     *
     * @param rank by which the reader divides alpha
     */
    public float[] b(LowRank module, int rank) {
        double factor = module.scale() * rank / alpha;
        if (factor == 1) {
            return module.b();
        }
        float[] folded = new float[module.b().length];
        for (int i = 0; i < folded.length; i++) {
            folded[i] = (float) (module.b()[i] * factor);
        }
        return folded;
    }

    /**
     * Writes or replaces a folder in peft's format without patterns. Modules of a lower rank than the largest get rows and columns of
     * zeros, because readers take one rank for all.
     *
     * @param baseModel the name or folder of the base model
     * @param form how the adapter is asked
     */
    public void write(Path target, String baseModel, PromptForm form) {
        int rank = adapter.modules().values().stream()
                .max(Comparator.comparingInt(LowRank::rank))
                .orElseThrow()
                .rank();
        // The alpha for one rank of all modules: that of most of them, in the reader's division by the common rank.
        Map<Double, Long> scales = adapter.modules().values().stream()
                .collect(Collectors.groupingBy(LowRank::scale, Collectors.counting()));
        double scale = scales.entrySet().stream()
                .max(Map.Entry.<Double, Long>comparingByValue().thenComparing(Map.Entry.comparingByKey()))
                .orElseThrow()
                .getKey();
        Folding common = new Folding(adapter, scale * rank);
        AtomicFiles.writeDirectory(target, folder -> {
            PromptFormFile.write(folder, form);
            ObjectNode config = adapter.config().root().deepCopy();
            config.put("r", rank).put("use_rslora", false).put("base_model_name_or_path", baseModel);
            if (common.alpha == Math.rint(common.alpha)) {
                config.put("lora_alpha", (long) common.alpha);
            } else {
                config.put("lora_alpha", common.alpha);
            }
            config.putObject("rank_pattern");
            config.putObject("alpha_pattern");
            AtomicFiles.writeString(
                    folder.resolve(AdapterConfig.NAME),
                    new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(config) + "\n");
            common.writeWeights(folder.resolve(AdapterFolder.WEIGHTS), rank);
        });
    }

    private void writeWeights(Path file, int rank) {
        Map<String, float[]> values = new HashMap<>();
        List<TensorSpec> specs = new ArrayList<>();
        for (LowRank module : adapter.modules().values()) {
            String prefix = "base_model.model." + module.module();
            add(specs, values, prefix + ".lora_A.weight", padded(module.a(), module.in(), rank), rank, module.in());
            add(specs, values, prefix + ".lora_B.weight", widened(b(module, rank), module, rank), module.out(), rank);
        }
        SafetensorsWriter.write(file, specs, Map.of("format", "pt"), (tensor, sink) -> {
            float[] elements = values.getOrDefault(tensor.name(), new float[0]);
            ByteBuffer bytes =
                    ByteBuffer.allocate(elements.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asFloatBuffer().put(elements);
            sink.accept(bytes);
        });
    }

    private static void add(
            List<TensorSpec> specs,
            Map<String, float[]> values,
            String name,
            float[] elements,
            long rows,
            long columns) {
        specs.add(new TensorSpec(name, DType.FLOAT32, rows, columns));
        values.put(name, elements);
    }

    private static float[] padded(float[] a, int in, int rank) {
        float[] result = new float[rank * in];
        System.arraycopy(a, 0, result, 0, a.length);
        return result;
    }

    private static float[] widened(float[] b, LowRank module, int rank) {
        float[] result = new float[module.out() * rank];
        for (int row = 0; row < module.out(); row++) {
            System.arraycopy(b, row * module.rank(), result, row * rank, module.rank());
        }
        return result;
    }
}
