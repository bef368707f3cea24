// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers;

import io.tune4j.api.plugin.Plugin;
import io.tune4j.testkit.component.TokenizerConformance;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** The kit on the quick start's tokenizer. */
@ParameterizedClass
@ValueSource(strings = {"hf_tokenizer"})
class TokenizersConformanceTest extends TokenizerConformance {
    private static final Path FOLDER =
            Path.of("../configs/src/main/resources/quickstart/model").toAbsolutePath();

    @Parameter
    String name;

    @Override
    protected List<Plugin> plugins() {
        return List.of(new TokenizersPlugin());
    }

    @Override
    protected String section(Path folder) {
        return "_component_: " + name + "\npath: '" + FOLDER.resolve("tokenizer.json") + "'";
    }

    @Override
    protected List<String> spelledSpecials() {
        return List.of("<|begin_of_text|>", "<|end_of_text|>", "<|eot_id|>");
    }
}
