// SPDX-License-Identifier: Apache-2.0
package io.tune4j.models.gemma;

import io.tune4j.api.model.ModelBuilder;
import io.tune4j.api.model.ModelFamily;
import io.tune4j.decoder.ConfigFileBuilder;
import io.tune4j.decoder.FamilyBuilder;
import java.util.ArrayList;
import java.util.List;

/** All builders. */
final class GemmaFamily implements ModelFamily {
    @Override
    public String name() {
        return "gemma";
    }

    @Override
    public List<ModelBuilder> builders() {
        List<ModelBuilder> builders = new ArrayList<>();
        builders.add(new FamilyBuilder(
                "gemma",
                "any GemmaForCausalLM, sized by its checkpoint's config.json or by arguments",
                GemmaArchitecture.GEMMA,
                GemmaSizes::ofArguments));
        builders.add(new FamilyBuilder(
                "gemma2",
                "any Gemma2ForCausalLM, sized by its checkpoint's config.json or by arguments",
                GemmaArchitecture.GEMMA2,
                GemmaSizes::ofArguments2));
        builders.add(new ConfigFileBuilder(
                "gemma3",
                "any Gemma3ForCausalLM, or the text part of a Gemma3ForConditionalGeneration, sized by its checkpoint's config.json",
                GemmaArchitecture.GEMMA3));
        builders.addAll(GemmaSizes.all());
        return List.copyOf(builders);
    }
}
