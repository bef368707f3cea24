// SPDX-License-Identifier: Apache-2.0
package io.tune4j.models.mistral;

import com.google.auto.service.AutoService;
import io.tune4j.api.model.ModelFamily;
import io.tune4j.api.plugin.Plugin;
import java.util.List;

/** The Mistral family: Llama with a sliding window. */
@AutoService(Plugin.class)
public final class MistralPlugin implements Plugin {
    @Override
    public String id() {
        return "models-mistral";
    }

    @Override
    public List<ModelFamily> models() {
        return List.of(new MistralFamily());
    }
}
