// SPDX-License-Identifier: Apache-2.0
package io.tune4j.models.gemma;

import io.tune4j.decoder.Architecture;
import io.tune4j.decoder.DecoderConfig;
import io.tune4j.decoder.JsonKeys;
import java.util.List;
import java.util.function.BiFunction;

/** A generation of Gemma, by its names. */
enum GemmaArchitecture implements Architecture {
    GEMMA("Gemma", "GemmaForCausalLM", "gemma", "gemma", GemmaConfigs::first),
    GEMMA2("Gemma 2", "Gemma2ForCausalLM", "gemma2", "gemma2", GemmaConfigs::second),
    /** For text. */
    GEMMA3("Gemma 3", "Gemma3ForCausalLM", "gemma3_text", "gemma3", GemmaConfigs::third);

    private final String family;
    private final String architecture;
    private final String modelType;
    private final String builder;
    private final BiFunction<String, JsonKeys, DecoderConfig> reader;

    GemmaArchitecture(
            String family,
            String architecture,
            String modelType,
            String builder,
            BiFunction<String, JsonKeys, DecoderConfig> reader) {
        this.family = family;
        this.architecture = architecture;
        this.modelType = modelType;
        this.builder = builder;
        this.reader = reader;
    }

    @Override
    public String family() {
        return family;
    }

    @Override
    public List<String> architectures() {
        return List.of(architecture);
    }

    @Override
    public List<String> wholes() {
        return this == GEMMA3 ? List.of("Gemma3ForConditionalGeneration") : List.of();
    }

    @Override
    public List<String> modelTypes() {
        return List.of(modelType);
    }

    @Override
    public String builder() {
        return builder;
    }

    @Override
    public DecoderConfig read(JsonKeys keys) {
        return reader.apply(family, keys);
    }
}
