// SPDX-License-Identifier: Apache-2.0
package io.tune4j.models.gemma;

import com.google.auto.service.AutoService;
import io.tune4j.api.model.ModelFamily;
import io.tune4j.api.plugin.Plugin;
import java.util.List;

/** The Gemma family: Gemma 1, 2 and 3, for text. */
@AutoService(Plugin.class)
public final class GemmaPlugin implements Plugin {
    @Override
    public String id() {
        return "models-gemma";
    }

    @Override
    public List<ModelFamily> models() {
        return List.of(new GemmaFamily());
    }
}
