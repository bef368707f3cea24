// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers;

import com.google.auto.service.AutoService;
import io.tune4j.api.plugin.ComponentFactory;
import io.tune4j.api.plugin.Plugin;
import io.tune4j.tokenizers.jinja.RecordTemplates;
import java.util.List;
import java.util.stream.Stream;

/** Tokenizers and prompt templates, which belong to no family. */
@AutoService(Plugin.class)
public final class TokenizersPlugin implements Plugin {
    @Override
    public String id() {
        return "tokenizers";
    }

    @Override
    public List<ComponentFactory<?>> components() {
        return Stream.of(TokenizerComponents.all(), PromptTemplates.all(), List.of(new RecordTemplates()))
                .<ComponentFactory<?>>flatMap(List::stream)
                .toList();
    }
}
