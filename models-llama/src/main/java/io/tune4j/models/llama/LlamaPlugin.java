// SPDX-License-Identifier: Apache-2.0
package io.tune4j.models.llama;

import com.google.auto.service.AutoService;
import io.tune4j.api.model.ModelFamily;
import io.tune4j.api.plugin.Plugin;
import java.util.List;

/** The Llama family. */
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
}
