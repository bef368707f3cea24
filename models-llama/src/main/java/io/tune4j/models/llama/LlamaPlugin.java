// SPDX-License-Identifier: Apache-2.0
package io.tune4j.models.llama;

import com.google.auto.service.AutoService;
import io.tune4j.api.model.ModelFamily;
import io.tune4j.api.plugin.ComponentFactory;
import io.tune4j.api.plugin.Plugin;
import io.tune4j.models.llama.tokenizer.PromptTemplates;
import io.tune4j.models.llama.tokenizer.TokenizerComponents;
import java.util.List;
import java.util.stream.Stream;

/** The Llama family and its tokenizers. */
@AutoService(Plugin.class)
public final class LlamaPlugin implements Plugin {
    @Override
    public String id() {
        return "models-llama";
    }

    @Override
    public List<ModelFamily> models() {
        return List.of(new LlamaFamily());
    }

    @Override
    public List<ComponentFactory<?>> components() {
        return Stream.concat(TokenizerComponents.all().stream(), PromptTemplates.all().stream())
                .toList();
    }
}
