// SPDX-License-Identifier: Apache-2.0
package io.tune4j.micrometer;

import com.google.auto.service.AutoService;
import io.micrometer.core.instrument.Metrics;
import io.tune4j.api.plugin.ComponentFactory;
import io.tune4j.api.plugin.Plugin;
import java.util.List;

/** The plugin with the metric logger. */
@AutoService(Plugin.class)
public final class MicrometerPlugin implements Plugin {
    @Override
    public String id() {
        return "micrometer";
    }

    @Override
    public List<ComponentFactory<?>> components() {
        return List.of(new MicrometerLoggerFactory(Metrics.globalRegistry));
    }
}
