// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco;

import com.google.auto.service.AutoService;
import io.tune4j.api.backend.BackendFactory;
import io.tune4j.api.plugin.Plugin;
import java.util.List;

/** Contributes the backend {@code bytedeco}. */
@AutoService(Plugin.class)
public final class BytedecoPlugin implements Plugin {
    @Override
    public String id() {
        return "backend-bytedeco";
    }

    @Override
    public List<BackendFactory> backends() {
        return List.of(new BytedecoBackendFactory());
    }
}
