// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.peft;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.model.ModelDefinition;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** A way to fine-tune few parameters. Composes with every model builder as {@code <method>_<builder>}. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface PeftMethod {
    /** Lower case without underscore at its end, e.g. {@code lora}. */
    String name();

    /** One line for {@code tune plugins}. */
    String summary();

    /**
     * Reads its options from the model section, together with the builder, which claims its own keys. Mistakes become
     * problems of the reader, and the result is then null.
     */
    @Nullable
    PeftPlan configure(ConfigReader options, ModelDefinition model);

    /**
     * A PEFT method, which may be another plugin's, over base weights in a certain format, under a name of its own: {@code qlora}
     * is {@code lora} over {@code nf4}, and nothing more. Composes with every model builder as a method does.
     *
     * @param name lower case, e.g. {@code qlora}
     * @param method the name of the PEFT method
     * @param weightFormat the name of the format of the frozen weights
     * @param summary one line for {@code tune plugins}
     */
    record PeftVariant(String name, String method, String weightFormat, String summary) {}
}
