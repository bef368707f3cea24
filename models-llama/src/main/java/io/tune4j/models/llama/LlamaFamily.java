// SPDX-License-Identifier: Apache-2.0
package io.tune4j.models.llama;

import io.tune4j.api.model.ModelBuilder;
import io.tune4j.api.model.ModelFamily;
import io.tune4j.decoder.ConfigFileBuilder;
import java.util.ArrayList;
import java.util.List;

/** All builders. */
final class LlamaFamily implements ModelFamily {
    @Override
    public String name() {
        return "llama";
    }

    @Override
    public List<ModelBuilder> builders() {
        List<ModelBuilder> builders = new ArrayList<>(List.of(new ConfigFileBuilder(
                "llama",
                "any LlamaForCausalLM, sized by its checkpoint's config.json (SmolLM2, TinyLlama, Vicuna, ...)",
                new LlamaArchitecture())));
        builders.addAll(NamedBuilders.all());
        return List.copyOf(builders);
    }
}
