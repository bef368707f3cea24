// SPDX-License-Identifier: Apache-2.0
package io.tune4j.export.model;

import io.tune4j.api.error.DataException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** The architectures of llama.cpp that are known here. */
public final class GgufFamilies {
    private static final List<GgufFamily> ALL = List.of(
            new LlamaGguf(),
            QwenGguf.QWEN2,
            QwenGguf.QWEN3,
            GemmaGguf.GEMMA,
            GemmaGguf.GEMMA2,
            GemmaGguf.GEMMA3,
            new PhiGguf());

    private GgufFamilies() {}

    /** @throws DataException if llama.cpp has no such model, or it is not known here */
    public static GgufFamily of(HfConfig config) {
        return ALL.stream()
                .filter(family -> family.architectures().contains(config.architecture()))
                .findFirst()
                .orElseThrow(
                        () -> new DataException(
                                config.file() + ": models of architecture "
                                        + config.architecture() + " cannot be written as GGUF here; known are "
                                        + ALL.stream()
                                                .flatMap(family -> family.architectures().stream())
                                                .collect(Collectors.joining(", "))
                                        + ". Export the merged model with --format hf, and convert it with that project's own program"));
    }

    /** @throws DataException if the architecture is not known here */
    public static GgufFamily named(String name, Path file) {
        return ALL.stream()
                .filter(family -> family.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new DataException(file + " holds a model of architecture '" + name
                        + "', which is not read here; known are "
                        + ALL.stream().map(GgufFamily::name).collect(Collectors.joining(", "))));
    }
}
