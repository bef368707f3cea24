// SPDX-License-Identifier: Apache-2.0
package io.tune4j.models.qwen;

import io.tune4j.api.model.ModelBuilder;
import io.tune4j.api.model.ModelFamily;
import io.tune4j.decoder.ConfigFileBuilder;
import io.tune4j.decoder.FamilyBuilder;
import java.util.ArrayList;
import java.util.List;

/** All builders. */
final class QwenFamily implements ModelFamily {
    @Override
    public String name() {
        return "qwen";
    }

    @Override
    public List<ModelBuilder> builders() {
        List<ModelBuilder> builders = new ArrayList<>();
        builders.add(new FamilyBuilder(
                "qwen2",
                "any Qwen2ForCausalLM (Qwen 2 and 2.5), sized by its checkpoint's config.json or by arguments",
                new Qwen2Architecture(),
                QwenSizes::ofArguments));
        builders.add(new ConfigFileBuilder(
                "qwen3", "any Qwen3ForCausalLM, sized by its checkpoint's config.json", new Qwen3Architecture()));
        builders.addAll(QwenSizes.all());
        return List.copyOf(builders);
    }
}
