// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.djl;

import com.google.auto.service.AutoService;
import io.tune4j.api.backend.BackendFactory;
import io.tune4j.api.plugin.Plugin;
import java.util.List;

/** Contributes the backend {@code djl}. */
@AutoService(Plugin.class)
public final class DjlPlugin implements Plugin {
    @Override
    public String id() {
        return "backend-djl";
    }

    @Override
    public List<BackendFactory> backends() {
        return List.of(new DjlBackendFactory());
    }
}
