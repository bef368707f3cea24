// SPDX-License-Identifier: Apache-2.0
package io.tune4j.models.others;

import com.google.auto.service.AutoService;
import io.tune4j.api.model.ModelFamily;
import io.tune4j.api.plugin.Plugin;
import java.util.List;

/** SmolLM3, Granite 3 and OLMo 2. */
@AutoService(Plugin.class)
public final class OthersPlugin implements Plugin {
    @Override
    public String id() {
        return "models-others";
    }

    @Override
    public List<ModelFamily> models() {
        return List.of(
                new ConfigFileFamily("smollm3", new SmolLm3Architecture()),
                new ConfigFileFamily("granite", new GraniteArchitecture()),
                new ConfigFileFamily("olmo2", new Olmo2Architecture()));
    }
}
