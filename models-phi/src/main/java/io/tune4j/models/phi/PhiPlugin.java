// SPDX-License-Identifier: Apache-2.0
package io.tune4j.models.phi;

import com.google.auto.service.AutoService;
import io.tune4j.api.model.ModelFamily;
import io.tune4j.api.plugin.Plugin;
import java.util.List;

/** The Phi family: Phi-3, 3.5, 4 and 4-mini. */
@AutoService(Plugin.class)
public final class PhiPlugin implements Plugin {
    @Override
    public String id() {
        return "models-phi";
    }

    @Override
    public List<ModelFamily> models() {
        return List.of(new PhiFamily());
    }
}
