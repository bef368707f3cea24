// SPDX-License-Identifier: Apache-2.0
package io.tune4j.export;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.recipe.RecipeFactory.ConfigValues;
import io.tune4j.api.tensor.DType;
import io.tune4j.export.adapter.Program;
import io.tune4j.export.gguf.GgufType;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What is exported, and how.
 *
 * @param source {@code source}: the folder of a run, of an adapter or of a model, or a GGUF file; torchtune's {@code
 *     checkpointer.checkpoint_dir} is taken where it is missing
 * @param base {@code base}: the base model's folder where neither the run nor the adapter says
 * @param format {@code format}: {@code gguf}, {@code hf} or {@code peft}
 * @param type {@code type}: the encoding of a GGUF file's matrices, f16 by default
 * @param adapterOnly {@code adapter_only}: the adapter without its base
 * @param program {@code for}: the program that is to read the adapter beside its base, or null
 * @param output {@code output}: the file or folder; null for a name in {@code directory}
 * @param directory {@code output_dir}: the folder of a result without a name; null for {@code export} in the source
 * @param overwrite {@code overwrite}: whether an existing file or folder is replaced
 * @param mergedDtype {@code merged_dtype}: of the weights of a folder in Hugging Face's format; null for the base's
 */
public record ExportOptions(
        Path source,
        @Nullable Path base,
        Format format,
        GgufType type,
        boolean adapterOnly,
        @Nullable Program program,
        @Nullable Path output,
        @Nullable Path directory,
        boolean overwrite,
        @Nullable DType mergedDtype) {
    /** Forms of the result. */
    public enum Format {
        GGUF,
        HF,
        PEFT
    }

    /** torchtune's keys of this recipe that nothing depends on here. */
    private static final String[] UNUSED = {"model", "quantizer", "seed", "tokenizer"};

    static @Nullable ExportOptions read(ConfigValues config) {
        ConfigReader root = config.root();
        Path source = root.pathOrNull("source");
        ConfigReader checkpointer = root.sectionOrNull("checkpointer");
        if (checkpointer != null) {
            checkpointer.keys().forEach(checkpointer::claim);
            source = source != null ? source : checkpointer.pathOrNull("checkpoint_dir");
        }
        for (String key : UNUSED) {
            if (root.has(key)) {
                root.accept(key, "the model's files and the key type decide");
            }
        }
        if (source == null) {
            root.problem("source", "name the folder of a run, an adapter or a model");
        }
        String named = root.string("type", "f16");
        Optional<GgufType> type = GgufType.named(named);
        if (type.isEmpty()) {
            root.problem("type", "'" + named + "' is none of the encodings: " + GgufType.names());
        }
        Program program = program(root);
        boolean adapterOnly = root.bool("adapter_only", false) || program != null;
        Format usual = program != null && !program.readsGguf() ? Format.PEFT : Format.GGUF;
        Format format = format(root, usual);
        if (format == Format.PEFT && !adapterOnly) {
            adapterOnly = true;
        }
        if (format == Format.HF && adapterOnly) {
            root.problem("format", "hf is the merged model; for the adapter alone take gguf or peft");
        }
        DType merged = root.has("merged_dtype") ? root.dtype("merged_dtype", DType.BFLOAT16) : null;
        if (merged != null && (!merged.isFloating() || merged == DType.FLOAT64)) {
            root.problem("merged_dtype", "expected bf16, fp16 or fp32, found " + merged);
        }
        return new ExportOptions(
                Objects.requireNonNullElse(source, Path.of("")),
                root.pathOrNull("base"),
                format,
                type.orElse(GgufType.F16),
                adapterOnly,
                program,
                root.pathOrNull("output"),
                root.pathOrNull("output_dir"),
                root.bool("overwrite", false),
                merged);
    }

    private static @Nullable Program program(ConfigReader root) {
        String name = root.stringOrNull("for");
        if (name == null) {
            return null;
        }
        Optional<Program> program = Program.named(name);
        if (program.isEmpty()) {
            root.problem("for", "'" + name + "' is none of the programs: " + Program.labels());
        }
        return program.orElse(null);
    }

    private static Format format(ConfigReader root, Format usual) {
        String name = root.string("format", usual.name().toLowerCase(Locale.ROOT));
        return Arrays.stream(Format.values())
                .filter(each -> each.name().equals(name.toUpperCase(Locale.ROOT)))
                .findFirst()
                .orElseGet(() -> {
                    root.problem(
                            "format",
                            "'" + name + "' is none of the formats: "
                                    + Arrays.stream(Format.values())
                                            .map(each -> each.name().toLowerCase(Locale.ROOT))
                                            .collect(Collectors.joining(", ")));
                    return usual;
                });
    }
}
