// SPDX-License-Identifier: Apache-2.0
package io.tune4j.models.qwen;

import com.google.auto.service.AutoService;
import io.tune4j.api.model.ModelFamily;
import io.tune4j.api.plugin.Plugin;
import java.util.List;

/** The Qwen family: Qwen 2, 2.5 and 3, dense models. */
@AutoService(Plugin.class)
public final class QwenPlugin implements Plugin {
    @Override
    public String id() {
        return "models-qwen";
    }

    @Override
    public List<ModelFamily> models() {
        return List.of(new QwenFamily());
    }
}
